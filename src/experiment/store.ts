import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { NUMERICS } from '../run/numerics.js';
import { trimSpec } from '../run/spec.js';
import type { EpochMetrics, TrainResult } from '../run/types.js';
import { openDatabase } from './database.js';
import { withDatabaseErrors } from './database-errors.js';
import type { Environment } from './environment.js';
import { formatCanonicalJson } from './identity.js';
import type { SweepPoint } from './plan-sweep.js';
import { isAlive, markProcess, type ProcessMark } from './process-mark.js';
import { isLive, type LiveRun, type NumericsChoice, selectClaimedRuns } from './run-records.js';

/** How a run ended, as far as the store is told. */
export type RunEnd =
  | { readonly result: TrainResult }
  /** It threw, or the sweep gave it up. */
  | { readonly state: 'failed' | 'interrupted'; readonly reason: string };

/** A sweep as it is recorded. */
export interface SweepEntry {
  readonly name: string;
  readonly title: string | null;
  /** The file that it has its name from, if it has none of its own. */
  readonly source?: string | undefined;
  /** Keeps the points that it had before. */
  readonly grows?: boolean;
}

/** What is recorded of a run as it begins. */
export interface RunStart {
  readonly sweepId: number;
  readonly point: SweepPoint;
  readonly environment: Environment;
  /** Threads of the run; null if they are not known. */
  readonly workers: number | null;
  /** Which runs make this one needless. */
  readonly numerics: NumericsChoice;
}

/** A point that is this process's to run, or the run that makes that needless: one that is recorded, or under way in another process. */
export type Claim = { readonly runId: number } | { readonly live: LiveRun };

/**
 * Writes runs into the experiments' database: the one writer of this process. Every method is one transaction, and turns
 * what a user can mend (a full disk, a locked file) into a UserError.
 */
export class Store {
  private readonly processId: number;

  /** @param db a connection from `openDatabase`; the store closes it */
  constructor(readonly db: Database.Database) {
    this.processId = this.write(() => this.registerProcess(markProcess()));
  }

  /** Opens or makes the database `file`. */
  static open(file: string): Store {
    return new Store(openDatabase(file));
  }

  close(): void {
    this.db.close();
  }

  /** Says that this process still lives; other hosts can tell in no other way. */
  touch(): void {
    this.write(() => {
      this.db.prepare('UPDATE processes SET seen_at = ? WHERE process_id = ?').run(now(), this.processId);
    });
  }

  /**
   * Frees the identities that dead processes hold: their running runs become `interrupted` and keep their epochs; those
   * that an older version has queued leave no row.
   *
   * @returns how many runs became `interrupted`
   */
  recoverDead(): number {
    return this.write(() => {
      const holders = this.db
        .prepare<[], ProcessMark & { processId: number; seenAt: string }>(
          `SELECT process_id AS processId, host, pid, start_marker AS startMarker, seen_at AS seenAt FROM processes
           WHERE process_id IN (SELECT process_id FROM runs WHERE state IN ('queued', 'running'))`,
        )
        .all();
      const dead = holders.filter((holder) => !isAlive(holder, holder.seenAt));
      return dead.reduce(
        (sum, holder) => sum + this.free('process_id = ?', holder.processId, 'its process ended'),
        0,
      );
    });
  }

  /**
   * Records what a sweep consists of. Other points that it had are no longer its points, unless it `grows`.
   *
   * @returns the sweep's number
   * @throws UserError if there is a sweep of that name which has it from another file
   */
  recordSweep(sweep: SweepEntry, points: readonly SweepPoint[]): number {
    const { name, title, source = null, grows = false } = sweep;
    return this.write(() => {
      this.checkSource(sweep);
      const sweepId = this.db
        .prepare(
          `INSERT INTO sweeps (name, title, source, created_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET title = excluded.title, source = excluded.source RETURNING sweep_id`,
        )
        .pluck()
        .get(name, title, source, now()) as number;
      if (!grows) this.db.prepare('DELETE FROM sweep_points WHERE sweep_id = ?').run(sweepId);
      const insert = this.db.prepare(
        `INSERT INTO sweep_points
         SELECT @sweepId, coalesce(max(position), 0) + 1, @identity FROM sweep_points WHERE sweep_id = @sweepId
         ON CONFLICT (sweep_id, identity) DO NOTHING`,
      );
      for (const { identity } of points) insert.run({ sweepId, identity });
      this.saveTestLabels(points);
      return sweepId;
    });
  }

  /**
   * Begins a run in this process's name, unless one of its identity is recorded or under way. What a process left behind that has gone is
   * freed first. All of it is one transaction, so that of several processes one gets the run.
   */
  claimRun({ sweepId, point, environment, workers, numerics }: RunStart): Claim {
    return this.write(() => {
      const claimed = selectClaimedRuns(this.db, numerics, point.identity);
      const live = claimed.findLast(isLive);
      if (live !== undefined) return { live };
      for (const { runId } of claimed) this.free('run_id = ?', runId, 'its process ended');
      const runId = this.db
        .prepare(
          `INSERT INTO runs (sweep_id, identity, numerics, dataset_sha256, spec, label, seed, state, process_id, environment, workers,
             queued_at, started_at)
           VALUES (@sweepId, @identity, @numerics, @datasetSha256, @spec, @label, @seed, 'running', @processId, @environment, @workers,
             @startedAt, @startedAt)
           RETURNING run_id`,
        )
        .pluck()
        .get({
          sweepId,
          identity: point.identity,
          numerics: NUMERICS,
          datasetSha256: point.dataset.sha256,
          spec: formatCanonicalJson(trimSpec(point.spec)),
          label: point.label,
          seed: point.spec.seed,
          processId: this.processId,
          environment: formatCanonicalJson(environment),
          workers,
          startedAt: now(),
        }) as number;
      return { runId };
    });
  }

  /**
   * Records an epoch of a run that this process has claimed.
   *
   * @returns whether the run still is this process's: another one takes it over when it holds this one to be gone
   */
  addEpoch(runId: number, metrics: EpochMetrics): boolean {
    return this.write(() => {
      const { changes } = this.db
        .prepare(
          `INSERT INTO epochs (run_id, epoch, train_loss, train_error_percent, validation_loss, validation_error_percent,
             test_loss, test_error_percent, test_top5_error_percent, learning_rate, seconds, images_per_second)
           SELECT @runId, @epoch, @trainLoss, @trainErrorPercent, @validationLoss, @validationErrorPercent,
             @testLoss, @testErrorPercent, @testTop5ErrorPercent, @learningRate, @seconds, @imagesPerSecond
           FROM runs WHERE run_id = @runId AND state = 'running'`,
        )
        .run({ ...metrics, runId });
      return changes === 1;
    });
  }

  /**
   * Records how a run ended that this process has claimed.
   *
   * @returns whether the run still was this process's; if not, nothing is recorded
   */
  finishRun(runId: number, end: RunEnd): boolean {
    return this.write(() => {
      const result = 'result' in end ? end.result : null;
      const { state, reason } = 'result' in end ? end.result : end;
      const { changes } = this.db
        .prepare(
          `UPDATE runs SET state = @state, reason = @reason, finished_at = @finishedAt, parameters = @parameterCount,
             weights_sha256 = @weightsSha256, seconds = @seconds, images_per_second = @imagesPerSecond, best_epoch = @bestEpoch,
             augmented_test_loss = @augmentedTestLoss, augmented_test_error_percent = @augmentedTestErrorPercent,
             augmented_test_top5_error_percent = @augmentedTestTop5ErrorPercent,
             environment = json_set(environment, '$.kernels', @kernels)
           WHERE run_id = @runId AND state = 'running'`,
        )
        .run({
          runId,
          finishedAt: now(),
          state,
          reason,
          parameterCount: result?.parameterCount ?? null,
          weightsSha256: result?.weightsSha256 ?? null,
          seconds: result?.seconds ?? null,
          imagesPerSecond: result?.imagesPerSecond ?? null,
          bestEpoch: result?.bestEpoch ?? null,
          augmentedTestLoss: result?.augmentedTest?.testLoss ?? null,
          augmentedTestErrorPercent: result?.augmentedTest?.testErrorPercent ?? null,
          augmentedTestTop5ErrorPercent: result?.augmentedTest?.testTop5ErrorPercent ?? null,
          kernels: result?.kernels ?? null,
        });
      if (changes === 0) return false;
      if (result !== null) {
        this.saveConfusion(runId, result.confusion);
        this.savePredictions(runId, result.predicted);
      }
      return true;
    });
  }

  /** Lets go of those of some runs that have not ended: they become `interrupted`. */
  releaseRuns(runIds: readonly number[], reason: string): void {
    this.write(() => this.free('run_id IN (SELECT value FROM json_each(?))', JSON.stringify(runIds), reason));
  }

  /** Lets go of all that this process runs. */
  releaseAll(reason: string): void {
    this.write(() => this.free('process_id = ?', this.processId, reason));
  }

  private write<T>(action: () => T): T {
    return withDatabaseErrors(this.db.name, () => this.db.transaction(action).immediate());
  }

  private registerProcess(mark: ProcessMark): number {
    return this.db
      .prepare(
        `INSERT INTO processes (host, pid, start_marker, seen_at) VALUES (@host, @pid, @startMarker, @seenAt)
         ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at RETURNING process_id`,
      )
      .pluck()
      .get({ ...mark, seenAt: now() }) as number;
  }

  private free(condition: string, parameter: string | number, reason: string): number {
    this.db.prepare(`DELETE FROM runs WHERE state = 'queued' AND ${condition}`).run(parameter);
    return this.db
      .prepare(
        `UPDATE runs SET state = 'interrupted', reason = ?, finished_at = ? WHERE state = 'running' AND ${condition}`,
      )
      .run(reason, now(), parameter).changes;
  }

  /** Keeps sweeps apart whose files are called alike. A file that has been moved is the same one. */
  private checkSource({ name, source }: SweepEntry): void {
    const select = 'SELECT source FROM sweeps WHERE name = ?';
    const recorded = this.db.prepare<[string], string | null>(select).pluck().get(name);
    if (source === undefined || !recorded || recorded === source || !existsSync(recorded)) return;
    throw new UserError(
      `${source}: expected a grid that has a name of its own, found one that is called '${name}' by its file, as the sweep of ` +
        `${recorded} in ${this.db.name} is. Give it a "name", or another database with --db.`,
    );
  }

  private saveConfusion(runId: number, confusion: TrainResult['confusion']): void {
    const insert = this.db.prepare('INSERT INTO confusion VALUES (?, ?, ?, ?)');
    confusion.forEach((row, label) => {
      row.forEach((images, predicted) => {
        insert.run(runId, label, predicted, images);
      });
    });
  }

  private savePredictions(runId: number, predicted: Uint8Array): void {
    if (predicted.length === 0) return;
    this.db.prepare('INSERT INTO predictions VALUES (?, ?)').run(runId, Buffer.from(predicted));
  }

  private saveTestLabels(points: readonly SweepPoint[]): void {
    const insert = this.db.prepare('INSERT INTO test_labels VALUES (?, ?) ON CONFLICT DO NOTHING');
    for (const { sha256, test } of new Set(points.map(({ dataset }) => dataset)))
      insert.run(sha256, Buffer.from(test.labels));
  }
}

function now(): string {
  return new Date().toISOString();
}
