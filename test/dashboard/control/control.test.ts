import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listStates } from '../../../src/checkpoint/run-files.js';
import { findPackageRoot } from '../../../src/core/paths.js';
import type { QueuedRun } from '../../../src/dashboard/answers/control.js';
import { stopRun } from '../../../src/dashboard/control/stop-run.js';
import { TrainCommand } from '../../../src/dashboard/control/train-command.js';
import { MAX_WAITING, TrainQueue } from '../../../src/dashboard/control/train-queue.js';
import { findRunFolder } from '../../../src/experiment/run-folder.js';
import { listStopRequests } from '../../../src/experiment/stop-requests.js';
import type { Store } from '../../../src/experiment/store.js';
import { claimTwo, makeFolder, openStore } from '../../experiment/fake-runs.js';
import { run } from '../../experiment/fake-sweep.js';
import { SlowSweep } from '../../helpers/slow-sweep.js';
import { Asker } from '../ask.js';

/** One recorded run of a network that is trained within a second. */
async function recordSmallRun(): Promise<Store> {
  const store = openStore();
  await run(store, {
    base: { model: 'SK', width: 0.2, trainCount: 200, testCount: 100, epochs: 1 },
    grid: { seed: [0] },
  });
  return store;
}

const start = (file: string) => Asker.start({ files: [file], allowControl: true });

/** Where this process makes its temporary files until the test's end. */
function useTemporaryFolder(folder: string): string {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  return folder;
}

function beginSweep(sweep: SlowSweep): Promise<number | null> {
  const child = spawn(sweep.command, { shell: true, stdio: 'ignore', detached: true });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
    await ended;
  });
  return ended;
}

describe('controls', () => {
  it.each([
    ['POST', 'stop'],
    ['POST', 'queue'],
    ['GET', 'queue'],
  ])('are off unless they are asked for: %s %s', async (method, path) => {
    const asker = await Asker.start({ files: [openStore().db.name] });
    const headers = { cookie: asker.cookie, 'content-type': 'application/json' };
    const { status, text } = await asker.ask(
      `/api/control/${path}`,
      { method, headers },
      method === 'POST' ? '{"run":1,"set":[]}' : '',
    );
    expect([status, JSON.parse(text).error]).toEqual([
      403,
      expect.stringContaining('Start it with --allow-control'),
    ]);
    expect(JSON.parse((await asker.know('/api/databases')).text)).toMatchObject([{ canControl: false }]);
  });

  it('are for the page alone', async () => {
    const asker = await start(openStore().db.name);
    const stop = (headers: Record<string, string>) => asker.send('/api/control/stop', { run: 1 }, headers);
    expect((await stop({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await stop({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await stop({ cookie: '' })).status).toBe(401);
    expect((await stop({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await asker.know('/api/control/stop?run=1')).status).toBe(404);
    expect(JSON.parse((await asker.know('/api/databases')).text)).toMatchObject([{ canControl: true }]);
  });
});

describe('stopping', () => {
  it('ends a run of another process with its state, and not the sweep; the same command goes on', async () => {
    const sweep = new SlowSweep(makeFolder(), { pauseMs: 30, epochs: 40, seeds: 2 });
    const ended = beginSweep(sweep);
    await expect
      .poll(() => sweep.readRuns().map(({ state }) => state), { timeout: 30_000 })
      .toEqual(['running']);
    const asker = await start(sweep.database);
    expect(await asker.send('/api/control/stop', { run: 1 })).toMatchObject({
      status: 200,
      text: '{"state":"interrupted"}',
    });
    await expect
      .poll(() => sweep.readRuns().map(({ state }) => state), { timeout: 30_000 })
      .toEqual(['interrupted', 'running']);
    await asker.send('/api/control/stop', { run: 2 });
    // Not all that was asked of it is recorded.
    expect(await ended).toBe(1);
    const again = await asker.send('/api/control/stop', { run: 1 });
    expect([again.status, JSON.parse(again.text).error]).toEqual([
      422,
      'run 1: expected a run that is under way, found that it is interrupted.',
    ]);

    const child = spawn(sweep.command, { shell: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said).toMatch(/goes on/);
    expect(sweep.readRuns().map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('says of whom does not listen that it goes on', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    await expect(
      stopRun(store.db.name, first!, { signal: new AbortController().signal, patienceMs: 300 }),
    ).rejects.toThrow('expected it to stop within 0.3 s, found that it goes on');
    expect(listStopRequests(store.db)).toEqual([]);
  });

  it('is asked for no more when nobody waits for it, and goes on for another who does', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    const [one, other] = [new AbortController(), new AbortController()];
    const stops = [one, other].map(({ signal }) => stopRun(store.db.name, first!, { signal }));
    const ends = Promise.allSettled(stops);
    await expect.poll(() => listStopRequests(store.db)).toEqual([first]);
    one.abort();
    await expect(stops[0]).rejects.toThrow('abort');
    await expect.poll(() => listStopRequests(store.db)).toEqual([first]);
    other.abort();
    await ends;
    expect(listStopRequests(store.db)).toEqual([]);
  });

  it('is taken back when the page ends, which does not wait for it', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    const asker = await start(store.db.name);
    const stop = asker.send('/api/control/stop', { run: first });
    const cut = expect(stop).rejects.toThrow();
    await expect.poll(() => listStopRequests(store.db)).toEqual([first]);
    const startMs = performance.now();
    await asker.server.close();
    await cut;
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(listStopRequests(store.db)).toEqual([]);
  });

  it('holds up nobody while another program holds the database, and is asked for then', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    const asker = await start(store.db.name);
    store.db.exec('BEGIN IMMEDIATE');
    const stop = asker.send('/api/control/stop', { run: first });
    const cut = expect(stop).rejects.toThrow();
    for (let asked = 0; asked < 10; asked++) {
      const startMs = performance.now();
      expect((await asker.know('/api/databases')).status).toBe(200);
      expect(performance.now() - startMs).toBeLessThan(2000);
    }
    store.db.exec('ROLLBACK');
    await expect.poll(() => listStopRequests(store.db)).toEqual([first]);
    await asker.server.close();
    await cut;
  });

  it('makes no database, and brings none up to date', async () => {
    const file = join(makeFolder(), 'new', 'none.db');
    expect((await (await start(file)).send('/api/control/stop', { run: 1 })).status).toBe(503);
    expect(existsSync(dirname(file))).toBe(false);
    const { db } = openStore();
    db.pragma('user_version = 1');
    expect((await (await start(db.name)).send('/api/control/stop', { run: 1 })).status).toBe(503);
    expect(db.pragma('user_version', { simple: true })).toBe(1);
  });

  it('is asked for explicitly where progress is lost', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    store.db.prepare("UPDATE runs SET started_at = '2026-01-01T00:00:00.000Z'").run();
    const asker = await start(store.db.name);
    const refused = await asker.send('/api/control/stop', { run: first });
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([
      409,
      expect.stringContaining('stopped, it loses its progress'),
    ]);
    expect(listStopRequests(store.db)).toEqual([]);
    const stop = asker.send('/api/control/stop', { run: first, loseProgress: true });
    await expect.poll(() => listStopRequests(store.db)).toEqual([first]);
    store.finishRun(first!, { state: 'interrupted', reason: 'of a test' });
    expect((await stop).text).toBe('{"state":"interrupted"}');
  });
});

describe('queueing', () => {
  const list = async (asker: Asker) =>
    JSON.parse((await asker.know('/api/control/queue')).text) as QueuedRun[];

  it('trains a recorded spec with other fields, one after another, until the page ends', async () => {
    const store = await recordSmallRun();
    const asker = await start(store.db.name);
    const first = await asker.send('/api/control/queue', {
      run: 1,
      set: ['seed=7', 'learningRate.rate=.01'],
    });
    expect([first.status, JSON.parse(first.text)]).toMatchObject([200, { id: 1, run: 1 }]);
    await asker.send('/api/control/queue', { run: 1, set: ['seed=8', 'epochs=1000'] });
    await asker.send('/api/control/queue', { run: 1, set: ['seed=9'] });
    const read = () =>
      store.db.prepare('SELECT sweep, seed, learning_rate, state FROM all_runs WHERE run_id > 1').raw().all();
    const done = ['dashboard', 7, 0.01, 'done'];
    await expect
      .poll(read, { timeout: 50_000 })
      .toEqual([done, ['dashboard', 8, expect.any(Number), 'running']]);
    expect((await list(asker)).map(({ state }) => state)).toEqual(['done', 'training', 'waiting']);
    expect(await asker.server.close()).toBe(1);
    expect(read()).toEqual([done, ['dashboard', 8, expect.any(Number), 'interrupted']]);
  });

  it.each([
    [['sede=3'], 'seed'],
    [['plugins=["/tmp/evil.mjs"]'], 'expected another field'],
    [['--again'], 'expected'],
  ])('refuses %s with a line', async (set, why) => {
    const asker = await start((await recordSmallRun()).db.name);
    const { status, text } = await asker.send('/api/control/queue', { run: 1, set });
    expect([status, JSON.parse(text).error]).toEqual([422, expect.stringContaining(why)]);
    expect(await list(asker)).toEqual([]);
  });

  it('refuses a NUL before anything is made', async () => {
    const asker = await start((await recordSmallRun()).db.name);
    expect((await asker.send('/api/control/queue', { run: 1, set: ['seed=3\0'] })).status).toBe(400);
  });

  it('leaves nothing of a command that cannot begin, and tells of it', () => {
    const folder = useTemporaryFolder(makeFolder());
    const order = { file: 'some.db', spec: '{}', set: ['seed=3\0'] };
    expect(() => new TrainCommand(order)).toThrow('train: cannot begin');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes on with the others after one that cannot begin', async () => {
    const order = { file: 'some.db', spec: '{}', set: [] };
    const before = tmpdir();
    useTemporaryFolder('/nonexistent');
    const queue = new TrainQueue();
    queue.add({ run: 1, set: [] }, order);
    await expect.poll(() => queue.list('some.db')).toMatchObject([{ state: 'failed' }]);
    expect(queue.list('some.db')[0]!.line).toContain('Name another place with TMPDIR');
    process.env.TMPDIR = before;
    queue.add({ run: 1, set: [] }, order);
    await expect
      .poll(() => queue.list('some.db')[1]!.line, { timeout: 20_000 })
      .toMatch(/^dashboard\.json|expected/);
    expect(await queue.close()).toBe(0);
  });

  it('checks one at a time, and not after the end', async () => {
    const asker = await start((await recordSmallRun()).db.name);
    const send = () => asker.send('/api/control/queue', { run: 1, set: ['sede=3'] });
    const replies = await Promise.all([send(), send(), send()]);
    expect(replies.map(({ status }) => status).sort()).toEqual([422, 429, 429]);
    const cut = expect(send()).rejects.toThrow();
    await asker.server.close();
    await cut;
  });

  it('is full at some length', () => {
    const queue = new TrainQueue();
    const order = { file: 'some.db', spec: '{}', set: [] };
    for (let jobs = 0; jobs < MAX_WAITING; jobs++) {
      expect(queue.isFull).toBe(false);
      queue.add({ run: 1, set: [] }, order);
    }
    expect(queue.isFull).toBe(true);
    return expect(queue.close()).resolves.toBe(MAX_WAITING);
  });

  it('ends what it trains with its state when the page is killed', async () => {
    const { db } = await recordSmallRun();
    const script = join(findPackageRoot(), 'scripts', 'dashboard.js');
    const args = [script, '--db', db.name, '--allow-control', '--listen', '127.0.0.1:0'];
    const page = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => {
      page.kill('SIGKILL');
    });
    const [line] = (await once(page.stdout, 'data')) as [Buffer];
    const { port, searchParams, origin } = new URL(line.toString().trim());
    const reply = await fetch(`${origin}/api/control/queue`, {
      method: 'POST',
      headers: {
        cookie: `convoy-${port}=${searchParams.get('token')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ run: 1, set: ['epochs=1000'] }),
    });
    expect(reply.status).toBe(200);
    const read = () => db.prepare('SELECT state FROM runs WHERE run_id = 2').pluck().get();
    const count = () => db.prepare('SELECT count(*) FROM epochs WHERE run_id = 2').pluck().get();
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(0);
    page.kill('SIGKILL');
    await expect.poll(read, { timeout: 30_000 }).toBe('interrupted');
    expect(await listStates(findRunFolder(db.name, 2))).not.toEqual([]);
  });

  it('is of recorded runs', async () => {
    const asker = await start((await recordSmallRun()).db.name);
    expect((await asker.send('/api/control/queue', { run: 2, set: [] })).status).toBe(404);
  });
});
