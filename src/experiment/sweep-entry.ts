import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { packClasses, viewBytes } from '../core/class-numbers.js';
import { UserError } from '../core/errors.js';
import type { SweepPoint } from './plan-sweep.js';

/** A sweep as it is recorded. */
export interface SweepEntry {
  readonly name: string;
  readonly title: string | null;
  /** The file that it has its name from, if it has none of its own. */
  readonly source?: string | undefined;
  /** Keeps the points that it had before. */
  readonly grows?: boolean;
}

/**
 * Records what a sweep consists of, within a transaction. Other points that it had are no longer its points, unless it `grows`, and a search that it was is gone.
 *
 * @returns the sweep's number
 * @throws UserError if there is a sweep of that name which has it from another file
 */
export function recordSweepEntry(
  db: Database.Database,
  sweep: SweepEntry,
  points: readonly SweepPoint[],
): number {
  const { name, title, source = null, grows = false } = sweep;
  checkSource(db, sweep);
  const sweepId = db
    .prepare(
      `INSERT INTO sweeps (name, title, source, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET title = excluded.title, source = excluded.source RETURNING sweep_id`,
    )
    .pluck()
    .get(name, title, source, new Date().toISOString()) as number;
  if (!grows) {
    for (const table of ['sweep_points', 'searches']) {
      db.prepare(`DELETE FROM ${table} WHERE sweep_id = ?`).run(sweepId);
    }
  }
  const insert = db.prepare(
    `INSERT INTO sweep_points
     SELECT @sweepId, coalesce(max(position), 0) + 1, @identity FROM sweep_points WHERE sweep_id = @sweepId
     ON CONFLICT (sweep_id, identity) DO NOTHING`,
  );
  for (const { identity } of points) insert.run({ sweepId, identity });
  saveTestLabels(db, points);
  return sweepId;
}

/** The number of the sweep of a name; null if there is none. */
export function readSweepId(db: Database.Database, name: string): number | null {
  const select = 'SELECT sweep_id FROM sweeps WHERE name = ?';
  return db.prepare<[string], number>(select).pluck().get(name) ?? null;
}

/** Keeps sweeps apart whose files are called alike. A file that has been moved is the same one. */
function checkSource(db: Database.Database, { name, source }: SweepEntry): void {
  const select = 'SELECT source FROM sweeps WHERE name = ?';
  const recorded = db.prepare<[string], string | null>(select).pluck().get(name);
  if (source === undefined || !recorded || recorded === source || !existsSync(recorded)) return;
  throw new UserError(
    `${source}: expected a grid that has a name of its own, found one that is called '${name}' by its file, as the sweep of ` +
      `${recorded} in ${db.name} is. Give it a "name", or another database with --db.`,
  );
}

function saveTestLabels(db: Database.Database, points: readonly SweepPoint[]): void {
  const insert = db.prepare(
    'INSERT INTO test_labels (dataset_sha256, labels, bytes_each) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const datasets = new Set(points.map(({ dataset }) => dataset));
  for (const { sha256, classNames, targetNames, test } of datasets) {
    if (targetNames) continue;
    const packed = packClasses(test.labels, classNames.length);
    insert.run(sha256, viewBytes(packed), packed.BYTES_PER_ELEMENT);
  }
}
