import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HeadClient, HeadError } from '../../src/queue/head-client.js';
import { HeadServer } from '../../src/queue/head-server.js';
import { describeFile } from '../../src/remote/carried-files.js';
import { makeFolder, makeMetrics } from '../experiment/fake-runs.js';
import { FakeHead, makeBeginning, makeReport } from './fake-head.js';

const MB = 2 ** 20;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const upload = (offset: number, bytes: number) => ({
  'upload-offset': String(offset),
  'upload-length': String(bytes),
});

/** A head with a run that a worker has taken up. */
async function begin() {
  const head = await FakeHead.open();
  const run = head.openRun();
  await run.begin(makeBeginning('box-a'));
  return { head, run, path: `/runs/${head.point.identity}/attempts/1` };
}

describe("a head's HTTP", () => {
  it.each([
    ['none', ''],
    ['another token', 'Bearer another'],
    ['the beginning of it', 'Bearer a-toke'],
    ['another scheme', 'Basic a-token'],
  ])('lets nobody in with %s', async (_, authorization) => {
    const { head, path } = await begin();
    for (const request of [
      { method: 'GET' },
      { method: 'POST', body: '{}' },
      { method: 'PATCH', body: 'x' },
    ]) {
      for (const place of [path, `${path}/blobs/${'a'.repeat(64)}`, '/', '/runs']) {
        const { status } = await head.ask(place, { ...request, headers: { authorization } });
        expect([place, status]).toEqual([place, 401]);
      }
    }
  });

  it('takes nothing in an address for a path', async () => {
    const { head, path } = await begin();
    const hostile = [
      '../../secret',
      '..%2f..%2fsecret',
      '%2e%2e%2f%2e%2e%2fsecret',
      '%252e%252e%252fsecret',
      'a'.repeat(63),
      'A'.repeat(64),
      `${'a'.repeat(64)}%00`,
      `${'a'.repeat(64)}/../x`,
    ];
    writeFileSync(join(head.folder, 'secret'), 'secret');
    for (const name of hostile) {
      for (const place of [
        `${path}/blobs/${name}`,
        `/runs/${name}/attempts`,
        `/runs/${name}/attempts/1/reports`,
        `/${name}`,
      ]) {
        for (const method of ['GET', 'POST', 'PATCH']) {
          const request = method === 'GET' ? {} : { body: JSON.stringify(makeBeginning('box-b')) };
          const response = await head.ask(place, { method, ...request, headers: upload(0, 3) });
          expect([400, 404], `${method} ${place}`).toContain(response.status);
          expect(await response.text()).not.toBe('secret');
        }
      }
    }
    expect(readdirSync(head.inbox.folder)).toEqual([]);
  });

  it('says what is wrong with a message', async () => {
    const { head, path } = await begin();
    const report = async (message: object) => {
      const response = await head.post(`${path}/reports`, message);
      return [response.status, ((await response.json()) as { error?: string }).error];
    };
    expect(await report({ ...makeReport(), more: 1 })).toEqual([400, expect.stringContaining('more')]);
    expect(await report({ ...makeReport(), epochs: [{ epoch: 0 }] })).toEqual([
      400,
      expect.stringContaining('epochs: 0: epoch'),
    ]);
    const file = { name: '../model.safetensors', sizeBytes: 1, sha256: 'a'.repeat(64) };
    expect(await report({ ...makeReport(), files: [file] })).toEqual([
      400,
      expect.stringContaining("expected the name of a run's file"),
    ]);
    const text = await head.ask(`${path}/reports`, { method: 'POST', body: '{' });
    expect(text.status).toBe(400);
    expect((await head.post('/runs/1', {})).status).toBe(404);
    expect((await head.post(`/runs/${'f'.repeat(64)}/attempts`, makeBeginning('b'))).status).toBe(410);
  });

  it('carries numbers that JSON has no words for', async () => {
    const { head, path } = await begin();
    const metrics = { ...makeMetrics(1, 9), testLoss: 'NaN' };
    expect((await head.post(`${path}/reports`, { ...makeReport(), epochs: [metrics] })).status).toBe(200);
    expect(head.epochs[0]!.testLoss).toBeNaN();
  });

  it('refuses a message without end', async () => {
    const { head, path } = await begin();
    const headers = { 'content-length': String(2 ** 30) };
    const { status } = await head.ask(`${path}/reports`, { method: 'POST', body: '{}', headers });
    expect(status).toBe(413);
    let sent = 0;
    const chunk = new Uint8Array(MB).fill(0x20);
    const body = new ReadableStream({
      pull: (controller) => {
        sent++;
        controller.enqueue(chunk);
      },
    });
    const init = { method: 'POST', body, duplex: 'half' } as const;
    const chunked = await head.ask(`${path}/reports`, init);
    expect(chunked.status).toBe(413);
    expect(sent).toBeLessThan(140);
  });

  it('takes a file in pieces, holds it against its hash and puts it into the folder of the run', async () => {
    const { head, run, path } = await begin();
    const bytes = randomBytes(3000);
    const sha256 = hashOf(bytes);
    const place = `${path}/blobs/${sha256}`;
    const send = (offset: number, piece: Uint8Array, length = bytes.length) =>
      head.ask(place, { method: 'PATCH', body: new Uint8Array(piece), headers: upload(offset, length) });
    const file = { name: 'state-0000000007.safetensors', sizeBytes: bytes.length, sha256 };
    expect((await send(0, bytes.subarray(0, 1000))).headers.get('upload-offset')).toBe('1000');
    expect((await send(0, bytes.subarray(0, 1000))).status).toBe(409);
    expect((await send(2000, bytes.subarray(2000))).status).toBe(409);
    expect((await send(1000, bytes.subarray(1000), 2999)).status).toBe(409);
    expect((await head.ask(place, { method: 'HEAD' })).headers.get('upload-offset')).toBe('1000');
    expect((await head.post(`${path}/reports`, makeReport({ files: [file] }))).status).toBe(409);
    expect((await send(1000, bytes.subarray(1000))).headers.get('upload-offset')).toBe('3000');
    expect((await head.post(`${path}/reports`, makeReport({ files: [file] }))).status).toBe(200);
    // The answer was lost.
    expect((await head.post(`${path}/reports`, makeReport({ files: [file] }))).status).toBe(200);
    expect(readFileSync(join(head.runFolder, file.name)).equals(bytes)).toBe(true);
    await run.close();
    expect(await readdir(head.inbox.folder)).toEqual([]);
  });

  it('keeps the last two states', async () => {
    const { head, path } = await begin();
    for (const step of [1, 2, 3]) {
      const bytes = Buffer.from(`state ${step}`);
      const file = {
        name: `state-000000000${step}.safetensors`,
        sizeBytes: bytes.length,
        sha256: hashOf(bytes),
      };
      await head.ask(`${path}/blobs/${file.sha256}`, {
        method: 'PATCH',
        body: bytes,
        headers: upload(0, bytes.length),
      });
      await head.post(`${path}/reports`, makeReport({ files: [file] }));
    }
    expect(await readdir(head.runFolder)).toEqual([2, 3].map((step) => `state-000000000${step}.safetensors`));
  });

  it('refuses bytes of another hash, more than were announced and more than any state has', async () => {
    const { head, path } = await begin();
    const send = (sha256: string, text: string, length: number) =>
      head.ask(`${path}/blobs/${sha256}`, { method: 'PATCH', body: text, headers: upload(0, length) });
    const wrong = 'a'.repeat(64);
    expect((await send(wrong, 'abc', 3)).status).toBe(422);
    expect((await send(wrong, 'abcd', 3)).status).toBe(413);
    expect((await send('b'.repeat(64), 'abc', 2 ** 40)).status).toBe(413);
    expect((await send('c'.repeat(64), '', 0)).status).toBe(422);
    expect((await send(hashOf(Buffer.from('')), '', 0)).status).toBe(204);
  });

  it('gives the newest state to the next worker, from any byte on, and nothing else', async () => {
    const head = await FakeHead.open();
    const bytes = randomBytes(5000);
    mkdirSync(head.runFolder, { recursive: true });
    for (const step of [3, 12])
      writeFileSync(
        join(head.runFolder, `state-${String(step).padStart(10, '0')}.safetensors`),
        step === 12 ? bytes : 'older',
      );
    const run = head.openRun();
    const { state } = await run.begin(makeBeginning('box-a'));
    expect(state).toEqual({ name: 'state-0000000012.safetensors', sizeBytes: 5000, sha256: hashOf(bytes) });
    const place = `/runs/${head.point.identity}/attempts/1/blobs/`;
    const get = (range?: string) => head.ask(place + state!.sha256, range ? { headers: { range } } : {});
    expect(Buffer.from(await (await get()).arrayBuffer()).equals(bytes)).toBe(true);
    const rest = await get('bytes=4990-');
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 4990-4999/5000']);
    expect(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(4990))).toBe(true);
    for (const range of ['bytes=5000-', 'bytes=-5', 'bytes=1-2', 'lines=1-'])
      expect((await get(range)).status).toBe(416);
    expect((await head.ask(place + hashOf(Buffer.from('older')))).status).toBe(404);
  });

  it('holds a worker to be alive that takes its time over a state', async () => {
    const head = await FakeHead.open();
    mkdirSync(head.runFolder, { recursive: true });
    writeFileSync(join(head.runFolder, 'state-0000000003.safetensors'), randomBytes(4 * MB));
    const run = head.openRun();
    const { state } = await run.begin(makeBeginning('box-a'));
    const response = await head.ask(`/runs/${head.point.identity}/attempts/1/blobs/${state!.sha256}`);
    const reader = response.body!.getReader();
    await reader.read();
    head.wait(14);
    for (let isDone = false; !isDone; ) isDone = (await reader.read()).done;
    head.wait(14);
    expect(run.isWaiting).toBe(false);
  });

  it('gives no state where the run is to begin anew, until it has one of its own', async () => {
    const head = await FakeHead.open();
    mkdirSync(head.runFolder, { recursive: true });
    writeFileSync(join(head.runFolder, 'state-0000000012.safetensors'), 'older');
    expect((await head.openRun({ restart: true }).begin(makeBeginning('box-a'))).state).toBeNull();
    expect((await head.openRun(null).begin(makeBeginning('box-a'))).state).toBeNull();
  });
});

describe('a worker and a head', () => {
  it('bring files across a network that cuts every connection', async () => {
    const head = await FakeHead.open();
    const server = await HeadServer.start(head.runs, { host: '127.0.0.1', port: 0, url: null });
    onTestFinished(() => server.close());
    const { url, token } = server.address;
    const cut = await startCuttingProxy(Number(new URL(url).port), 3 * MB);
    const client = new HeadClient({ url: cut, token }, head.point.identity);
    const run = head.openRun();
    const { attempt } = await run.begin(makeBeginning('box-a'));

    const folder = makeFolder();
    const bytes = randomBytes(20 * MB);
    const sent = join(folder, 'state-0000000001.safetensors');
    writeFileSync(sent, bytes);
    const file = await describeFile(sent);
    const handle = await open(sent);
    onTestFinished(() => handle.close());
    const cuts = await countFailures(() => client.upload(attempt, file, handle));
    expect(cuts).toBeGreaterThan(2);
    await run.keep(attempt, [file]);
    expect(readFileSync(join(head.runFolder, file.name)).equals(bytes)).toBe(true);

    head.wait();
    const next = await run.begin(makeBeginning('box-b'));
    const received = join(folder, 'received');
    await client.download(next.attempt, next.state!, received, new AbortController().signal);
    expect(readFileSync(received).equals(bytes)).toBe(true);
  });

  it('give up a file of which no more comes, or that is no longer wanted', async () => {
    const bytes = randomBytes(1000);
    const stalling = createHttpServer((_, response) => {
      response.writeHead(206, { 'content-length': bytes.length }).flushHeaders();
    });
    await new Promise<void>((resolve) => stalling.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      stalling.closeAllConnections();
      stalling.close();
    });
    const { port } = stalling.address() as AddressInfo;
    const client = new HeadClient({ url: `http://127.0.0.1:${port}`, token: 't' }, 'a'.repeat(64));
    const file = { name: 'state-0000000001.safetensors', sizeBytes: bytes.length, sha256: hashOf(bytes) };
    const stop = new AbortController();
    const download = async () => {
      const asked = once(stalling, 'request');
      const downloaded = client.download(1, file, join(makeFolder(), 'received'), stop.signal);
      downloaded.catch(() => {});
      await asked;
      return { downloaded };
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { downloaded: idle } = await download();
    vi.advanceTimersByTime(30_000);
    await expect(idle).rejects.toMatchObject({ status: null, message: 'nothing more for 30 s' });
    const { downloaded: unwanted } = await download();
    const reason = new Error('the worker is to end');
    stop.abort(reason);
    await expect(unwanted).rejects.toBe(reason);
  });

  it('say that there is nobody, and that a token is another head’s', async () => {
    const head = await FakeHead.open();
    const server = await HeadServer.start(head.runs, { host: '127.0.0.1', port: 0, url: null });
    const ask = (url: string, token: string) =>
      new HeadClient({ url, token }, head.point.identity).begin(makeBeginning('a'));
    const { url } = server.address;
    await expect(ask(url, 'another')).rejects.toMatchObject({ status: 401, isPassing: false });
    await server.close();
    await expect(ask(url, 'another')).rejects.toThrow(HeadError);
    await expect(ask(url, 'another')).rejects.toMatchObject({
      status: null,
      message: 'ECONNREFUSED',
      isPassing: true,
    });
  });

  it('say why nothing can listen', async () => {
    const head = await FakeHead.open();
    const start = (host: string, port: number) => HeadServer.start(head.runs, { host, port, url: null });
    const server = await start('127.0.0.1', 0);
    onTestFinished(() => server.close());
    const port = Number(new URL(server.address.url).port);
    await expect(start('127.0.0.1', port)).rejects.toThrow(
      `--listen 127.0.0.1:${port}: expected an address of this machine with a free port, found a port that another program has.`,
    );
    await expect(start('192.0.2.1', 0)).rejects.toThrow(
      'found an address of another machine. Give another one.',
    );
    expect(existsSync(head.inbox.folder)).toBe(true);
  });
});

/** How often an action fails before it succeeds. */
async function countFailures(action: () => Promise<void>): Promise<number> {
  for (let failures = 0; ; failures++) {
    try {
      await action();
      return failures;
    } catch (error) {
      if (failures > 200) throw error;
      await sleep(20);
    }
  }
}

/** Passes a connection on until so many bytes have gone through, in either direction. */
async function startCuttingProxy(port: number, mostBytes: number): Promise<string> {
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    let bytes = 0;
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes <= mostBytes) to.write(chunk);
        else {
          // What has gone through arrives.
          server.end();
          client.destroy();
        }
      });
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    };
    pass(client, server);
    pass(server, client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
}
