import type { SweepPoint } from '../experiment/plan-sweep.js';
import type { TrialFacts } from '../experiment/trial-facts.js';
import type { RunRow } from '../experiment/view-rows.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import { recordOf } from './record-of.js';
import type { Search } from './search-file.js';
import type { Trial } from './trial.js';

/** A trial of a search. Figures of one that diverged are infinite. */
export interface SearchTrial extends TrialFacts {
  /** Of its runs, one for each seed, as `train` takes them. */
  readonly specs: readonly ResolvedRunSpec[];
  /** Those of them that are recorded, whoever has run them. */
  readonly runs: readonly RunRow[];
}

/** @param findRow the row of the run of an identity, if there is one */
export function describeTrial(
  trial: Trial<SweepPoint>,
  search: Search,
  findRow: (identity: string) => RunRow | undefined,
): SearchTrial {
  const { identities, ...facts } = recordOf(trial, search);
  const specs = trial.plan.runs.map(({ spec }) => spec);
  return { ...facts, specs, runs: identities.flatMap((identity) => findRow(identity) ?? []) };
}
