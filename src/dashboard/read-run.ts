import type Database from 'better-sqlite3';
import { HTTPException } from 'hono/http-exception';
import { readWholeRun, type WholeRun } from '../experiment/whole-run.js';

/** Whether a text is the number of a run as an address has it. */
export function isRunId(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}

/**
 * The number of a run in an address.
 *
 * @throws HTTPException 400 if it is none
 */
export function readRunId(text: string | null | undefined): number {
  if (isRunId(text ?? '')) return Number(text);
  throw new HTTPException(400, { message: `expected a run's number, found '${(text ?? '').slice(0, 80)}'` });
}

/**
 * The kept run of a number.
 *
 * @throws HTTPException 404 if there is none
 */
export function readRun(db: Database.Database, runId: number): WholeRun {
  const isThere = db.prepare('SELECT 1 FROM kept_runs WHERE run_id = ?').get(runId) !== undefined;
  if (!isThere) throw new HTTPException(404, { message: `there is no run ${runId}, or it has been removed` });
  return readWholeRun(db, runId);
}
