import type Database from 'better-sqlite3';
import { NUMERICS } from '../run/numerics.js';
import { withDatabaseErrors } from './database-errors.js';
import { judgeOwner, OWNER_COLUMNS, type Owner } from './owners.js';
import { queryRows, type Rows } from './rows.js';

/** `queued` is written by older versions alone: a run is claimed as `running`. */
export const RUN_STATES = [
  'queued',
  'running',
  'done',
  'failed',
  'diverged',
  'interrupted',
  'pruned',
] as const;
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
  /** Null for a run that keeps no images for validation. */
  readonly validationLoss: number | null;
  /** Likewise, and for a regression. */
  readonly validationErrorPercent: number | null;
  /** After the last completed epoch, or at the end with test-time augmentation, if the spec asks for it. */
  readonly testErrorPercent: number | null;
  /** Likewise. */
  readonly testTop5ErrorPercent: number | null;
  readonly bestTestErrorPercent: number | null;
  /** Of a regression, in place of errors; null for a run on classes. */
  readonly testRmse: number | null;
  readonly bestTestRmse: number | null;
  readonly testR2: number | null;
  /** Of the data set; null for runs of older versions. */
  readonly classes: number | null;
  readonly parameters: number | null;
  readonly seconds: number | null;
  readonly imagesPerSecond: number | null;
  readonly weightsSha256: string | null;
  readonly reason: string | null;
  readonly numerics: number;
  /** What its user says of it. */
  readonly note: string | null;
  /** Parted by spaces; null for none. */
  readonly tags: string | null;
  /** ISO 8601; null for a run that is kept. */
  readonly removedAt: string | null;
}

const SUMMARY_FIELDS = `
    run_id AS runId, state, sweep, label, seed, identity, completed_epochs AS epochs, epochs AS epochsAsked,
    train_loss AS trainLoss, test_error_percent AS testErrorPercent, best_test_error_percent AS bestTestErrorPercent,
    test_top5_error_percent AS testTop5ErrorPercent, classes,
    validation_loss AS validationLoss, validation_error_percent AS validationErrorPercent,
    test_rmse AS testRmse, best_test_rmse AS bestTestRmse, test_r2 AS testR2,
    parameters, seconds, images_per_second AS imagesPerSecond, weights_sha256 AS weightsSha256, reason, numerics,
    note, tags, removed_at AS removedAt`;

/** Which runs; all that are kept if nothing is said. */
export interface RunFilter {
  readonly sweep?: string;
  readonly state?: RunState;
  readonly tag?: string;
  /** Those that have been removed, in place of the others. */
  readonly removed?: boolean;
}

/** What stands behind FROM for the runs of a filter, with all columns of `every_run`, in the order in which they were begun. */
export const FILTERED_RUNS = `
  every_run WHERE sweep = coalesce(@sweep, sweep) AND state = coalesce(@state, state) AND (removed_at IS NOT NULL) = @removed
    AND (@tag IS NULL OR run_id IN (SELECT run_id FROM run_tags WHERE tag = @tag))
  ORDER BY run_id`;

/** Runs in short, in the order in which they were begun. */
export function listRuns(db: Database.Database, filter: RunFilter = {}): RunSummary[] {
  const statement = `SELECT ${SUMMARY_FIELDS} FROM ${FILTERED_RUNS}`;
  return withDatabaseErrors(db.name, () =>
    db.prepare<[object], RunSummary>(statement).all(bindFilter(filter)),
  );
}

/** Runs with all columns that their view has, in the order in which they were begun. */
export function selectRunRows(db: Database.Database, filter: RunFilter = {}): Rows {
  const statement = `SELECT * FROM ${FILTERED_RUNS}`;
  return withDatabaseErrors(db.name, () => queryRows(db.prepare(statement), [bindFilter(filter)]));
}

/** The parameters that it has. */
export function bindFilter({ sweep, state, tag, removed = false }: RunFilter) {
  return { sweep: sweep ?? null, state: state ?? null, tag: tag ?? null, removed: Number(removed) };
}

/** One run with all columns that its view has. */
export function readRunRow(db: Database.Database, runId: number): Rows {
  return withDatabaseErrors(db.name, () =>
    queryRows(db.prepare('SELECT * FROM every_run WHERE run_id = ? AND removed_at IS NULL'), [runId]),
  );
}

/** Of a query's runs of one identity, one speaks for it: a recorded one before others, then the newest. Here it comes last. */
export const SPEAKER_LAST = "ORDER BY state IN ('done', 'diverged'), numerics, run_id";
/** Here it comes first. */
export const SPEAKER_FIRST = "ORDER BY state IN ('done', 'diverged') DESC, numerics DESC, run_id DESC";

/** The run that speaks for each of some identities, whatever its state. */
export function readLatestRuns(
  db: Database.Database,
  identities: readonly string[],
): Map<string, RunSummary> {
  const query = `SELECT ${SUMMARY_FIELDS} FROM all_runs WHERE identity IN (SELECT value FROM json_each(?)) ${SPEAKER_LAST}`;
  const rows = withDatabaseErrors(db.name, () =>
    db.prepare<[string], RunSummary>(query).all(JSON.stringify(identities)),
  );
  return new Map(rows.map((row) => [row.identity, row]));
}

/** Which runs make another one of their identity needless: those of any numerics version, or of this program's alone. */
export const NUMERICS_CHOICES = ['any', 'current'] as const;
export type NumericsChoice = (typeof NUMERICS_CHOICES)[number];

/** A run that stands in the way of a second one with its identity. */
export interface LiveRun {
  readonly runId: number;
  readonly state: RunState;
  readonly numerics: number;
  /** Of the process that is at it. */
  readonly host: string;
  readonly pid: number;
}

/** A run that is recorded, or that a process has begun, which may have gone since. */
export interface ClaimedRun extends LiveRun, Owner {
  readonly identity: string;
}

/** Runs that are recorded or begun, in an order in which the one that speaks for an identity comes last. */
export function selectClaimedRuns(
  db: Database.Database,
  numerics: NumericsChoice,
  identity: string | null = null,
): ClaimedRun[] {
  const query = `
    SELECT identity, run_id AS runId, state, numerics, ${OWNER_COLUMNS}
    FROM kept_runs JOIN processes USING (process_id)
    WHERE state IN ('queued', 'running', 'done', 'diverged')
      AND numerics = coalesce(@numerics, numerics) ${identity === null ? '' : 'AND identity = @identity'}
    ${SPEAKER_LAST}`;
  const wanted = numerics === 'current' ? NUMERICS : null;
  return db.prepare<[object], ClaimedRun>(query).all({ numerics: wanted, identity });
}

/** By identity: runs that are recorded, or under way in a process of which it is not known that it has ended. */
export function readLiveRuns(db: Database.Database, numerics: NumericsChoice = 'any'): Map<string, LiveRun> {
  const rows = withDatabaseErrors(db.name, () => selectClaimedRuns(db, numerics));
  const isLive = (run: ClaimedRun) => isRecorded(run) || judgeOwner(db.name, run) !== 'dead';
  return new Map(rows.filter(isLive).map((row) => [row.identity, row]));
}

/** Of some identities those that are recorded, with the run that speaks for each. */
export function readRecordedRuns(
  db: Database.Database,
  identities: readonly string[],
  numerics: NumericsChoice = 'any',
): Map<string, LiveRun> {
  const live = readLiveRuns(db, numerics);
  const runs = identities.flatMap((identity): [string, LiveRun][] => {
    const run = live.get(identity);
    return run !== undefined && isRecorded(run) ? [[identity, run]] : [];
  });
  return new Map(runs);
}

/** Whether a live run is over: done or diverged, not under way. */
export function isRecorded(run: Pick<LiveRun, 'state'>): boolean {
  return run.state === 'done' || run.state === 'diverged';
}
