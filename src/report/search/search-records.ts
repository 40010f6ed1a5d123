import type Database from 'better-sqlite3';
import { withDatabaseErrors } from '../../experiment/database-errors.js';
import type { TrialFacts } from '../../experiment/trial-facts.js';
import { DEFAULT_METRIC } from '../../search/objective.js';
import { parseSpace } from '../../search/parse-space.js';
import { rankTrials } from '../../search/rank-trials.js';
import type { Parameter } from '../../search/space.js';

/** A search as a database has it. */
export interface RecordedSearch {
  readonly parameters: readonly Parameter[];
  /** The metrics that it is about. */
  readonly objectives: readonly string[];
  readonly trials: readonly RecordedTrial[];
}

export interface RecordedTrial extends TrialFacts {
  /** Whether no other complete trial is better. */
  readonly isBest: boolean;
  /** Of its first seed; null before there is one. */
  readonly runId: number | null;
}

/** Reads the search that a sweep's points are from; null for a grid. */
export function readSearch(db: Database.Database, sweep: string): RecordedSearch | null {
  return withDatabaseErrors(db.name, () => {
    const text = db
      .prepare<[string], string>('SELECT search FROM searches JOIN sweeps USING (sweep_id) WHERE name = ?')
      .pluck()
      .get(sweep);
    if (text === undefined) return null;
    const { space, objective = DEFAULT_METRIC } = JSON.parse(text) as {
      readonly space: Readonly<Record<string, unknown>>;
      readonly objective?: string | readonly string[];
    };
    type Row = Omit<RecordedTrial, 'settings' | 'objectives' | 'isBest'> & {
      settings: string;
      objectives: string | null;
      isBest: number;
    };
    const rows = db
      .prepare<[object], Row>(
        `SELECT trial, state, settings, epochs, value, objectives, run_id AS runId,
           trial IN (SELECT trial FROM best_trials WHERE sweep = @sweep) AS isBest
         FROM trials WHERE sweep = @sweep ORDER BY trial`,
      )
      .all({ sweep });
    return {
      parameters: parseSpace(space, `the search ${sweep}`).parameters,
      objectives: typeof objective === 'string' ? [objective] : objective,
      trials: rows.map(({ settings, objectives, isBest, ...row }) => ({
        ...row,
        settings: JSON.parse(settings),
        objectives: objectives === null ? null : JSON.parse(objectives),
        isBest: isBest === 1,
      })),
    };
  });
}

/** After each complete trial, in the order of their numbers, the best value of the first objective so far. */
export function followBest({ trials, objectives }: RecordedSearch): [trial: number, value: number][] {
  const better = isGreaterBetter(objectives[0]!) ? Math.max : Math.min;
  const course: [number, number][] = [];
  for (const { trial, state, value } of trials) {
    if (state === 'complete' && value !== null)
      course.push([trial, better(value, course.at(-1)?.[1] ?? value)]);
  }
  return course;
}

/** Trials that have come to something, the best first. */
export function rankRecorded({ trials, objectives }: RecordedSearch): RecordedTrial[] {
  const sign = isGreaterBetter(objectives[0]!) ? -1 : 1;
  return rankTrials(
    trials.filter(({ state }) => state !== 'running'),
    ({ state, epochs, value }) => ({ state, epochs, score: value && sign * value }),
  );
}

/** Of two values of an objective; of all but R² the smaller is better. */
function isGreaterBetter(objective: string): boolean {
  return objective === 'test_r2';
}
