import { describe, expect, it } from 'vitest';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import type { PointFeed } from '../../src/experiment/point-feed.js';
import { listRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import type { SweepObserver } from '../../src/experiment/sweep.js';
import { claimRuns, giveToParent, makeResult, openStore, planGrid } from './fake-runs.js';
import { run, states, threeSeeds } from './fake-sweep.js';

/** Has the process that a run was given to record its end. */
function finishElsewhere(store: Store, runId: number): void {
  store.db
    .prepare("UPDATE runs SET state = 'done', finished_at = 'now', weights_sha256 = 'w' WHERE run_id = ?")
    .run(runId);
}

describe('a point that another process is at', () => {
  /** The second of three points is claimed by another process; `then` gets its run once the sweep has nothing else to do. */
  async function share(then: (store: Store, runId: number) => void) {
    const store = openStore();
    const points = await planGrid(threeSeeds);
    const [runId] = claimRuns(store, 'other', [points[1]!]) as [number];
    giveToParent(store, runId);
    const told: [string, number, number][] = [];
    const tell = (what: string) => (point: { position: number }, by: { runId: number }) =>
      told.push([what, point.position, by.runId]);
    const observer: SweepObserver = {
      pointHeld: tell('held'),
      runEnded: ({ point }) => {
        if (point === points[2]) then(store, runId);
      },
      pointRecorded: tell('recorded'),
      runStarted: (current) => tell('started')(current.point, current),
    };
    const ends = await run(store, threeSeeds, { observer, missing: points });
    return { ends, told, store, runId };
  }

  it('is left to it, and its end is waited for', async () => {
    const { ends, told, store, runId } = await share(finishElsewhere);
    expect(ends).toEqual({ done: 2 });
    expect(told.map(([what, position]) => [what, position])).toEqual([
      ['started', 1],
      ['held', 2],
      ['started', 3],
      ['recorded', 2],
    ]);
    expect(told[1]![2]).toBe(runId);
    expect(states(store)).toEqual(['done', 'done', 'done']);
  });

  it.each([
    ['fails', "UPDATE runs SET state = 'failed', finished_at = 'now' WHERE state = 'running'"],
    ['is gone', "UPDATE processes SET start_marker = 'earlier'"],
  ])('is taken over if that one %s', async (_, then) => {
    const { ends, told, store, runId } = await share(({ db }) => db.exec(then));
    expect(ends).toEqual({ done: 3 });
    expect(told.at(-1)).toEqual(['started', 2, runId]);
    expect(states(store)).toEqual(['done', 'done', 'done']);
  });

  it('is told of once, also if a feed gives it anew each time', async () => {
    const store = openStore();
    const [point] = (await planGrid(threeSeeds)) as [SweepPoint];
    const [runId] = claimRuns(store, 'other', [point]) as [number];
    giveToParent(store, runId);
    let isGiven = false;
    let takenBack = 0;
    const feed: PointFeed = {
      count: 1,
      take: async () => {
        if (isGiven || takenBack === 3) return null;
        isGiven = true;
        return { ...point };
      },
      give: () => {
        isGiven = false;
        if (++takenBack === 2) finishElsewhere(store, runId);
      },
    };
    const told: string[] = [];
    const observer: SweepObserver = {
      pointHeld: () => told.push('held'),
      pointRecorded: () => told.push('recorded'),
    };
    expect(await run(store, threeSeeds, { observer, points: [], missing: [], feed })).toEqual({});
    expect(told).toEqual(['held', 'recorded']);
  });

  it('is skipped by a sweep that does not wait', async () => {
    const store = openStore();
    const points = await planGrid(threeSeeds);
    const [runId] = claimRuns(store, 'other', [points[1]!]) as [number];
    giveToParent(store, runId);
    const told: [number, number][] = [];
    const observer: SweepObserver = {
      pointHeld: () => expect.unreachable(),
      pointSkipped: (point, by) => told.push([point.position, by.runId]),
    };
    expect(await run(store, threeSeeds, { observer, missing: points, wait: false })).toEqual({ done: 2 });
    expect(told).toEqual([[2, runId]]);
    expect(states(store)).toEqual(['running', 'done', 'done']);
  });

  it('is not waited for any longer once the sweep is interrupted', async () => {
    const store = openStore();
    const points = await planGrid(threeSeeds);
    const [runId] = claimRuns(store, 'other', [points[1]!]) as [number];
    giveToParent(store, runId);
    const controller = new AbortController();
    const observer: SweepObserver = {
      runEnded: ({ point }) => {
        if (point === points[2]) setTimeout(() => controller.abort(), 50);
      },
    };
    expect(await run(store, threeSeeds, { observer, missing: points, signal: controller.signal })).toEqual({
      done: 2,
    });
    expect(states(store)).toEqual(['running', 'done', 'done']);
  });

  it('keeps the number that it has among the missing ones', async () => {
    const store = openStore();
    const points = await planGrid(threeSeeds);
    claimRuns(store, 'other', [points[0]!]).forEach((runId) => {
      store.finishRun(runId!, { result: makeResult(points[0]!.spec) });
    });
    const seen: [number, number][] = [];
    const observer: SweepObserver = { runStarted: ({ index, count }) => seen.push([index, count]) };
    await run(store, threeSeeds, { observer, missing: points });
    expect(seen).toEqual([
      [2, 3],
      [3, 3],
    ]);
  });
});

describe('a run that another process takes over, since this one seemed to be gone', () => {
  it('ends here, is recorded there alone, and its record is waited for', async () => {
    const store = openStore();
    const ended: unknown[] = [];
    const observer: SweepObserver = {
      epochEnded: ({ runId }, { epoch }) => {
        if (epoch !== 1) return;
        giveToParent(store, runId);
      },
      runEnded: ({ runId }, end) => {
        ended.push(end);
        finishElsewhere(store, runId);
      },
    };
    expect(await run(store, { base: { model: 'BN', epochs: 3 } }, { observer })).toEqual({ interrupted: 1 });
    expect(ended).toMatchObject([{ state: 'interrupted', reason: expect.stringContaining('took it over') }]);
    expect(listRuns(store.db)).toMatchObject([{ state: 'done', epochs: 1, weightsSha256: 'w' }]);
  });
});
