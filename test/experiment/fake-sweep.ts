import { listRuns, readLiveRuns } from '../../src/experiment/run-records.js';
import type { Store } from '../../src/experiment/store.js';
import { runSweep, type SweepOptions } from '../../src/experiment/sweep.js';
import { makeExecutor, planGrid, type RunOne, runFake } from './fake-runs.js';

type Changes = Partial<SweepOptions> & { readonly runOne?: RunOne; readonly parallel?: number };

/** Sweeps over what a grid has that is not recorded; returns how many runs ended in which state. */
export async function run(
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

/** Of all runs. */
export const states = (store: Store) => listRuns(store.db).map((summary) => summary.state);

/** A grid of three runs. */
export const threeSeeds = { base: { model: 'BN', epochs: 2 }, grid: { seed: [0, 1, 2] } };
