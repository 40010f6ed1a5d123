import { UserError } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';
import { NO_PLUGINS } from '../plugins/plugins.js';
import { type FittedRunSpec, fitRun } from '../run/fit.js';
import type { GridPoint } from './grid.js';
import { computeIdentity } from './identity.js';
import { labelRun } from './run-label.js';

/** A point of a sweep with its data: all that a run needs. */
export interface SweepPoint {
  /** In the sweep, from 1. */
  readonly position: number;
  readonly label: string;
  readonly spec: FittedRunSpec;
  readonly dataset: Dataset;
  readonly identity: string;
}

/** Finds a data set by its name. */
export type LoadDataset = (name: string) => Promise<Dataset>;

/**
 * The distinct points of a grid, in order.
 *
 * @throws UserError for the first point that cannot run
 */
export async function planSweep(
  points: readonly GridPoint[],
  loadDataset: LoadDataset,
  plugins = NO_PLUGINS,
): Promise<SweepPoint[]> {
  const datasets = new Map<string, Dataset>();
  const planned = new Map<string, SweepPoint>();
  for (const { spec: asked, where } of points) {
    const dataset = datasets.get(asked.dataset) ?? (await loadDataset(asked.dataset));
    datasets.set(asked.dataset, dataset);
    const { spec } = withWhere(where, () => fitRun(asked, dataset, plugins));
    const identity = computeIdentity(spec, dataset.sha256);
    if (planned.has(identity)) continue;
    planned.set(identity, {
      position: planned.size + 1,
      label: labelRun(spec),
      spec,
      dataset,
      identity,
    });
  }
  return [...planned.values()];
}

/** Puts the place of a mistake before its message. */
function withWhere<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${where}: ${error.message}`) : error;
  }
}
