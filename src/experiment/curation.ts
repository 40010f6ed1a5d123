import { rm } from 'node:fs/promises';
import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { findRunFolder } from './run-folder.js';
import type { RunState } from './run-records.js';
import { writeTransaction } from './transaction.js';

/**
 * Removes runs: no view, report or sweep knows them any longer, but they can be restored until they are purged. All of them or none.
 *
 * @throws UserError for one that is under way
 */
export function removeRuns(db: Database.Database, runIds: readonly number[]): void {
  writeTransaction(db, () => {
    checkEnded(db, runIds);
    const now = new Date().toISOString();
    db.prepare(`UPDATE runs SET removed_at = ? WHERE run_id ${AMONG}`).run(now, JSON.stringify(runIds));
  });
}

/**
 * Takes removals back. All of them or none.
 *
 * @throws UserError for a run in whose place another one has been recorded or begun
 */
export function restoreRuns(db: Database.Database, runIds: readonly number[]): void {
  writeTransaction(db, () => {
    const restore = db.prepare('UPDATE runs SET removed_at = NULL WHERE run_id = ?');
    for (const runId of runIds) {
      checkPlace(db, runId);
      restore.run(runId);
    }
  });
}

/**
 * Deletes removed runs for good: first all that is recorded of them, then their folders with models and checkpoints.
 *
 * @returns those that it has deleted; one that is not removed, perhaps since another process has just restored it, stays
 * @throws UserError if a folder cannot be deleted; `doctor` finds it then
 */
export async function purgeRuns(db: Database.Database, runIds: readonly number[]): Promise<number[]> {
  const purge = `DELETE FROM runs WHERE removed_at IS NOT NULL AND run_id ${AMONG} RETURNING run_id`;
  const purged = writeTransaction(db, () =>
    db.prepare<[string], number>(purge).pluck().all(JSON.stringify(runIds)),
  );
  for (const runId of purged) await deleteFolder(findRunFolder(db.name, runId));
  return purged;
}

/** Deletes a folder with all that is in it; one that is not there is fine. */
export async function deleteFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    throw new UserError(`${folder}: cannot be deleted: ${explainFileError(error)}. Delete it by hand.`);
  }
}

/** Sets what its user says of a run, in place of what was said before; null for nothing. */
export function noteRun(db: Database.Database, runId: number, note: string | null): void {
  writeTransaction(db, () => db.prepare('UPDATE runs SET note = ? WHERE run_id = ?').run(note, runId));
}

/** Puts tags on runs, beside those that they have. */
export function tagRuns(db: Database.Database, runIds: readonly number[], tags: readonly string[]): void {
  const insert = 'INSERT INTO run_tags VALUES (?, ?) ON CONFLICT DO NOTHING';
  forEachTag(db, insert, runIds, tags);
}

/** Takes tags off runs; a run that does not have one stays as it is. */
export function untagRuns(db: Database.Database, runIds: readonly number[], tags: readonly string[]): void {
  forEachTag(db, 'DELETE FROM run_tags WHERE run_id = ? AND tag = ?', runIds, tags);
}

const AMONG = 'IN (SELECT value FROM json_each(?))';

function forEachTag(
  db: Database.Database,
  statement: string,
  runIds: readonly number[],
  tags: readonly string[],
): void {
  writeTransaction(db, () => {
    const prepared = db.prepare(statement);
    for (const runId of runIds) for (const tag of tags) prepared.run(runId, tag);
  });
}

function checkEnded(db: Database.Database, runIds: readonly number[]): void {
  const query = `SELECT run_id AS runId, state FROM runs WHERE state IN ('queued', 'running') AND run_id ${AMONG}`;
  const [run] = db.prepare<[string], { runId: number; state: RunState }>(query).all(JSON.stringify(runIds));
  if (run === undefined) return;
  throw new UserError(
    `run ${run.runId}: expected a run that has ended, found one that is ${run.state}. End its sweep first (Ctrl-C); if its process ` +
      'is gone, say so with: runs doctor --fix.',
  );
}

/** The unique index forbids two of one identity and numerics, of which no more than one ended of itself. */
function checkPlace(db: Database.Database, runId: number): void {
  const query = `
    SELECT other.run_id FROM runs AS this JOIN kept_runs AS other USING (identity, numerics)
    WHERE this.run_id = ? AND other.state IN ('queued', 'running', 'done', 'diverged')
      AND this.state IN ('queued', 'running', 'done', 'diverged')`;
  const other = db.prepare<[number], number>(query).pluck().get(runId);
  if (other === undefined) return;
  throw new UserError(
    `run ${runId}: expected its place to be free, found run ${other} of the same spec and data there. Remove that one first: runs rm ${other}.`,
  );
}
