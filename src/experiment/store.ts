import type Database from 'better-sqlite3';
import type { Dataset } from '../dataset/dataset.js';
import { NUMERICS } from '../run/numerics.js';
import { type ResolvedRunSpec, trimSpec } from '../run/spec.js';
import type { EpochMetrics } from '../run/types.js';
import { openDatabase } from './database.js';
import { DatabaseFile } from './database-file.js';
import type { Environment } from './environment.js';
import { formatCanonicalJson } from './identity.js';
import { Ownership } from './owners.js';
import type { SweepPoint } from './plan-sweep.js';
import { isRecorded, type LiveRun, type NumericsChoice, selectClaimedRuns } from './run-records.js';
import { clearPredictions, type RunEnd, recordRunEnd } from './run-result.js';
import { recordSweepEntry, type SweepEntry } from './sweep-entry.js';
import { writeTransaction } from './transaction.js';
import { markPruned, type SearchRecord, saveTrials } from './trial-records.js';

/** Why a run is interrupted that nobody has ended. */
const PROCESS_ENDED = 'its process ended';

/** What is recorded of a point. */
export interface RecordedPoint extends Pick<SweepPoint, 'identity' | 'label'> {
  readonly spec: ResolvedRunSpec;
  readonly dataset: Pick<Dataset, 'sha256'>;
}

/** What is recorded of a run as it begins. */
export interface RunStart {
  readonly sweepId: number;
  readonly point: RecordedPoint;
  readonly environment: Environment;
  /** Threads of the run; null if they are not known. */
  readonly workers: number | null;
  /** Which runs make this one needless. */
  readonly numerics: NumericsChoice;
}

/** A point that is this process's to run, or the run that makes that needless: one that is recorded, or under way in another process. */
export type Claim = ClaimedPoint | { readonly live: LiveRun };

export interface ClaimedPoint {
  readonly runId: number;
  /** Whether it is a run that was begun before and did not come to its end. */
  readonly isTakenUp: boolean;
}

/** A run that was trained elsewhere, from its beginning to its end. */
export interface RunElsewhere {
  readonly epochs: readonly EpochMetrics[];
  readonly end: RunEnd;
  /** ISO 8601, by the clock of where it was trained. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/**
 * Writes runs into the experiments' database: the one writer of this process, and the owner of its runs. Every method is one transaction, and
 * turns what a user can mend (a full disk, a locked file, one that has been removed) into a UserError.
 */
export class Store {
  private readonly ownership: Ownership;
  private readonly file: DatabaseFile;

  /** @param db a connection from `openDatabase`; the store closes it */
  constructor(readonly db: Database.Database) {
    this.file = new DatabaseFile(db.name);
    this.ownership = Ownership.register(db);
  }

  /** Opens or makes the database `file`. */
  static open(file: string): Store {
    const db = openDatabase(file);
    try {
      return new Store(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** May be called again. */
  close(): void {
    if (!this.db.open) return;
    try {
      this.ownership.close();
      foldLogIn(this.db);
    } finally {
      this.db.close();
    }
  }

  /**
   * Says that this process still lives, to those who can tell in no other way, and looks at those of whom this one can tell in no other way.
   * That it cannot be written is no error: what has to be recorded will tell.
   */
  beat(): void {
    try {
      this.ownership.beat();
      this.ownership.listGone();
    } catch {}
  }

  /**
   * Frees the identities that dead processes hold: their running runs become `interrupted` and keep their epochs; those
   * that an older version has queued leave no row.
   *
   * @returns how many runs became `interrupted`
   */
  recoverDead(): number {
    const { ownership } = this;
    const free = () =>
      ownership
        .listGone()
        .reduce((sum, { processId }) => sum + this.free('process_id = ?', processId, PROCESS_ENDED), 0);
    return ownership.tidy(() => this.write(free));
  }

  /**
   * Records what a sweep consists of. Other points that it had are no longer its points, unless it `grows`.
   *
   * @returns the sweep's number
   * @throws UserError if there is a sweep of that name which has it from another file
   */
  recordSweep(sweep: SweepEntry, points: readonly SweepPoint[]): number {
    return this.write(() => recordSweepEntry(this.db, sweep, points));
  }

  /**
   * Claims a point for this process, unless a run of its identity is recorded or under way. What a process left behind that has gone is
   * freed first. A run of the identity that has not come to its end is taken up; its epochs stay until it is known whether it goes on where
   * it was. All of it is one transaction, so that of several processes one gets the run.
   */
  claimRun(start: RunStart): Claim {
    return this.write(() => {
      const claimed = selectClaimedRuns(this.db, start.numerics, start.point.identity);
      const live = claimed.findLast((run) => isRecorded(run) || !this.ownership.isGone(run));
      if (live !== undefined) return { live };
      for (const { runId } of claimed) this.free('run_id = ?', runId, PROCESS_ENDED);
      const runId = this.takeUpRun(start);
      return runId === null ? { runId: this.beginRun(start), isTakenUp: false } : { runId, isTakenUp: true };
    });
  }

  /**
   * Has the record of a run that was taken up go on after the epochs that its training goes on after: others that it had are removed.
   *
   * @returns whether the run still is this process's
   */
  resumeRun(runId: number, epochs: readonly EpochMetrics[]): boolean {
    return this.write(() => this.isOwned(runId) && this.resetEpochs(runId, epochs));
  }

  /** Has the record of a run that was taken up begin anew, as its training does. Otherwise like `resumeRun`. */
  restartRun(runId: number): boolean {
    return this.write(() => {
      if (!this.isOwned(runId)) return false;
      this.db.prepare('UPDATE runs SET started_at = ? WHERE run_id = ?').run(now(), runId);
      return this.resetEpochs(runId, []);
    });
  }

  /**
   * Records an epoch of a run that this process has claimed.
   *
   * @returns whether the run still is this process's: another one takes it over when it holds this one to be gone
   */
  addEpoch(runId: number, metrics: EpochMetrics): boolean {
    return this.write(() => {
      const isOwned = this.isOwned(runId);
      if (isOwned) this.insertEpoch(runId, metrics);
      return isOwned;
    });
  }

  /**
   * Records how a run ended that this process has claimed.
   *
   * @returns whether the run still was this process's; if not, nothing is recorded
   */
  finishRun(runId: number, end: RunEnd): boolean {
    const { processId } = this.ownership;
    return this.write(() => recordRunEnd(this.db, { runId, processId }, end));
  }

  /**
   * Records the whole of a run that this process has claimed, and that was trained elsewhere.
   *
   * @returns whether the run still was this process's; if not, nothing is recorded
   */
  recordElsewhere(runId: number, { epochs, end, startedAt, finishedAt }: RunElsewhere): boolean {
    const { processId } = this.ownership;
    return this.write(() => {
      if (!this.isOwned(runId)) return false;
      this.resetEpochs(runId, epochs);
      recordRunEnd(this.db, { runId, processId }, end);
      const update = `UPDATE runs SET queued_at = min(queued_at, @startedAt), started_at = @startedAt, finished_at = @finishedAt
        WHERE run_id = @runId`;
      this.db.prepare(update).run({ runId, startedAt, finishedAt });
      return true;
    });
  }

  /** Lets go of all that this process runs: it becomes `interrupted`. */
  releaseAll(reason: string): void {
    this.write(() => this.free('process_id = ?', this.ownership.processId, reason));
  }

  /**
   * Records what a sweep consists of, as `recordSweep` does, and what trials of the search that it is have come to. Other trials that it had are gone,
   * unless it `grows`.
   *
   * @throws UserError if there is a sweep of that name which has it from another file
   */
  recordTrials(
    sweep: SweepEntry,
    points: readonly SweepPoint[],
    { search, trials, pruned }: SearchRecord,
  ): void {
    this.write(() => {
      const sweepId = recordSweepEntry(this.db, sweep, points);
      saveTrials(this.db, sweepId, search, trials);
      for (const { identities, reason } of pruned) markPruned(this.db, identities, reason);
    });
  }

  private write<T>(action: () => T): T {
    const result = writeTransaction(this.db, action);
    this.file.checkInPlace();
    return result;
  }

  private beginRun(start: RunStart): number {
    const { point } = start;
    return this.db
      .prepare<[object], number>(
        `INSERT INTO runs (sweep_id, identity, numerics, dataset_sha256, spec, label, seed, state, process_id, environment, workers,
           queued_at, started_at)
         VALUES (@sweepId, @identity, @numerics, @datasetSha256, @spec, @label, @seed, 'running', @processId, @environment, @workers,
           @startedAt, @startedAt)
         RETURNING run_id`,
      )
      .pluck()
      .get({
        ...this.bindClaim(start),
        datasetSha256: point.dataset.sha256,
        spec: formatCanonicalJson(trimSpec(point.spec)),
        label: point.label,
        seed: point.spec.seed,
        startedAt: now(),
      })!;
  }

  /** Environment and workers are those of the process that brings a run to its end. */
  private takeUpRun(start: RunStart): number | null {
    const runId = this.db
      .prepare<[object], number>(
        `UPDATE runs SET state = 'running', reason = NULL, sweep_id = @sweepId, process_id = @processId, environment = @environment,
           workers = @workers, finished_at = NULL, parameters = NULL, weights_sha256 = NULL, seconds = NULL, images_per_second = NULL,
           best_epoch = NULL, augmented_test_loss = NULL, augmented_test_error_percent = NULL, augmented_test_top5_error_percent = NULL,
           augmented_test_rmse = NULL, augmented_test_r2 = NULL
         WHERE run_id = (
           SELECT max(run_id) FROM kept_runs
           WHERE identity = @identity AND numerics = @numerics AND state IN ('failed', 'interrupted', 'pruned')
         )
         RETURNING run_id`,
      )
      .pluck()
      .get(this.bindClaim(start));
    return runId ?? null;
  }

  private bindClaim({ sweepId, point, environment, workers }: RunStart) {
    return {
      sweepId,
      identity: point.identity,
      numerics: NUMERICS,
      processId: this.ownership.processId,
      environment: formatCanonicalJson(environment),
      workers,
    };
  }

  private isOwned(runId: number): boolean {
    const select = "SELECT 1 FROM runs WHERE run_id = ? AND process_id = ? AND state = 'running'";
    return this.db.prepare(select).get(runId, this.ownership.processId) !== undefined;
  }

  private resetEpochs(runId: number, epochs: readonly EpochMetrics[]): true {
    clearPredictions(this.db, runId);
    this.db.prepare('DELETE FROM epochs WHERE run_id = ?').run(runId);
    for (const metrics of epochs) this.insertEpoch(runId, metrics);
    return true;
  }

  private insertEpoch(runId: number, metrics: EpochMetrics): void {
    this.db
      .prepare(
        `INSERT INTO epochs (run_id, epoch, train_loss, train_error_percent, validation_loss, validation_error_percent,
           test_loss, test_error_percent, test_top5_error_percent, test_rmse, test_r2, learning_rate, seconds, images_per_second)
         VALUES (@runId, @epoch, @trainLoss, @trainErrorPercent, @validationLoss, @validationErrorPercent,
           @testLoss, @testErrorPercent, @testTop5ErrorPercent, @testRmse, @testR2, @learningRate, @seconds, @imagesPerSecond)`,
      )
      .run({ testRmse: null, testR2: null, ...metrics, runId });
  }

  private free(condition: string, parameter: string | number, reason: string): number {
    this.db.prepare(`DELETE FROM runs WHERE state = 'queued' AND ${condition}`).run(parameter);
    return this.db
      .prepare(
        `UPDATE runs SET state = 'interrupted', reason = ?, finished_at = ? WHERE state = 'running' AND ${condition}`,
      )
      .run(reason, now(), parameter).changes;
  }
}

/**
 * SQLite folds the log of writes into the file as its last connection closes, not while somebody still reads, as a page may for days; who copies
 * the file then has all. Where another process is in the way, or there is no room, the log stays, and nothing is lost.
 */
function foldLogIn(db: Database.Database): void {
  db.pragma('busy_timeout = 0');
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch {}
}

function now(): string {
  return new Date().toISOString();
}
