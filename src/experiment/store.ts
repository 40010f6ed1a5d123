import type Database from 'better-sqlite3';
import { trimSpec } from '../run/spec.js';
import type { EpochMetrics, TrainResult } from '../run/types.js';
import { openDatabase } from './database.js';
import { withDatabaseErrors } from './database-errors.js';
import type { Environment } from './environment.js';
import { formatCanonicalJson } from './identity.js';
import type { SweepPoint } from './plan-sweep.js';
import { isAlive, markProcess, type ProcessMark } from './process-mark.js';

/** How a run ended, as far as the store is told. */
export type RunEnd =
  | { readonly result: TrainResult }
  /** It threw, or the sweep gave it up. */
  | { readonly state: 'failed' | 'interrupted'; readonly reason: string };

/** A sweep as it is recorded. */
export interface SweepEntry {
  readonly name: string;
  readonly title: string | null;
  /** Keeps the points that it had before. */
  readonly grows?: boolean;
}

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
   * Frees the identities that dead processes hold: their running runs become `interrupted` and keep their epochs; runs that
   * never began leave no row.
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
   * Records what a sweep consists of and queues those of its points that are to run. Other points that it had are no longer its points,
   * unless it `grows`.
   *
   * @param all identities of all points, in order
   * @returns the new runs' ids, in the order of `missing`; null for a point that another process has claimed meanwhile
   */
  queueRuns(sweep: SweepEntry, all: readonly string[], missing: readonly SweepPoint[]): (number | null)[] {
    return this.write(() => {
      const sweepId = this.saveSweep(sweep, all);
      this.saveTestLabels(missing);
      const insert = this.db
        .prepare(
          `INSERT INTO runs (sweep_id, identity, dataset_sha256, spec, label, seed, state, process_id, environment, queued_at)
           VALUES (@sweepId, @identity, @datasetSha256, @spec, @label, @seed, 'queued', @processId, '{}', @queuedAt)
           ON CONFLICT (identity) WHERE state IN ('queued', 'running', 'done', 'diverged') DO NOTHING
           RETURNING run_id`,
        )
        .pluck();
      return missing.map((point) => {
        const row = {
          sweepId,
          identity: point.identity,
          datasetSha256: point.dataset.sha256,
          spec: formatCanonicalJson(trimSpec(point.spec)),
          label: point.label,
          seed: point.spec.seed,
          processId: this.processId,
          queuedAt: now(),
        };
        return (insert.get(row) as number | undefined) ?? null;
      });
    });
  }

  /** Takes a queued run up. */
  startRun(runId: number, environment: Environment, workers: number | null): void {
    this.write(() => {
      this.db
        .prepare(
          `UPDATE runs SET state = 'running', started_at = ?, environment = ?, workers = ? WHERE run_id = ?`,
        )
        .run(now(), formatCanonicalJson(environment), workers, runId);
    });
  }

  addEpoch(runId: number, metrics: EpochMetrics): void {
    this.write(() => {
      this.db
        .prepare(
          `INSERT INTO epochs (run_id, epoch, train_loss, train_error_percent, validation_loss, validation_error_percent,
             test_loss, test_error_percent, test_top5_error_percent, learning_rate, seconds, images_per_second)
           VALUES (@runId, @epoch, @trainLoss, @trainErrorPercent, @validationLoss, @validationErrorPercent,
             @testLoss, @testErrorPercent, @testTop5ErrorPercent, @learningRate, @seconds, @imagesPerSecond)`,
        )
        .run({ ...metrics, runId });
    });
  }

  finishRun(runId: number, end: RunEnd): void {
    this.write(() => {
      if (!('result' in end)) {
        this.db
          .prepare('UPDATE runs SET state = ?, reason = ?, finished_at = ? WHERE run_id = ?')
          .run(end.state, end.reason, now(), runId);
        return;
      }
      const { result } = end;
      this.db
        .prepare(
          `UPDATE runs SET state = @state, reason = @reason, finished_at = @finishedAt, parameters = @parameterCount,
             weights_sha256 = @weightsSha256, seconds = @seconds, images_per_second = @imagesPerSecond, best_epoch = @bestEpoch,
             augmented_test_loss = @augmentedTestLoss, augmented_test_error_percent = @augmentedTestErrorPercent,
             augmented_test_top5_error_percent = @augmentedTestTop5ErrorPercent,
             environment = json_set(environment, '$.kernels', @kernels)
           WHERE run_id = @runId`,
        )
        .run({
          runId,
          finishedAt: now(),
          state: result.state,
          reason: result.reason,
          parameterCount: result.parameterCount,
          weightsSha256: result.weightsSha256,
          seconds: result.seconds,
          imagesPerSecond: result.imagesPerSecond,
          bestEpoch: result.bestEpoch,
          augmentedTestLoss: result.augmentedTest?.testLoss ?? null,
          augmentedTestErrorPercent: result.augmentedTest?.testErrorPercent ?? null,
          augmentedTestTop5ErrorPercent: result.augmentedTest?.testTop5ErrorPercent ?? null,
          kernels: result.kernels,
        });
      this.saveConfusion(runId, result.confusion);
      this.savePredictions(runId, result.predicted);
    });
  }

  /** Lets go of those of some runs that have not ended: running ones become `interrupted`, queued ones leave no row. */
  releaseRuns(runIds: readonly number[], reason: string): void {
    this.write(() => this.free('run_id IN (SELECT value FROM json_each(?))', JSON.stringify(runIds), reason));
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

  private saveSweep(sweep: SweepEntry, identities: readonly string[]): number {
    const sweepId = this.db
      .prepare(
        `INSERT INTO sweeps (name, title, created_at) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET title = excluded.title RETURNING sweep_id`,
      )
      .pluck()
      .get(sweep.name, sweep.title, now()) as number;
    if (!sweep.grows) this.db.prepare('DELETE FROM sweep_points WHERE sweep_id = ?').run(sweepId);
    const insert = this.db.prepare(
      `INSERT INTO sweep_points
       SELECT @sweepId, coalesce(max(position), 0) + 1, @identity FROM sweep_points WHERE sweep_id = @sweepId
       ON CONFLICT (sweep_id, identity) DO NOTHING`,
    );
    for (const identity of identities) insert.run({ sweepId, identity });
    return sweepId;
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
