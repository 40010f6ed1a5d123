import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { QueuedRun } from '../../../src/dashboard/answers/control.js';
import { stopRun } from '../../../src/dashboard/control/stop-run.js';
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
    await expect(stopRun(store.db.name, first!, 300)).rejects.toThrow(
      'expected it to stop within 0.3 s, found that it goes on',
    );
    expect(store.db.prepare('SELECT count(*) FROM stop_requests').pluck().get()).toBe(0);
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

  it('is of recorded runs', async () => {
    const asker = await start((await recordSmallRun()).db.name);
    expect((await asker.send('/api/control/queue', { run: 2, set: [] })).status).toBe(404);
  });
});
