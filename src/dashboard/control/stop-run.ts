import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { openDatabase } from '../../experiment/database.js';
import { requestStop, withdrawStop } from '../../experiment/stop-requests.js';

/** How long a step, the saving of a state and a look at requests may take together. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;

/**
 * Has a run stop after its step, and waits until it has.
 *
 * @returns the state that it has then
 * @throws UserError if it is not under way, or does not stop; then it is not asked for any more
 */
export async function stopRun(file: string, runId: number, patienceMs = PATIENCE_MS): Promise<string> {
  const db = openDatabase(file);
  try {
    requestStop(db, runId);
    const select = db.prepare<[number], string>('SELECT state FROM runs WHERE run_id = ?').pluck();
    for (
      const startMs = performance.now();
      performance.now() - startMs < patienceMs;
      await sleep(LOOK_EVERY_MS)
    ) {
      const state = select.get(runId) ?? 'removed';
      if (state !== 'running') return state;
    }
    withdrawStop(db, runId);
    throw new UserError(
      `run ${runId}: expected it to stop within ${patienceMs / 1000} s, found that it goes on: its process does not listen. End that itself.`,
    );
  } finally {
    db.close();
  }
}
