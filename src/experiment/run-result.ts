import type Database from 'better-sqlite3';
import { packClasses, viewBytes } from '../core/class-numbers.js';
import type { TrainResult } from '../run/types.js';
import type { Environment } from './environment.js';
import { formatCanonicalJson } from './identity.js';

/** Of a result what is recorded; the weights themselves lie in the run's folder. */
export interface RecordedResult
  extends Pick<
    TrainResult,
    | 'state'
    | 'reason'
    | 'classNames'
    | 'epochs'
    | 'bestEpoch'
    | 'augmentedTest'
    | 'confusion'
    | 'predicted'
    | 'parameterCount'
    | 'weightsSha256'
    | 'seconds'
    | 'imagesPerSecond'
    | 'kernels'
    | 'profile'
  > {
  /** Of a run that another machine has trained: in place of what is recorded of this one. */
  readonly trainedOn?: { readonly environment: Environment; readonly workers: number };
}

/** How a run ended, as far as the store is told. */
export type RunEnd<Result extends RecordedResult = RecordedResult> =
  | { readonly result: Result }
  /** It threw, or the sweep gave it up. */
  | { readonly state: 'failed' | 'interrupted'; readonly reason: string };

/** The columns that a run's end sets, by their parameters. */
const SET_END = `state = @state, reason = @reason, finished_at = @finishedAt, parameters = @parameterCount,
  weights_sha256 = @weightsSha256, seconds = @seconds, images_per_second = @imagesPerSecond, best_epoch = @bestEpoch,
  classes = @classes,
  augmented_test_loss = @augmentedTestLoss, augmented_test_error_percent = @augmentedTestErrorPercent,
  augmented_test_top5_error_percent = @augmentedTestTop5ErrorPercent,
  augmented_test_rmse = @augmentedTestRmse, augmented_test_r2 = @augmentedTestR2,
  workers = coalesce(@workers, workers), environment = json_set(coalesce(@environment, environment), '$.kernels', @kernels)`;

/**
 * Records how a run ended that a process is at, with all that it brought but its epochs; within a transaction.
 *
 * @returns false if the run is not the process's any longer; then nothing is recorded
 */
export function recordRunEnd(
  db: Database.Database,
  { runId, processId }: { readonly runId: number; readonly processId: number },
  end: RunEnd,
): boolean {
  const result = 'result' in end ? end.result : null;
  const trainedOn = result?.trainedOn;
  const { state, reason } = 'result' in end ? end.result : end;
  const { changes } = db
    .prepare(
      `UPDATE runs SET ${SET_END} WHERE run_id = @runId AND process_id = @processId AND state = 'running'`,
    )
    .run({
      runId,
      processId,
      finishedAt: new Date().toISOString(),
      state,
      reason,
      parameterCount: result?.parameterCount ?? null,
      weightsSha256: result?.weightsSha256 ?? null,
      seconds: result?.seconds ?? null,
      imagesPerSecond: result?.imagesPerSecond ?? null,
      bestEpoch: result?.bestEpoch ?? null,
      classes: result?.classNames.length ?? null,
      augmentedTestLoss: result?.augmentedTest?.testLoss ?? null,
      augmentedTestErrorPercent: result?.augmentedTest?.testErrorPercent ?? null,
      augmentedTestTop5ErrorPercent: result?.augmentedTest?.testTop5ErrorPercent ?? null,
      augmentedTestRmse: result?.augmentedTest?.testRmse ?? null,
      augmentedTestR2: result?.augmentedTest?.testR2 ?? null,
      kernels: result?.kernels ?? null,
      workers: trainedOn?.workers ?? null,
      environment: trainedOn ? formatCanonicalJson(trainedOn.environment) : null,
    });
  if (changes === 1 && result !== null) {
    clearPredictions(db, runId);
    saveConfusion(db, runId, result.confusion);
    savePredictions(db, runId, result);
  }
  return changes === 1;
}

/** Removes what was recorded of what a run predicts. */
export function clearPredictions(db: Database.Database, runId: number): void {
  for (const table of ['confusion', 'predictions']) {
    db.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(runId);
  }
}

/** Without cells of 0, of which a matrix of many classes consists; but for those of the diagonal, which tell how many classes there are. */
function saveConfusion(db: Database.Database, runId: number, confusion: RecordedResult['confusion']): void {
  const insert = db.prepare('INSERT INTO confusion VALUES (?, ?, ?, ?)');
  confusion.forEach((row, label) => {
    row.forEach((images, predicted) => {
      if (images > 0 || label === predicted) insert.run(runId, label, predicted, images);
    });
  });
}

function savePredictions(
  db: Database.Database,
  runId: number,
  { predicted, classNames }: RecordedResult,
): void {
  if (predicted.length === 0) return;
  const packed = packClasses(predicted, classNames.length);
  db.prepare('INSERT INTO predictions (run_id, predicted, bytes_each) VALUES (?, ?, ?)').run(
    runId,
    viewBytes(packed),
    packed.BYTES_PER_ELEMENT,
  );
}
