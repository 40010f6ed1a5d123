import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { withDatabaseErrors } from './database-errors.js';
import type { RunState } from './run-records.js';

/** All that is recorded of one run. Fields are null as long as the run has not told them. */
export interface WholeRun {
  readonly runId: number;
  readonly sweep: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly label: string;
  readonly identity: string;
  readonly datasetSha256: string;
  /** The version of the arithmetic; 0 if the run was recorded before versions were counted. */
  readonly numerics: number;
  /** When it was claimed; runs of older versions waited from then on. */
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly workers: number | null;
  readonly parameters: number | null;
  /** Of the data set; null for runs of older versions. */
  readonly classes: number | null;
  readonly weightsSha256: string | null;
  readonly seconds: number | null;
  readonly imagesPerSecond: number | null;
  /** The epoch whose weights were kept; null if they are the last one's. */
  readonly bestEpoch: number | null;
  /** Of the weights that were kept, with test-time augmentation; null for a run whose spec asks for none, or that has not ended as `done`. */
  readonly augmentedTestLoss: number | null;
  readonly augmentedTestErrorPercent: number | null;
  readonly augmentedTestTop5ErrorPercent: number | null;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly epochs: readonly Readonly<Record<string, number | null>>[];
  /** confusion[label][predicted] = test images; empty before the first epoch's end, and of more classes than a result has a matrix of. */
  readonly confusion: readonly (readonly number[])[];
  /** Test images whose predicted class is recorded, in the view test_predictions; 0 for runs of older versions. */
  readonly predictions: number;
  /** What its user says of it. */
  readonly note: string | null;
  readonly tags: readonly string[];
  /** ISO 8601; null for a run that is kept. */
  readonly removedAt: string | null;
}

const SELECT_RUN = `
  SELECT run_id AS runId, name AS sweep, state, reason, label, identity, dataset_sha256 AS datasetSha256, numerics,
    queued_at AS queuedAt, started_at AS startedAt, finished_at AS finishedAt, workers,
    parameters, classes, weights_sha256 AS weightsSha256, seconds, images_per_second AS imagesPerSecond, best_epoch AS bestEpoch,
    augmented_test_loss AS augmentedTestLoss, augmented_test_error_percent AS augmentedTestErrorPercent,
    augmented_test_top5_error_percent AS augmentedTestTop5ErrorPercent,
    spec, environment, note, removed_at AS removedAt,
    (SELECT json_group_array(tag) FROM run_tags WHERE run_tags.run_id = runs.run_id) AS tags,
    coalesce((SELECT length(predicted) / bytes_each FROM predictions WHERE predictions.run_id = runs.run_id), 0) AS predictions
  FROM runs JOIN sweeps USING (sweep_id) WHERE run_id = ?`;

const SELECT_EPOCHS = `
  SELECT epoch, train_loss AS trainLoss, train_error_percent AS trainErrorPercent, validation_loss AS validationLoss,
    validation_error_percent AS validationErrorPercent, test_loss AS testLoss,
    test_error_percent AS testErrorPercent, test_top5_error_percent AS testTop5ErrorPercent,
    learning_rate AS learningRate, seconds, images_per_second AS imagesPerSecond
  FROM epochs WHERE run_id = ? ORDER BY epoch`;

type RunRow = Omit<WholeRun, 'spec' | 'environment' | 'tags' | 'epochs' | 'confusion'> & {
  spec: string;
  environment: string;
  tags: string;
};

/**
 * Reads one run.
 *
 * @throws UserError if there is none with this number
 */
export function readWholeRun(db: Database.Database, runId: number): WholeRun {
  return withDatabaseErrors(db.name, () => {
    const run = db.prepare<[number], RunRow>(SELECT_RUN).get(runId);
    if (run === undefined)
      throw new UserError(`${db.name}: there is no run ${runId}. The numbers are in: runs ls.`);
    return {
      ...run,
      spec: JSON.parse(run.spec) as WholeRun['spec'],
      environment: JSON.parse(run.environment) as WholeRun['environment'],
      tags: JSON.parse(run.tags) as string[],
      epochs: db.prepare<[number], WholeRun['epochs'][number]>(SELECT_EPOCHS).all(runId),
      confusion: readConfusion(db, runId),
    };
  });
}

function readConfusion(db: Database.Database, runId: number): number[][] {
  const cells = db
    .prepare<[number], { label: number; predicted: number; images: number }>(
      'SELECT label, predicted, images FROM confusion WHERE run_id = ? ORDER BY label, predicted',
    )
    .all(runId);
  // The last cell is of the last class.
  const classes = cells.length === 0 ? 0 : cells.at(-1)!.label + 1;
  const rows = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { label, predicted, images } of cells) rows[label]![predicted] = images;
  return rows;
}
