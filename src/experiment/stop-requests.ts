import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { judgeOwner, OWNER_COLUMNS, type Owner } from './owners.js';
import { writeTransaction } from './transaction.js';

interface AskedRun {
  readonly state: string;
  readonly processId: number | null;
  readonly isTrial: 0 | 1;
}

/**
 * Asks whoever is at a run to end it after its step, with its state saved, so that it can go on later. The others of its sweep go on.
 *
 * @param db a connection from `openDatabase`
 * @throws UserError if the run is not under way, its process is gone, or a search depends on it
 */
export function requestStop(db: Database.Database, runId: number): void {
  writeTransaction(db, () => {
    const run = db
      .prepare<[number], AskedRun>(
        `SELECT state, process_id AS processId, EXISTS (SELECT 1 FROM searches WHERE searches.sweep_id = kept_runs.sweep_id) AS isTrial
         FROM kept_runs WHERE run_id = ?`,
      )
      .get(runId);
    if (run === undefined)
      throw new UserError(`run ${runId}: expected a recorded run, found none. See runs ls.`);
    if (run.state !== 'running') {
      throw new UserError(`run ${runId}: expected a run that is under way, found that it is ${run.state}.`);
    }
    if (run.isTrial) {
      throw new UserError(
        `run ${runId}: expected a run that stands alone, found one of a search, whose next trials follow from it. End the search itself, by Ctrl-C.`,
      );
    }
    const owner = db
      .prepare<[number | null], Owner>(`SELECT ${OWNER_COLUMNS} FROM processes WHERE process_id = ?`)
      .get(run.processId);
    if (!owner || judgeOwner(db.name, owner) === 'dead') {
      throw new UserError(
        `run ${runId}: expected a run that is under way, found that its process has ended.`,
      );
    }
    db.prepare('INSERT OR IGNORE INTO stop_requests (run_id) VALUES (?)').run(runId);
  });
}

/** Takes a request back that nobody has heard. */
export function withdrawStop(db: Database.Database, runId: number): void {
  writeTransaction(db, () => db.prepare('DELETE FROM stop_requests WHERE run_id = ?').run(runId));
}

/** The runs of which it is asked that they stop. */
export function listStopRequests(db: Database.Database): readonly number[] {
  return db.prepare<[], number>('SELECT run_id FROM stop_requests').pluck().all();
}
