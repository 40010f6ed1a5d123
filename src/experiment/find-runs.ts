import type Database from 'better-sqlite3';
import { nameCommand } from '../core/command-name.js';
import { UserError, unknownName } from '../core/errors.js';
import { type ResolvedRunSpec, trimSpec } from '../run/spec.js';
import { withDatabaseErrors } from './database-errors.js';
import { formatCanonicalJson } from './identity.js';
import { type RunState, SPEAKER_FIRST, SPEAKER_LAST } from './run-records.js';

/** A run as it is found: which, of what, how far. */
export interface FoundRun {
  readonly runId: number;
  readonly label: string;
  /** As it is recorded. */
  readonly spec: string;
  readonly datasetSha256: string;
  readonly state: RunState;
  readonly reason: string | null;
}

/** The text under which a run's spec is recorded. The spec must have been fitted to its data: its counts are numbers. */
export function formatRecordedSpec(spec: ResolvedRunSpec): string {
  return formatCanonicalJson(trimSpec(spec));
}

/**
 * The run that speaks for each of some recorded specs, whatever its state, by the spec's text. Where the same has been run on several data sets, all
 * are of the one for which most runs have ended well.
 */
export function findRunsBySpec(db: Database.Database, specs: readonly string[]): Map<string, FoundRun> {
  const query = `
    WITH found AS (
      SELECT * FROM kept_runs WHERE spec IN (SELECT value FROM json_each(@specs))
    )
    SELECT run_id AS runId, label, spec, dataset_sha256 AS datasetSha256, state, reason FROM found
    WHERE dataset_sha256 = (
      SELECT dataset_sha256 FROM found GROUP BY dataset_sha256 ORDER BY sum(state = 'done') DESC, max(run_id) DESC LIMIT 1
    )
    ${SPEAKER_LAST}`;
  const rows = withDatabaseErrors(db.name, () =>
    db.prepare<[object], FoundRun>(query).all({ specs: JSON.stringify(specs) }),
  );
  return new Map(rows.map((run) => [run.spec, run]));
}

/** The finished runs that differ from a run in nothing but the seed, itself included, in the order of their seeds. */
export function findSeeds(db: Database.Database, runId: number): number[] {
  const query = `
    SELECT other.run_id FROM kept_runs AS other JOIN runs AS this USING (dataset_sha256)
    WHERE this.run_id = ? AND other.run_id IN (SELECT run_id FROM results) AND other.label = this.label
      AND json_remove(other.spec, '$.seed') = json_remove(this.spec, '$.seed')
    ORDER BY other.seed`;
  return withDatabaseErrors(db.name, () => db.prepare<[number], number>(query).pluck().all(runId));
}

/** A sweep as it was last asked for. */
export interface RecordedSweep {
  readonly name: string;
  readonly title: string | null;
  /** The run that speaks for each point, in order; null for a point of which there is none. */
  readonly points: readonly (FoundRun | null)[];
}

/**
 * Finds a sweep by its name.
 *
 * @throws UserError if the database has none of that name
 */
export function findSweep(db: Database.Database, name: string): RecordedSweep {
  return withDatabaseErrors(db.name, () => {
    const sweep = db
      .prepare<[string], { sweepId: number; title: string | null }>(
        'SELECT sweep_id AS sweepId, title FROM sweeps WHERE name = ?',
      )
      .get(name);
    if (sweep === undefined) throw explainUnknownSweep(db, name);
    const query = `
      SELECT run_id AS runId, label, spec, dataset_sha256 AS datasetSha256, state, reason
      FROM sweep_points LEFT JOIN runs ON run_id = (
        SELECT run_id FROM kept_runs WHERE kept_runs.identity = sweep_points.identity ${SPEAKER_FIRST} LIMIT 1
      )
      WHERE sweep_points.sweep_id = ? ORDER BY position`;
    const rows = db.prepare<[number], FoundRun | { runId: null }>(query).all(sweep.sweepId);
    return { name, title: sweep.title, points: rows.map((row) => (row.runId === null ? null : row)) };
  });
}

function explainUnknownSweep(db: Database.Database, name: string): UserError {
  const names = db.prepare<[], string>('SELECT name FROM sweeps ORDER BY sweep_id').pluck().all();
  if (names.length > 0) return unknownName(db.name, 'sweep', name, names);
  return new UserError(
    `${db.name}: expected a sweep '${name}', found none at all. Record one: ${nameCommand('sweep')}.`,
  );
}
