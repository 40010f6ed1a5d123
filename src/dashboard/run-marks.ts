import type Database from 'better-sqlite3';
import { cutList } from '../core/cut-list.js';
import { RUNS_EACH } from './run-pieces.js';

/** What tells that a run has changed. */
export interface RunMark {
  readonly run: number;
  readonly state: string;
  readonly isKept: boolean;
  /** Which training the epochs are of: one that goes on or begins anew may have others. */
  readonly training: string;
  readonly epochs: number;
  /** All else that may change. */
  readonly remarks: string;
}

const COLUMNS = `
  run_id AS run, state, removed_at IS NULL AS isKept, process_id || ' ' || coalesce(started_at, '') AS training,
  coalesce((SELECT max(epoch) FROM epochs WHERE epochs.run_id = runs.run_id), 0) AS epochs,
  json_array(finished_at, note, (SELECT group_concat(tag, ' ') FROM run_tags WHERE run_tags.run_id = runs.run_id)) AS remarks`;

/** Of live runs: any that begins or ceases to be one changes it, unless others make up for it exactly. */
export interface LiveTally {
  readonly runs: number;
  /** Of their numbers. */
  readonly sum: number;
}

/** The conditions are those of the index `one_live_run_an_identity`, which alone is read: a tenth of a scan of the table. */
const FROM_LIVE = "FROM runs WHERE state IN ('queued', 'running', 'done', 'diverged') AND removed_at IS NULL";

/** Numbers of the runs that are under way or recorded, and kept. */
export function listLiveRuns(db: Database.Database): number[] {
  return db.prepare<[], number>(`SELECT run_id ${FROM_LIVE}`).pluck().all();
}

/** What tells, without a list of them, that these are others. */
export function readLiveTally(db: Database.Database): LiveTally {
  return db
    .prepare<[], LiveTally>(`SELECT count(*) AS runs, coalesce(sum(run_id), 0) AS sum ${FROM_LIVE}`)
    .get()!;
}

/** Numbers of runs that came after one. */
export function listRunsAfter(db: Database.Database, run: number): number[] {
  return db
    .prepare<[number], number>('SELECT run_id FROM runs WHERE run_id > ? ORDER BY run_id')
    .pluck()
    .all(run);
}

/** Marks of some runs; of those that are no more, none. */
export function readMarks(db: Database.Database, runs: readonly number[]): RunMark[] {
  const statement = db.prepare<[string], Omit<RunMark, 'isKept'> & { isKept: number }>(
    `SELECT ${COLUMNS} FROM runs WHERE run_id IN (SELECT value FROM json_each(?))`,
  );
  return cutList(runs, RUNS_EACH).flatMap((piece) =>
    statement.all(JSON.stringify(piece)).map((mark) => ({ ...mark, isKept: mark.isKept === 1 })),
  );
}
