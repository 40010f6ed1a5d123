import { planRun, type UnplannedRun } from './fit.js';
import { describeInit } from './init.js';
import { listLoneValues } from './lone-values.js';

/**
 * What is doubtful about runs, or not as it may seem, before they are trained; each thing once.
 *
 * @param force whether runs that cannot learn are to be trained
 * @throws UserError for such a run, unless that is forced, and for weights to begin with that do not fit
 */
export function listWarnings(runs: readonly UnplannedRun[], force: boolean): string[] {
  const beginnings = new Map(
    runs.flatMap((run) => {
      const { init, network } = run.spec;
      return init ? [[`${init.sha256} ${JSON.stringify(network.layers)}`, { init, run }] as const] : [];
    }),
  );
  const notes = [...beginnings.values()].map(({ init, run }) => describeInit(init, planRun(run).plan));
  return [...new Set([...listLoneValues(runs, force), ...notes])].filter((warning) => warning !== null);
}
