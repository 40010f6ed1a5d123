import { UserError } from '../core/errors.js';
import { Memory } from '../core/memory.js';
import type { Dataset } from '../dataset/dataset.js';
import { countClasses, type PlanOptions, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import { NO_PLUGINS } from '../plugins/plugins.js';
import { fitUnplanned, type UnplannedRun } from '../run/fit.js';
import type { GridPoint } from './grid.js';
import { Identifier } from './identity.js';
import { labelRun } from './run-label.js';

/** A point of a sweep, fitted to its data: all that a run needs, and of which a sweep can hold a hundred thousand. */
export interface SweepPoint extends UnplannedRun {
  /** In the sweep, from 1. */
  readonly position: number;
  readonly label: string;
  readonly identity: string;
  /** See CheckpointOptions. Of a run that is not to stop: absent. */
  readonly untilEpoch?: number;
}

/** Finds a data set by its name. */
export type LoadDataset = (name: string) => Promise<Dataset>;

/**
 * The distinct points of a grid, in order, each fitted to its data once.
 *
 * @param plugins that the points were resolved with
 * @throws UserError for the first point that cannot run
 */
export async function planSweep(
  points: Iterable<GridPoint>,
  loadDataset: LoadDataset,
  plugins = NO_PLUGINS,
): Promise<SweepPoint[]> {
  const datasets = new Map<string, Dataset>();
  const planned = new Map<string, SweepPoint>();
  const countOutputs = rememberOutputs();
  const identifier = new Identifier();
  for (const { spec: asked, where } of points) {
    const dataset = datasets.get(asked.dataset) ?? (await loadDataset(asked.dataset));
    datasets.set(asked.dataset, dataset);
    const run = withWhere(where, () => fitUnplanned(asked, dataset, { plugins, countOutputs }));
    const identity = identifier.identify(run.spec, dataset.sha256);
    if (planned.has(identity)) continue;
    planned.set(identity, {
      position: planned.size + 1,
      label: labelRun(run.spec),
      identity,
      ...run,
    });
  }
  return [...planned.values()];
}

/** Networks whose outputs are remembered. */
const MOST_NETWORKS = 1000;

/** Plans every network once: most points of a sweep differ in the seed or the rate alone. All are made of the same kinds. */
function rememberOutputs() {
  const outputs = new Memory<number>(MOST_NETWORKS);
  return (network: NetworkSpec, options: PlanOptions) => {
    const { batchSize, slices, training, shards = 1 } = options;
    return outputs.recall(network, `${batchSize} ${slices} ${training} ${shards}`, () =>
      countClasses(planNetwork(network, options)),
    );
  };
}

/** Puts the place of a mistake before its message. */
function withWhere<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${where}: ${error.message}`) : error;
  }
}
