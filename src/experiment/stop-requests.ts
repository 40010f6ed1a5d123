import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { withDatabaseErrors } from './database-errors.js';
import { judgeOwner, OWNER_COLUMNS, type Owner } from './owners.js';

interface AskedRun {
  readonly state: string;
  readonly processId: number | null;
  readonly isTrial: 0 | 1;
}

/**
 * Looks for what keeps a run from being stopped from elsewhere; it only reads.
 *
 * @returns a line; null if it can be asked for: the run is under way, its process lives, and no search depends on it
 */
export function findStopObstacle(db: Database.Database, runId: number): string | null {
  const run = db
    .prepare<[number], AskedRun>(
      `SELECT state, process_id AS processId, EXISTS (SELECT 1 FROM searches WHERE searches.sweep_id = kept_runs.sweep_id) AS isTrial
       FROM kept_runs WHERE run_id = ?`,
    )
    .get(runId);
  if (run === undefined) return `run ${runId}: expected a recorded run, found none. See runs ls.`;
  if (run.state !== 'running')
    return `run ${runId}: expected a run that is under way, found that it is ${run.state}.`;
  if (run.isTrial)
    return `run ${runId}: expected a run that stands alone, found one of a search, whose next trials follow from it. End the search itself, by Ctrl-C.`;
  const owner = db
    .prepare<[number | null], Owner>(`SELECT ${OWNER_COLUMNS} FROM processes WHERE process_id = ?`)
    .get(run.processId);
  return owner && judgeOwner(db.name, owner) !== 'dead'
    ? null
    : `run ${runId}: expected a run that is under way, found that its process has ended.`;
}

/**
 * Asks whoever is at a run to end it after its step, with its state saved, so that it can go on later. The others of its sweep go on.
 *
 * @param db a connection from `openDatabase`. Nobody waits here for another program that holds the database
 * @throws UserError if there is an obstacle, or `isBusy` of another program
 */
export function requestStop(db: Database.Database, runId: number): void {
  write(db, () => {
    const obstacle = findStopObstacle(db, runId);
    if (obstacle !== null) throw new UserError(obstacle);
    db.prepare('INSERT OR IGNORE INTO stop_requests (run_id) VALUES (?)').run(runId);
  });
}

/**
 * Takes a request back that nobody has heard, whoever has made it.
 *
 * @throws UserError `isBusy` if another program holds the database
 */
export function withdrawStop(db: Database.Database, runId: number): void {
  write(db, () => db.prepare('DELETE FROM stop_requests WHERE run_id = ?').run(runId));
}

/** The runs of which it is asked that they stop. */
export function listStopRequests(db: Database.Database): readonly number[] {
  return db.prepare<[], number>('SELECT run_id FROM stop_requests').pluck().all();
}

function write(db: Database.Database, action: () => void): void {
  withDatabaseErrors(db.name, () => db.transaction(action).immediate());
}
