import type { SweepPoint } from '../experiment/plan-sweep.js';
import type { TrialRecord } from '../experiment/trial-records.js';
import type { Search } from './search-file.js';
import type { Trial } from './trial.js';

/** A trial as it is told: what was chosen in its own words, and figures as they were measured. */
export function recordOf(trial: Trial<SweepPoint>, search: Search): TrialRecord {
  const { number, state, chosen, epochs, values, scores, plan } = trial;
  const value = values.at(-1);
  return {
    trial: number,
    state,
    settings: search.space.describe(chosen),
    epochs,
    value: value === undefined ? null : search.objectives[0]!.sign * value,
    objectives: scores?.map((score, i) => search.objectives[i]!.sign * score) ?? null,
    identities: plan.runs.map(({ identity }) => identity),
  };
}
