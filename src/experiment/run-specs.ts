import type Database from 'better-sqlite3';
import { type ResolvedRunSpec, untrimSpec } from '../run/spec.js';
import { withDatabaseErrors } from './database-errors.js';

/** A run with its spec, defaults included. */
export interface RunSpec {
  readonly runId: number;
  readonly label: string;
  readonly spec: ResolvedRunSpec;
}

/** The specs of some runs, by their numbers. */
export function readSpecs(db: Database.Database, runIds: readonly number[]): RunSpec[] {
  const query =
    'SELECT run_id AS runId, label, spec FROM runs WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY run_id';
  type Row = { runId: number; label: string; spec: string };
  const rows = withDatabaseErrors(db.name, () =>
    db.prepare<[string], Row>(query).all(JSON.stringify(runIds)),
  );
  return rows.map((row) => ({ ...row, spec: untrimSpec(JSON.parse(row.spec)) }));
}
