import type Database from 'better-sqlite3';
import { withDatabaseErrors } from './database-errors.js';
import { isAlive } from './process-mark.js';
import { queryRows, type Rows } from './rows.js';

export const RUN_STATES = ['queued', 'running', 'done', 'failed', 'diverged', 'interrupted'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** One run in short. Fields are null as long as the run has not told them, and for NaN. */
export interface RunSummary {
  readonly runId: number;
  readonly state: RunState;
  readonly sweep: string;
  readonly label: string;
  readonly seed: number;
  readonly identity: string;
  /** Completed so far. */
  readonly epochs: number;
  readonly epochsAsked: number;
  readonly trainLoss: number | null;
  /** After the last completed epoch, or at the end with test-time augmentation, if the spec asks for it. */
  readonly testErrorPercent: number | null;
  readonly bestTestErrorPercent: number | null;
  readonly parameters: number | null;
  readonly seconds: number | null;
  readonly imagesPerSecond: number | null;
  readonly weightsSha256: string | null;
  readonly reason: string | null;
}

const SELECT_SUMMARY = `
  SELECT run_id AS runId, state, sweep, label, seed, identity, completed_epochs AS epochs, epochs AS epochsAsked,
    train_loss AS trainLoss, test_error_percent AS testErrorPercent, best_test_error_percent AS bestTestErrorPercent,
    parameters, seconds, images_per_second AS imagesPerSecond, weights_sha256 AS weightsSha256, reason
  FROM all_runs`;

/** Which runs; all if nothing is said. */
export interface RunFilter {
  readonly sweep?: string;
  readonly state?: RunState;
}

const WHERE_FILTER =
  'WHERE sweep = coalesce(@sweep, sweep) AND state = coalesce(@state, state) ORDER BY run_id';

/** Runs in short, in the order in which they were queued. */
export function listRuns(db: Database.Database, filter: RunFilter = {}): RunSummary[] {
  const statement = `${SELECT_SUMMARY} ${WHERE_FILTER}`;
  return withDatabaseErrors(db.name, () =>
    db.prepare<[object], RunSummary>(statement).all(bindFilter(filter)),
  );
}

/** Runs as the view all_runs has them, in the order in which they were queued. */
export function selectRunRows(db: Database.Database, filter: RunFilter = {}): Rows {
  const statement = `SELECT * FROM all_runs ${WHERE_FILTER}`;
  return withDatabaseErrors(db.name, () => queryRows(db.prepare(statement), [bindFilter(filter)]));
}

function bindFilter({
  sweep = null,
  state = null,
}: {
  readonly sweep?: string | null;
  readonly state?: string | null;
}) {
  return { sweep, state };
}

/** One run as the view all_runs has it. */
export function readRunRow(db: Database.Database, runId: number): Rows {
  return withDatabaseErrors(db.name, () =>
    queryRows(db.prepare('SELECT * FROM all_runs WHERE run_id = ?'), [runId]),
  );
}

/** The latest run of each of some identities, whatever its state. */
export function readLatestRuns(
  db: Database.Database,
  identities: readonly string[],
): Map<string, RunSummary> {
  const query = `${SELECT_SUMMARY} WHERE identity IN (SELECT value FROM json_each(?)) ORDER BY run_id`;
  const rows = withDatabaseErrors(db.name, () =>
    db.prepare<[string], RunSummary>(query).all(JSON.stringify(identities)),
  );
  return new Map(rows.map((row) => [row.identity, row]));
}

/** A run that stands in the way of a second one with its identity. */
export interface LiveRun {
  readonly runId: number;
  readonly state: RunState;
  /** Of the process that is at it. */
  readonly host: string;
  readonly pid: number;
}

/** By identity: runs that are recorded, or queued or running in a process that is alive. */
export function readLiveRuns(db: Database.Database): Map<string, LiveRun> {
  const query = `
    SELECT identity, run_id AS runId, state, host, pid, start_marker AS startMarker, seen_at AS seenAt
    FROM runs JOIN processes USING (process_id)
    WHERE state IN ('queued', 'running', 'done', 'diverged')`;
  type Row = LiveRun & { identity: string; startMarker: string; seenAt: string };
  const rows = withDatabaseErrors(db.name, () => db.prepare<[], Row>(query).all());
  const live = rows.filter(
    (row) => row.state === 'done' || row.state === 'diverged' || isAlive(row, row.seenAt),
  );
  return new Map(live.map((row) => [row.identity, row]));
}

/** Whether a live run is over: done or diverged, not queued or running. */
export function isRecorded(run: LiveRun): boolean {
  return run.state === 'done' || run.state === 'diverged';
}
