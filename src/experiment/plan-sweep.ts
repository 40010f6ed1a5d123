import { UserError } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';
import { type NetworkPlan, planNetwork } from '../network/plan.js';
import { type FittedRun, fitRun } from '../run/fit.js';
import type { GridPoint } from './grid.js';
import { computeIdentity } from './identity.js';
import { labelRun } from './run-label.js';

/** A point of a sweep, fitted to its data: all that a run needs. */
export interface SweepPoint extends FittedRun {
  /** In the sweep, from 1. */
  readonly position: number;
  readonly label: string;
  readonly identity: string;
}

/** Finds a data set by its name. */
export type LoadDataset = (name: string) => Promise<Dataset>;

/**
 * The distinct points of a grid, in order, each fitted to its data once.
 *
 * @throws UserError for the first point that cannot run
 */
export async function planSweep(
  points: readonly GridPoint[],
  loadDataset: LoadDataset,
): Promise<SweepPoint[]> {
  const datasets = new Map<string, Dataset>();
  const planned = new Map<string, SweepPoint>();
  const makePlan = rememberPlans();
  for (const { spec: asked, where } of points) {
    const dataset = datasets.get(asked.dataset) ?? (await loadDataset(asked.dataset));
    datasets.set(asked.dataset, dataset);
    const run = withWhere(where, () => fitRun(asked, dataset, makePlan));
    const identity = computeIdentity(run.spec, dataset.sha256);
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

/** Plans every network once: most points of a sweep differ in the seed or the rate alone. */
function rememberPlans(): typeof planNetwork {
  const plans = new Map<string, NetworkPlan>();
  return (network, options) => {
    const key = JSON.stringify([network, options]);
    const plan = plans.get(key) ?? planNetwork(network, options);
    plans.set(key, plan);
    return plan;
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
