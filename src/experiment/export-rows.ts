import type Database from 'better-sqlite3';
import { withDatabaseErrors } from './database-errors.js';
import { queryRows, type Rows } from './rows.js';
import { bindFilter, FILTERED_RUNS, type RunFilter } from './run-records.js';

/** Columns of runs that hold JSON. */
export const JSON_COLUMNS = ['spec', 'environment'] as const;

/** One row a run with all that is recorded of it but epochs and predictions. */
export function selectRunsForExport(db: Database.Database, filter: RunFilter): Rows {
  return select(
    db,
    `SELECT chosen.*, dataset_sha256, ${JSON_COLUMNS.join(', ')}
     FROM (SELECT * FROM ${FILTERED_RUNS}) AS chosen JOIN runs USING (run_id) ORDER BY run_id`,
    filter,
  );
}

/** As the view `learning_curves` has them, which leaves removed runs out. */
const EPOCH_COLUMNS = `run_id, epoch, train_loss, train_error_percent, test_loss, test_error_percent, learning_rate, seconds,
  images_per_second, test_top5_error_percent, validation_loss, validation_error_percent, test_rmse, test_r2`;

/** One row an epoch of such a run. */
export function selectEpochsForExport(db: Database.Database, filter: RunFilter): Rows {
  return select(
    db,
    `SELECT sweep, label, seed, curves.*
     FROM (SELECT * FROM ${FILTERED_RUNS}) AS chosen JOIN (SELECT ${EPOCH_COLUMNS} FROM epochs) AS curves USING (run_id)
     ORDER BY run_id, epoch`,
    filter,
  );
}

function select(db: Database.Database, sql: string, filter: RunFilter): Rows {
  return withDatabaseErrors(db.name, () => queryRows(db.prepare(sql), [bindFilter(filter)]));
}
