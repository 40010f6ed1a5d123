import type { UnplannedRun } from '../run/fit.js';
import { listWarnings } from '../run/list-warnings.js';
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
export function printWarnings(runs: readonly UnplannedRun[], force: boolean, err: Streams['err']): void {
  for (const warning of listWarnings(runs, force)) err.write(`warning: ${warning}\n`);
}
