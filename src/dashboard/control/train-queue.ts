import type { QueuedRun, QueueRequest } from '../answers/control.js';
import { TrainCommand, type TrainOrder } from './train-command.js';

interface Job {
  readonly id: number;
  readonly request: QueueRequest;
  readonly order: TrainOrder;
  command: TrainCommand | null;
  /** The command's exit code, once it has ended. */
  code: number | null | undefined;
}

/** Runs that the page is to train, one after another. They live as long as the page's server. */
export class TrainQueue {
  readonly #jobs: Job[] = [];
  #isClosed = false;
  #working: Promise<void> = Promise.resolve();

  /** Puts one behind the others. */
  add(request: QueueRequest, order: TrainOrder): QueuedRun {
    const job: Job = { id: this.#jobs.length + 1, request, order, command: null, code: undefined };
    this.#jobs.push(job);
    this.#working = this.#working.then(() => this.#train(job));
    return describe(job);
  }

  /** Those of a database. */
  list(file: string): QueuedRun[] {
    return this.#jobs.filter(({ order }) => order.file === file).map(describe);
  }

  /**
   * Ends the one that is trained after its step, and waits for that.
   *
   * @returns how many were not begun
   */
  async close(): Promise<number> {
    this.#isClosed = true;
    const waiting = this.#jobs.filter(({ command }) => command === null).length;
    for (const { command, code } of this.#jobs) if (code === undefined) command?.interrupt();
    await this.#working;
    return waiting;
  }

  async #train(job: Job): Promise<void> {
    if (this.#isClosed) return;
    job.command = new TrainCommand(job.order);
    job.code = await job.command.ended;
  }
}

function describe({ id, request, command, code }: Job): QueuedRun {
  const state =
    command === null ? 'waiting' : code === undefined ? 'training' : code === 0 ? 'done' : 'failed';
  return { ...request, id, state, line: command?.line ?? '' };
}
