import type { SweepPoint } from '../experiment/plan-sweep.js';
import { describeInit } from '../run/init.js';
import { listLoneValues } from '../run/lone-values.js';
import type { Streams } from './streams.js';

/** How a command that trains takes what cannot learn. */
export const FORCE_OPTION = [
  '--force',
  'train also what cannot learn: mini-batches of one image under batch normalisation of 1×1 maps',
] as const;

/**
 * Says what is doubtful about runs before they are trained, each thing once.
 *
 * @param force whether runs that cannot learn are to be trained
 * @throws UserError for such a run, unless that is forced
 */
export function printWarnings(
  runs: readonly Pick<SweepPoint, 'spec' | 'plan' | 'plugins'>[],
  force: boolean,
  err: Streams['err'],
): void {
  const inits = runs.flatMap(({ spec, plan }) => (spec.init ? (describeInit(spec.init, plan) ?? []) : []));
  for (const warning of new Set([...listLoneValues(runs, force), ...inits]))
    err.write(`warning: ${warning}\n`);
}
