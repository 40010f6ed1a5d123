import type Database from 'better-sqlite3';
import { HTTPException } from 'hono/http-exception';
import { nameCommand } from '../../core/command-name.js';
import { quoteWord } from '../../core/quote-word.js';
import { measureImportance } from '../../report/search/importance.js';
import {
  followBest,
  type RecordedSearch,
  type RecordedTrial,
  rankRecorded,
  readSearch,
} from '../../report/search/search-records.js';
import { BEST_OF_MANY, explainImportance, formatFigure, titleOf } from '../../report/search/search-words.js';
import { formatSetting } from '../../search/format-settings.js';
import type { Answer } from '../answer.js';

/** A search in short. */
export interface SearchSummary {
  readonly name: string;
  readonly trials: number;
  readonly complete: number;
}

/** A trial as the page shows it. */
export interface TrialRow {
  readonly trial: number;
  readonly state: RecordedTrial['state'];
  /** Of each parameter, as text; null where the trial has none. */
  readonly settings: readonly (string | null)[];
  /** The same as numbers, of parameters that are. */
  readonly numbers: readonly (number | null)[];
  readonly epochs: number;
  /** The first objective. */
  readonly value: number | null;
  /** All of them as text. */
  readonly figures: readonly string[];
  readonly isBest: boolean;
  readonly runId: number | null;
}

/** What a search has come to. */
export interface SearchAnswer {
  readonly name: string;
  readonly objectives: readonly string[];
  readonly parameters: readonly string[];
  /** In the order in which they were chosen. */
  readonly trials: readonly TrialRow[];
  /** Numbers of trials that have come to something, the best first. */
  readonly ranked: readonly number[];
  /** After each complete trial the best value so far. */
  readonly course: readonly (readonly [trial: number, value: number])[];
  /** The greatest first; null where there are too few trials. */
  readonly importance: readonly { readonly field: string; readonly share: number | null }[];
  /** What `importance` is. */
  readonly explanation: string;
  readonly advice: string;
  /** Writes the report. */
  readonly report: string;
}

/** All searches of a database. */
export const SEARCHES: Answer = {
  path: 'searches',
  answer: ({ database }) => database.read(listSearches),
};

export const SEARCH: Answer = {
  path: 'searches/:name',
  answer: ({ database, params }) => {
    const name = params.name!;
    const search = database.read((db) => readSearch(db, name));
    if (search === null)
      throw new HTTPException(404, {
        message: `there is no search '${name.slice(0, 80)}' in ${database.file}`,
      });
    return describeSearch(name, search, database.file);
  },
};

export function listSearches(db: Database.Database): SearchSummary[] {
  const query = `
    SELECT sweeps.name, count(trial) AS trials, coalesce(sum(search_trials.state = 'complete'), 0) AS complete
    FROM searches JOIN sweeps USING (sweep_id) LEFT JOIN search_trials USING (sweep_id)
    GROUP BY sweep_id ORDER BY sweep_id DESC`;
  return db.prepare<[], SearchSummary>(query).all();
}

/** @param database as the user has named it */
export function describeSearch(name: string, search: RecordedSearch, database: string): SearchAnswer {
  const { parameters, objectives, trials } = search;
  const ranked = rankRecorded(search);
  return {
    name,
    objectives: objectives.map(titleOf),
    parameters: parameters.map((parameter) => parameter.name),
    trials: trials.map((trial) => describeTrial(search, trial)),
    ranked: ranked.map(({ trial }) => trial),
    course: followBest(search),
    importance: measureImportance(parameters, ranked).map(({ parameter, share }) => ({
      field: parameter.name,
      share,
    })),
    explanation: explainImportance('trials'),
    advice: BEST_OF_MANY,
    report: [nameCommand('report'), ...[name, '--db', database].map(quoteWord)].join(' '),
  };
}

function describeTrial({ parameters, objectives }: RecordedSearch, trial: RecordedTrial): TrialRow {
  const values = parameters.map(({ name }) => trial.settings[name]);
  return {
    trial: trial.trial,
    state: trial.state,
    settings: values.map((value) => (value === undefined ? null : formatSetting(value))),
    numbers: values.map((value) => (typeof value === 'number' ? value : null)),
    epochs: trial.epochs,
    value: trial.value,
    figures: objectives.map((_, i) => formatFigure(trial.objectives?.[i] ?? (i === 0 ? trial.value : null))),
    isBest: trial.isBest,
    runId: trial.runId,
  };
}
