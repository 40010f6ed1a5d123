import type Database from 'better-sqlite3';
import { withDatabaseErrors } from './database-errors.js';

/** How often a run is wrong about test images of a class. */
export interface RecordedClassErrors {
  readonly label: number;
  readonly images: number;
  readonly errors: number;
  readonly errorPercent: number;
}

/** Of every class that there are test images of, by label; none of a regression, and of runs on more than 1,024 classes. */
export function readClassErrors(db: Database.Database, runId: number): RecordedClassErrors[] {
  const query =
    'SELECT label, images, errors, error_percent AS errorPercent FROM class_errors WHERE run_id = ? ORDER BY label';
  return withDatabaseErrors(db.name, () => db.prepare<[number], RecordedClassErrors>(query).all(runId));
}
