import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS, readSql } from '../../src/experiment/schema.js';
import { makeFolder } from './fake-runs.js';

/** A database as the program of an older schema version left it, with a finished run. */
export function makeOldDatabase(version: number): string {
  const file = join(makeFolder(), 'old.db');
  const db = new Database(file);
  for (const migration of MIGRATIONS.slice(0, version)) db.exec(readSql(`migrations/${migration}`));
  db.pragma(`application_id = ${0x436e7679}`);
  db.pragma(`user_version = ${version}`);
  db.exec(`
    INSERT INTO processes (process_id, host, pid, start_marker, seen_at) VALUES (1, 'host', 1, '', '');
    INSERT INTO sweeps (sweep_id, name, created_at) VALUES (1, 'first', '');
    INSERT INTO sweep_points VALUES (1, 1, '${'a'.repeat(64)}');
    INSERT INTO runs (run_id, sweep_id, identity, dataset_sha256, spec, label, seed, state, process_id, environment, workers, queued_at,
      finished_at, parameters, weights_sha256, seconds, images_per_second)
    VALUES (1, 1, '${'a'.repeat(64)}', 'd', '{"testFirst":1}', 'BN', 0, 'done', 1, '{}', 1, '', 'then', 9, 'w', 1.5, 1000);
    INSERT INTO confusion VALUES (1, 0, 0, 5);
    INSERT INTO epochs (run_id, epoch, train_loss, test_loss, test_error_percent) VALUES (1, 1, 2.5, 2, 10);
    CREATE VIEW my_own AS SELECT label, test_error_percent FROM results;`);
  db.close();
  return file;
}
