import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { openDatabase } from '../../experiment/database.js';
import { requestStop, withdrawStop } from '../../experiment/stop-requests.js';
import { isBusy } from '../../experiment/transaction.js';

/** How long a step, the saving of a state and a look at requests may take together. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** SQLite's own wait for another program, during which nothing else of this process goes on. */
const HELD_UP_MS = 10;
/** How long another program may hold the database, while this process goes on. */
const BUSY_LIMIT_MS = 30_000;
/** The same when somebody waits for this process to end. */
const WITHDRAWAL_LIMIT_MS = 5_000;

/** Who waits for the end of a run, and how long. */
export interface StopOptions {
  /** Takes the request back. */
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
}

interface AskedRun {
  readonly state: string;
  readonly isAsked: 0 | 1;
}

/**
 * Has a run stop after its step, and waits until it has.
 *
 * @param file a database of this program's schema
 * @returns the state that it has then
 * @throws UserError if it is not under way, or does not stop; then it is not asked for any more
 * @throws the signal's reason, likewise
 */
export async function stopRun(
  file: string,
  runId: number,
  { signal, patienceMs = PATIENCE_MS }: StopOptions,
): Promise<string> {
  const limits = { signal, limitMs: BUSY_LIMIT_MS };
  const db = await onceFree(() => openDatabase(file, HELD_UP_MS), limits);
  const select = db.prepare<[number], AskedRun>(
    'SELECT state, EXISTS (SELECT 1 FROM stop_requests WHERE stop_requests.run_id = runs.run_id) AS isAsked FROM runs WHERE run_id = ?',
  );
  try {
    await onceFree(() => requestStop(db, runId), limits);
    try {
      for (const startMs = performance.now(); ; await sleep(LOOK_EVERY_MS, undefined, { signal })) {
        const { state, isAsked } = select.get(runId) ?? { state: 'removed', isAsked: 0 };
        if (state !== 'running') return state;
        if (performance.now() - startMs > patienceMs) break;
        // Somebody else has taken back what both have asked for.
        if (!isAsked) await onceFree(() => requestStop(db, runId), limits);
      }
      throw new UserError(
        `run ${runId}: expected it to stop within ${patienceMs / 1000} s, found that it goes on: its process does not listen. End that itself.`,
      );
    } catch (error) {
      await onceFree(() => withdrawStop(db, runId), { limitMs: WITHDRAWAL_LIMIT_MS });
      throw error;
    }
  } finally {
    db.close();
  }
}

interface BusyLimits {
  readonly signal?: AbortSignal;
  readonly limitMs: number;
}

/** Calls an action that does not wait for other programs, again until none is in its way. */
async function onceFree<T>(action: () => T, { signal, limitMs }: BusyLimits): Promise<T> {
  for (const startMs = performance.now(); ; await sleep(LOOK_EVERY_MS, undefined, { signal })) {
    signal?.throwIfAborted();
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || performance.now() - startMs > limitMs) throw error;
    }
  }
}
