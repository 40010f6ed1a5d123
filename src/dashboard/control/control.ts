import { existsSync } from 'node:fs';
import { HTTPException } from 'hono/http-exception';
import { UserError } from '../../core/errors.js';
import { findRunFolder } from '../../experiment/run-folder.js';
import { findStopObstacle } from '../../experiment/stop-requests.js';
import type { QueuedRun, QueueRequest, StopRequest } from '../answers/control.js';
import type { WatchedDatabase } from '../watched-database.js';
import { stopRun } from './stop-run.js';
import { checkTrainOrder } from './train-command.js';
import { MAX_WAITING, TrainQueue } from './train-queue.js';

/** What a run without a saved state has lost by then is not worth a question. It is also the time in which one begins to save. */
const LITTLE_PROGRESS_MS = 60_000;

/** What the page changes, for as long as its server lives. */
export class Control {
  readonly #queue = new TrainQueue();
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  #isChecking = false;

  /**
   * Has a run stop after its step.
   *
   * @param signal from whoever asks
   * @returns its state, once it has stopped
   * @throws UserError if it cannot be stopped, or does not
   * @throws HTTPException 409 if its progress would be lost, 503 if the database cannot be read
   */
  stop(database: WatchedDatabase, request: StopRequest, signal: AbortSignal): Promise<string> {
    return this.#untilClosed(signal, async (either) => {
      const { run, loseProgress = false } = request;
      const obstacle = database.read((db) => findStopObstacle(db, run));
      if (obstacle !== null) throw new UserError(obstacle);
      if (!loseProgress) refuseLoss(database, run);
      return stopRun(database.file, run, { signal: either });
    });
  }

  /**
   * Queues a recorded spec with changed fields, once it is checked.
   *
   * @throws UserError if it cannot be trained
   * @throws HTTPException 404 if there is no such run, 429 while another one is checked or as many as may be are waiting
   */
  enqueue(database: WatchedDatabase, request: QueueRequest, signal: AbortSignal): Promise<QueuedRun> {
    return this.#untilClosed(signal, async (either) => {
      const order = { file: database.file, spec: readSpec(database, request.run), set: request.set };
      if (this.#queue.isFull) {
        throw new HTTPException(429, {
          message: `expected at most ${MAX_WAITING} runs that wait, found another one. Queue it when some are done, or write a sweep.`,
        });
      }
      if (this.#isChecking) {
        throw new HTTPException(429, {
          message: 'expected one run at a time, found that another one is checked. Queue it again then.',
        });
      }
      this.#isChecking = true;
      try {
        await checkTrainOrder(order, either);
      } finally {
        this.#isChecking = false;
      }
      return this.#queue.add(request, order);
    });
  }

  /** What is queued of a database. */
  list(file: string): QueuedRun[] {
    return this.#queue.list(file);
  }

  /**
   * Takes back what is asked of others, and ends what is trained after its step.
   *
   * @returns how many queued runs were not begun
   */
  async close(): Promise<number> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
    return this.#queue.close();
  }

  async #untilClosed<T>(signal: AbortSignal, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const promise = action(AbortSignal.any([signal, this.#closing.signal]));
    this.#underWay.add(promise);
    try {
      return await promise;
    } finally {
      this.#underWay.delete(promise);
    }
  }
}

/** @throws HTTPException 409 if a run that has come some way saves no state */
function refuseLoss(database: WatchedDatabase, run: number): void {
  const select = 'SELECT started_at FROM runs WHERE run_id = ?';
  const startedAt = database.read((db) => db.prepare<[number], string>(select).pluck().get(run)) ?? '';
  const folder = findRunFolder(database.file, run);
  if (Date.now() - Date.parse(startedAt) < LITTLE_PROGRESS_MS || existsSync(folder)) return;
  throw new HTTPException(409, {
    message: `run ${run}: expected checkpoints in ${folder}, found none: stopped, it loses its progress. Stop it nevertheless, or let it end.`,
  });
}

/** @throws HTTPException 404 if there is no such run */
function readSpec(database: WatchedDatabase, run: number): string {
  const select = 'SELECT spec FROM kept_runs WHERE run_id = ?';
  const spec = database.read((db) => db.prepare<[number], string>(select).pluck().get(run));
  if (spec === undefined) {
    throw new HTTPException(404, {
      message: `run ${run}: expected a recorded run, found none. See runs ls.`,
    });
  }
  return spec;
}
