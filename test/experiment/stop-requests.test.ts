import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/experiment/database.js';
import { listRuns } from '../../src/experiment/run-records.js';
import { listStopRequests, requestStop, withdrawStop } from '../../src/experiment/stop-requests.js';
import { claimTwo, giveRun, makeMetrics, makeResult, openStore, type RunOne, runFake } from './fake-runs.js';
import { run, states, threeSeeds } from './fake-sweep.js';

/** An epoch, and then none until it is stopped. */
const runUntilStopped: RunOne = async (spec, { onEpoch, signal }) => {
  const epoch = makeMetrics(1, 10);
  onEpoch?.(epoch);
  await new Promise((resolve) => signal!.addEventListener('abort', resolve, { once: true }));
  return makeResult(spec, { state: 'interrupted', reason: 'stopped', epochs: [epoch] });
};

describe('a request to stop', () => {
  it('ends one run, which goes on when it is asked for again; the others of the sweep go on at once', async () => {
    const store = openStore();
    // Another process's connection.
    const other = openDatabase(store.db.name);
    let begun = 0;
    const ends = await run(store, threeSeeds, {
      runOne: (spec, options) => {
        if (++begun !== 2) return runFake(spec, options);
        requestStop(other, 2);
        return runUntilStopped(spec, options);
      },
    });
    other.close();
    expect(ends).toEqual({ done: 2, interrupted: 1 });
    expect(states(store)).toEqual(['done', 'interrupted', 'done']);
    expect(listStopRequests(store.db)).toEqual([]);
    expect(await run(store, threeSeeds)).toEqual({ done: 1 });
    expect(listRuns(store.db)).toHaveLength(3);
  });

  it('is for runs that are under way', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    store.finishRun(first!, { state: 'failed', reason: 'of a test' });
    expect(() => requestStop(store.db, first!)).toThrow(
      'run 1: expected a run that is under way, found that it is failed.',
    );
    expect(() => requestStop(store.db, 99)).toThrow('run 99: expected a recorded run, found none.');
  });

  it('is not for runs of a process that has ended', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    giveRun(store, first!, {
      host: 'here',
      bootId: null,
      pidNamespace: null,
      pid: 2 ** 22,
      startMarker: 'gone',
    });
    store.db.prepare("UPDATE processes SET lock_name = 'none.lock' WHERE pid = ?").run(2 ** 22);
    // Of another namespace nothing can be known.
    requestStop(store.db, first!);
    store.db
      .prepare(
        'UPDATE processes SET (boot_id, pid_namespace) = (SELECT boot_id, pid_namespace FROM processes WHERE process_id = 1) WHERE pid = ?',
      )
      .run(2 ** 22);
    expect(() => requestStop(store.db, first!)).toThrow('found that its process has ended');
  });

  it('is not for those of a search', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    store.db.exec("INSERT INTO searches (sweep_id, search) VALUES (1, '{}')");
    expect(() => requestStop(store.db, first!)).toThrow('found one of a search');
  });

  it('can be taken back', async () => {
    const store = openStore();
    const [first] = await claimTwo(store);
    requestStop(store.db, first!);
    requestStop(store.db, first!);
    expect(listStopRequests(store.db)).toEqual([first]);
    withdrawStop(store.db, first!);
    expect(listStopRequests(store.db)).toEqual([]);
  });
});
