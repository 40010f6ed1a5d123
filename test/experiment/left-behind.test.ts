import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { markProcess, type ProcessMark } from '../../src/experiment/process-mark.js';
import { listRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import { claimRuns, claimTwo, giveRun, makeMetrics, openStore, planGrid } from './fake-runs.js';

/** The mark of a process of this machine that has ended. */
function markEnded(): ProcessMark {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return { ...markProcess(), pid, startMarker: 'then' };
}

describe('runs that a process left behind', () => {
  it('are freed: what was running becomes interrupted, what an older version has queued goes', async () => {
    const store = openStore();
    const [running, queued] = (await claimTwo(store)) as [number, number];
    store.db.prepare("UPDATE runs SET state = 'queued' WHERE run_id = ?").run(queued);
    store.addEpoch(running, makeMetrics(1, 9));
    for (const runId of [running, queued]) giveRun(store, runId, markEnded());
    expect(readLiveRuns(store.db).size).toBe(0);
    expect(store.recoverDead()).toBe(1);
    expect(listRuns(store.db)).toMatchObject([
      { runId: running, state: 'interrupted', reason: 'its process ended', epochs: 1 },
    ]);
  });

  it('are told from those of a living process with the same pid by its beginning', async () => {
    const store = openStore();
    for (const runId of await claimTwo(store)) {
      giveRun(store, runId, { ...markProcess(), startMarker: 'an earlier process' });
    }
    expect(store.recoverDead()).toBe(2);
    expect(listRuns(store.db).map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
  });

  it('are taken over by who claims them, and from nobody who lives', async () => {
    const store = openStore();
    const [first] = (await claimTwo(store)) as [number];
    const again = async () => claimRuns(store, 'test', await planGrid({ base: { model: 'BN' } }));
    expect(await again()).toEqual([null]);
    giveRun(store, first, markEnded());
    expect(await again()).toEqual([first]);
    expect(listRuns(store.db).map(({ runId, state }) => [runId, state])).toEqual([
      [first, 'running'],
      [2, 'running'],
    ]);
  });

  it('stay if the process lives', async () => {
    const store = openStore();
    await claimTwo(store);
    expect(store.recoverDead()).toBe(0);
    expect(listRuns(store.db)).toHaveLength(2);
    expect([...readLiveRuns(store.db).values()]).toMatchObject([{ pid: process.pid }, { pid: process.pid }]);
  });

  it.each([
    ['another pid namespace', { pidNamespace: 'pid:[1]' }],
    ['another boot', { bootId: 'another' }],
    ['an older version', { bootId: null, pidNamespace: null }],
  ])('by one of %s without a lock stay as long as it may live', async (_, change) => {
    const store = openStore();
    for (const runId of await claimTwo(store)) giveRun(store, runId, { ...markEnded(), ...change });
    expect(store.recoverDead()).toBe(0);
    expect(readLiveRuns(store.db).size).toBe(2);
    expect(listRuns(store.db).map(({ state }) => state)).toEqual(['running', 'running']);
  });

  it('by one of which nothing is known are freed once it has been watched in silence', async () => {
    const store = openStore();
    for (const runId of await claimTwo(store)) giveRun(store, runId, { ...markEnded(), bootId: 'another' });
    // Whole milliseconds: twelve fractional ones of 15 s may come to less than 180 s.
    let nowMs = 1_000_000;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    onTestFinished(() => clock.mockRestore());
    const lookAfter = (ms: number) => {
      nowMs += ms;
      return store.recoverDead();
    };
    const beat = store.db.prepare('UPDATE processes SET heartbeat = heartbeat + 1');
    for (let look = 0; look < 30; look++) {
      if (look % 10 === 0) beat.run();
      expect(lookAfter(15_000)).toBe(0);
    }
    expect(lookAfter(15_000)).toBe(0);
    expect(lookAfter(15_000)).toBe(0);
    expect(lookAfter(15_000)).toBe(2);
  });
});
