import type Database from 'better-sqlite3';
import { unpackClasses } from '../core/class-numbers.js';
import { withDatabaseErrors } from './database-errors.js';

/** What a run says of each of its test images. */
export interface Answers {
  /** Number of the first one in the data set, from 1; the others follow. */
  readonly firstExample: number;
  /** The class each is taken for. */
  readonly predicted: Uint16Array;
  /** The class each is of. */
  readonly labels: Uint16Array;
}

/** A run's answers; null for a run that has none recorded, or of whose data the labels are not known. */
export function readAnswers(db: Database.Database, runId: number): Answers | null {
  const query = `
    SELECT predicted, predictions.bytes_each AS predictedBytes, labels, test_labels.bytes_each AS labelBytes, spec ->> '$.testFirst' AS firstExample
    FROM predictions JOIN runs USING (run_id) JOIN test_labels USING (dataset_sha256) WHERE run_id = ?`;
  type Row = {
    readonly predicted: Buffer;
    readonly predictedBytes: 1 | 2;
    readonly labels: Buffer;
    readonly labelBytes: 1 | 2;
    readonly firstExample: number;
  };
  const row = withDatabaseErrors(db.name, () => db.prepare<[number], Row>(query).get(runId));
  if (row === undefined) return null;
  const { firstExample } = row;
  const predicted = unpackClasses(row.predicted, row.predictedBytes);
  const labels = unpackClasses(row.labels, row.labelBytes).subarray(
    firstExample - 1,
    firstExample - 1 + predicted.length,
  );
  return labels.length === predicted.length ? { firstExample, predicted, labels } : null;
}
