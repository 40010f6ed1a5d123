import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { UnableToTrain } from '../../src/experiment/executor.js';
import { findSeeds, findSweep } from '../../src/experiment/find-runs.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { listRuns, readLatestRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import { runSweep, type SweepObserver, type SweepOptions } from '../../src/experiment/sweep.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { NUMERICS } from '../../src/run/numerics.js';
import {
  claimRuns,
  giveToParent,
  makeExecutor,
  makeMetrics,
  makeResult,
  openStore,
  planGrid,
  type RunOne,
  runFake,
} from './fake-runs.js';

type Changes = Partial<SweepOptions> & { readonly runOne?: RunOne; readonly parallel?: number };

async function run(
  store: Store,
  grid: object,
  { runOne = runFake, parallel = 1, ...changes }: Changes = {},
): Promise<Record<string, number>> {
  const points = await planGrid(grid);
  const live = readLiveRuns(store.db);
  const ends = await runSweep({
    store,
    name: 'test',
    title: null,
    points,
    missing: points.filter((point) => !live.has(point.identity)),
    executor: makeExecutor(runOne, { parallel }),
    ...changes,
  });
  return Object.fromEntries(ends);
}

const states = (store: Store) => listRuns(store.db).map((summary) => summary.state);
const threeSeeds = { base: { model: 'BN', epochs: 2 }, grid: { seed: [0, 1, 2] } };

describe('a sweep', () => {
  it.each([1, 2, 5])('records every point, %d at a time', async (parallel) => {
    const store = openStore();
    expect(await run(store, threeSeeds, { parallel })).toEqual({ done: 3 });
    expect(listRuns(store.db)).toMatchObject([
      { state: 'done', seed: 0, epochs: 2, testErrorPercent: 8 },
      { state: 'done', seed: 1, epochs: 2, testErrorPercent: 9 },
      { state: 'done', seed: 2, epochs: 2, testErrorPercent: 10 },
    ]);
  });

  it('runs no more than `parallel` side by side', async () => {
    let [running, most] = [0, 0];
    const runOne: RunOne = async (spec, options) => {
      most = Math.max(most, ++running);
      const result = await runFake(spec, options);
      running--;
      return result;
    };
    await run(
      openStore(),
      { base: { model: 'BN' }, grid: { seed: [0, 1, 2, 3, 4] } },
      { runOne, parallel: 2 },
    );
    expect(most).toBe(2);
  });

  it('runs only what is missing, also where another sweep recorded it', async () => {
    const store = openStore();
    await run(store, { base: { model: 'BN', epochs: 2 } }, { name: 'other' });
    expect(await run(store, threeSeeds)).toEqual({ done: 2 });
    expect(await run(store, threeSeeds)).toEqual({});
  });

  it('runs a point once that is written twice', async () => {
    const store = openStore();
    await run(store, { base: { model: 'BN', epochs: 1 }, points: [{}, { seed: 0 }, { momentum: 0.9 }] });
    expect(states(store)).toEqual(['done']);
  });

  it('goes on after a run that throws, and tries that one again next time', async () => {
    const store = openStore();
    const error = new Error('worker 0 died');
    const seen: unknown[] = [];
    const runOne: RunOne = (spec, options) =>
      spec.seed === 1 ? Promise.reject(error) : runFake(spec, options);
    const observer = { runEnded: (_run: unknown, _end: unknown, thrown?: unknown) => seen.push(thrown) };
    expect(await run(store, threeSeeds, { runOne, observer })).toEqual({ done: 2, failed: 1 });
    expect(seen).toEqual([undefined, error, undefined]);
    expect(listRuns(store.db)[1]).toMatchObject({ state: 'failed', reason: 'worker 0 died' });
    expect(await run(store, threeSeeds)).toEqual({ done: 1 });
    expect(states(store)).toEqual(['done', 'done', 'done']);
  });

  it('ends with the first failed run if it is to fail fast; what never began leaves no row', async () => {
    const store = openStore();
    const runOne: RunOne = () => Promise.reject(new Error('no'));
    expect(await run(store, threeSeeds, { runOne, failFast: true })).toEqual({ failed: 1 });
    expect(states(store)).toEqual(['failed']);
  });

  it('ends with an executor that can train nothing, and calls no run failed for it', async () => {
    const store = openStore();
    let asked = 0;
    const executor = {
      ...makeExecutor(),
      run: async () => {
        asked++;
        throw new UnableToTrain('trainer: expected a process that begins to train, found none.');
      },
    };
    await expect(run(store, threeSeeds, { executor })).rejects.toThrow(UnableToTrain);
    expect(asked).toBe(1);
    expect(listRuns(store.db)).toMatchObject([{ state: 'interrupted', reason: 'the sweep ended before it' }]);
  });

  it('does not run again what diverged', async () => {
    const store = openStore();
    const runOne: RunOne = async (spec) => makeResult(spec, { state: 'diverged', reason: 'epoch 1, step 3' });
    expect(await run(store, threeSeeds, { runOne })).toEqual({ diverged: 3 });
    expect(await run(store, threeSeeds)).toEqual({});
  });
});

describe('an interrupted sweep', () => {
  it('marks the runs in progress, keeps their epochs, and goes on where it was', async () => {
    const store = openStore();
    const controller = new AbortController();
    const observer = {
      epochEnded: (current: { index: number }) => {
        if (current.index === 2) controller.abort();
      },
    };
    expect(await run(store, threeSeeds, { observer, signal: controller.signal })).toEqual({
      done: 1,
      interrupted: 1,
    });
    expect(listRuns(store.db)).toMatchObject([
      { state: 'done' },
      { state: 'interrupted', reason: 'stopped', epochs: 1 },
    ]);
    expect(await run(store, threeSeeds)).toEqual({ done: 2 });
    expect(listRuns(store.db)).toMatchObject(Array(3).fill({ state: 'done', epochs: 2, reason: null }));
  });

  it('that was interrupted before it began runs nothing', async () => {
    const store = openStore();
    expect(await run(store, threeSeeds, { signal: AbortSignal.abort() })).toEqual({});
    expect(states(store)).toEqual([]);
  });
});

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

describe('a run that was begun before', () => {
  const oneRun = { base: { model: 'BN', epochs: 3 } };

  /** A run that is interrupted after two epochs. */
  async function interrupt(store: Store): Promise<void> {
    const controller = new AbortController();
    const observer: SweepObserver = {
      epochEnded: (_run, { epoch }) => {
        if (epoch === 2) controller.abort();
      },
    };
    await run(store, oneRun, { observer, signal: controller.signal });
    expect(listRuns(store.db)).toMatchObject([{ state: 'interrupted', epochs: 2 }]);
  }

  /** Goes on from a checkpoint after the first epoch. */
  const resume: RunOne = async (spec, { onResume, onEpoch }) => {
    const epochs = [makeMetrics(1, 50)];
    onResume?.({ epoch: 2, step: 3, epochs, rejected: ['state-8 is cut'] });
    for (const epoch of [2, 3]) {
      epochs.push(makeMetrics(epoch, 50 - epoch));
      onEpoch?.(epochs.at(-1)!);
    }
    return makeResult(spec, { epochs });
  };

  it('goes on in its row and its folder, with the epochs of its checkpoint', async () => {
    const store = openStore();
    await interrupt(store);
    const told: unknown[] = [];
    const observer: SweepObserver = {
      resumed: ({ runId }, resumption) => told.push([runId, resumption.epoch, resumption.rejected]),
    };
    const folders: unknown[] = [];
    const runOne: RunOne = (spec, options) => {
      folders.push(options.checkpoints);
      return resume(spec, options);
    };
    const checkpoints = { everySteps: 7 };
    expect(await run(store, oneRun, { runOne, observer, checkpoints })).toEqual({ done: 1 });
    expect(told).toEqual([[1, 2, ['state-8 is cut']]]);
    expect(folders).toEqual([{ everySteps: 7, folder: findRunFolder(store.db.name, 1) }]);
    expect(readWholeRun(store.db, 1)).toMatchObject({
      state: 'done',
      epochs: [{ testErrorPercent: 50 }, { testErrorPercent: 48 }, { testErrorPercent: 47 }],
    });
  });

  it('begins anew in its row if there is no checkpoint', async () => {
    const store = openStore();
    await interrupt(store);
    const seen: number[] = [];
    const observer: SweepObserver = { progressed: () => seen.push(listRuns(store.db)[0]!.epochs) };
    expect(await run(store, oneRun, { observer })).toEqual({ done: 1 });
    expect(seen).toEqual([0, 1, 2]);
    expect(listRuns(store.db)).toMatchObject([{ runId: 1, state: 'done', epochs: 3 }]);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('no')), 'failed'],
    ['is interrupted', async (spec) => makeResult(spec, { state: 'interrupted' }), 'interrupted'],
  ] satisfies [string, RunOne, string][])(
    'keeps its epochs if it %s before its first step',
    async (_, runOne, state) => {
      const store = openStore();
      await interrupt(store);
      await run(store, oneRun, { runOne });
      expect(listRuns(store.db)).toMatchObject([{ runId: 1, state, epochs: 2 }]);
    },
  );
});

describe('a run of an older numerics version', () => {
  const record = async (store: Store) => {
    await run(store, threeSeeds);
    store.db.prepare('UPDATE runs SET numerics = 0 WHERE seed < 2').run();
  };

  it('is recorded', async () => {
    const store = openStore();
    await record(store);
    expect(await run(store, threeSeeds)).toEqual({});
  });

  it('is run again if only the current one will do, and takes the place of the older', async () => {
    const store = openStore();
    await record(store);
    const points = await planGrid(threeSeeds);
    expect(await run(store, threeSeeds, { missing: points, numerics: 'current' })).toEqual({ done: 2 });
    const rows = store.db.prepare('SELECT run_id, seed, numerics FROM results ORDER BY seed').all();
    expect(rows).toEqual([
      { run_id: 4, seed: 0, numerics: NUMERICS },
      { run_id: 5, seed: 1, numerics: NUMERICS },
      { run_id: 3, seed: 2, numerics: NUMERICS },
    ]);
    expect(store.db.prepare('SELECT n FROM error_by_group').pluck().all()).toEqual([3]);
    expect(findSeeds(store.db, 3)).toEqual([4, 5, 3]);
    expect(findSweep(store.db, 'test').points.map((point) => point?.runId)).toEqual([4, 5, 3]);
  });

  it('still speaks for its identity if the newer run does not come to its end', async () => {
    const store = openStore();
    await record(store);
    const points = await planGrid(threeSeeds);
    const runOne: RunOne = () => Promise.reject(new Error('no'));
    expect(await run(store, threeSeeds, { missing: points, numerics: 'current', runOne })).toEqual({
      failed: 2,
    });
    expect(findSweep(store.db, 'test').points.map((point) => point?.runId)).toEqual([1, 2, 3]);
    const identities = points.map(({ identity }) => identity);
    expect([...readLatestRuns(store.db, identities).values()].map(({ state }) => state)).toEqual([
      'done',
      'done',
      'done',
    ]);
    expect(await run(store, threeSeeds)).toEqual({});
  });
});

describe('the folder of a run', () => {
  const oneRun = { base: { model: 'BN', epochs: 1 } };
  const [STATE, MODEL] = ['state-0000000001.safetensors', 'model.safetensors'];

  /** Leaves a state and a model, as a training does that has come to its end. */
  const runOne: RunOne = (spec, options) => {
    const { folder } = options.checkpoints!;
    mkdirSync(folder, { recursive: true });
    for (const name of [STATE, MODEL]) writeFileSync(join(folder, name), '');
    return runFake(spec, options);
  };

  it.each([
    ['model', [MODEL]],
    ['nothing', null],
    ['state', [MODEL, STATE]],
  ] as const)('keeps %s of a run that is recorded, as it is asked to', async (keep, files) => {
    const store = openStore();
    expect(await run(store, oneRun, { runOne, checkpoints: { keep } })).toEqual({ done: 1 });
    const folder = findRunFolder(store.db.name, 1);
    expect(existsSync(folder) ? readdirSync(folder).sort() : null).toEqual(files);
  });

  it('is moved aside if it is of another run that had the number', async () => {
    const store = openStore();
    const folder = findRunFolder(store.db.name, 1);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'best.safetensors'), 'of another');
    const printed: string[] = [];
    const observer: SweepObserver = { printed: (_run, line) => printed.push(line) };
    await run(store, oneRun, { runOne, checkpoints: {}, observer });
    expect(readdirSync(folder)).toEqual([MODEL]);
    expect(readdirSync(`${folder}-before-1`)).toEqual(['best.safetensors']);
    expect(printed).toEqual([`${folder} was of another database's run, and is now ${folder}-before-1`]);
  });

  it('loses the states that a run had before, if it ends without checkpoints', async () => {
    const store = openStore();
    const folder = findRunFolder(store.db.name, 1);
    const interrupted: RunOne = (spec, options) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, STATE), '');
      return runFake(spec, { ...options, signal: AbortSignal.abort() });
    };
    expect(await run(store, oneRun, { runOne: interrupted, checkpoints: {} })).toEqual({ interrupted: 1 });
    expect(readdirSync(folder)).toEqual([STATE]);
    expect(await run(store, oneRun)).toEqual({ done: 1 });
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps all of a run that could not be recorded', async () => {
    const store = openStore();
    const finish = vi.spyOn(store, 'finishRun').mockImplementation(() => {
      throw new UserError('the disk is full');
    });
    await expect(run(store, oneRun, { runOne, checkpoints: {} })).rejects.toThrow('the disk is full');
    expect(finish).toHaveBeenCalledOnce();
    expect(readdirSync(findRunFolder(store.db.name, 1)).sort()).toEqual([MODEL, STATE]);
    expect(listRuns(store.db)).toMatchObject([{ state: 'interrupted' }]);
  });
});

describe('a disk that fills up', () => {
  it('ends the sweep with one error, and nothing that was recorded is lost', async () => {
    const store = openStore();
    const grid = { base: { model: 'BN', epochs: 200 }, grid: { seed: [0, 1, 2] } };
    const countEpochs = () => store.db.prepare('SELECT count(*) FROM epochs').pluck().get() as number;
    let recorded = 0;
    const observer = {
      runStarted: () => {
        const pages = store.db.pragma('page_count', { simple: true }) as number;
        store.db.pragma(`max_page_count = ${pages}`);
      },
      epochEnded: () => {
        recorded = countEpochs();
      },
    };
    await expect(run(store, grid, { observer })).rejects.toThrow('the disk is full');
    expect(recorded).toBeGreaterThan(0);
    expect(countEpochs()).toBe(recorded);
    expect(states(store)).not.toContain('done');
  });
});
