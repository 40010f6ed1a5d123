import { request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/experiment/database.js';
import { prepareEpochs, writeManyRuns } from '../helpers/many-runs.js';
import { Asker } from './ask.js';

/** What a stream has sent so far, which grows. */
function follow(
  asker: Asker,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): { text: string } {
  const stream = { text: '' };
  const options = {
    host: '127.0.0.1',
    port: asker.port,
    path,
    headers: { cookie: asker.cookie, ...headers },
  };
  const sent = request(options, (received) => {
    expect(received.headers['content-type']).toContain('text/event-stream');
    received
      .setEncoding('utf8')
      .on('data', (piece) => {
        stream.text += piece;
      })
      // Cut off at the end.
      .on('error', () => {});
  });
  sent.on('error', () => {}).end();
  onTestFinished(() => void sent.destroy());
  return stream;
}

it('tells why a database cannot be read, and when it can', async () => {
  const asker = await Asker.start();
  const file = JSON.parse((await asker.know('/api/databases')).text)[0].name;
  const stream = follow(asker, '/api/events');
  await expect
    .poll(() => stream.text)
    .toMatch(/event: trouble\ndata: \{"error":".*there is no such database/s);
  openDatabase(file).close();
  await expect.poll(() => stream.text, { timeout: 5_000 }).toContain('data: {"error":null}');
  expect(stream.text.match(/event: trouble/g)).toHaveLength(2);
});

it('has a page that was cut off for too long read all again', async () => {
  const asker = await Asker.start();
  openDatabase(JSON.parse((await asker.know('/api/databases')).text)[0].name).close();
  const resumed = follow(asker, '/api/events', { 'last-event-id': 'other.7' });
  await expect.poll(() => resumed.text).toMatch(/event: reload\ndata: \{\}\nid: \w+\.0/);
  const version = /event: reload.*?id: (\S+)/s.exec(resumed.text)![1]!;
  // The browser's own beats what the page asked for at first.
  const going = follow(asker, '/api/events?since=other.7', { 'last-event-id': version });
  await expect.poll(() => going.text).toContain('hello');
  expect(going.text).not.toContain('reload');
});

it('says from when on it tells, so that nothing is missed in a cut that comes before any change', async () => {
  const asker = await Asker.start();
  const file = JSON.parse((await asker.know('/api/databases')).text)[0].name;
  writeManyRuns(file, { runs: 5, running: 1 });
  const cut = follow(asker, '/api/events');
  await expect.poll(() => cut.text).toMatch(/event: hello\ndata: \{\}\nid: \w+\.0\n/);
  const [, version] = /id: (\S+)/.exec(cut.text)!;
  const writer = openDatabase(file);
  prepareEpochs(writer)(5, 6, 3);
  writer.close();
  const resumed = follow(asker, '/api/events', { 'last-event-id': version! });
  await expect.poll(() => resumed.text).toMatch(/event: epochs\ndata: \{"run":5,"after":5/);
  expect(resumed.text).not.toContain('reload');
});

it('ends with the server', async () => {
  const asker = await Asker.start();
  const stream = follow(asker, '/api/events');
  await expect.poll(() => stream.text).toContain('hello');
  await asker.server.close();
});
