import type { QueuedRun, QueueRequest } from '../answers/control.js';
import { TrainCommand, type TrainOrder } from './train-command.js';

interface Job {
  readonly id: number;
  readonly request: QueueRequest;
  readonly order: TrainOrder;
  state: QueuedRun['state'];
  command: TrainCommand | null;
  /** Why it could not begin. */
  failure: string;
}

/** As many as somebody looks through; more are a sweep's. */
export const MAX_WAITING = 100;
/** Of those that have ended, the last ones are told of. */
const ENDED_KEPT = 100;

/** Runs that the page is to train, one after another. They live as long as the page's server. */
export class TrainQueue {
  #jobs: Job[] = [];
  #last = 0;
  #isClosed = false;
  #working: Promise<void> = Promise.resolve();

  get isFull(): boolean {
    return this.#jobs.filter(({ state }) => state === 'waiting').length >= MAX_WAITING;
  }

  /** Puts one behind the others. */
  add(request: QueueRequest, order: TrainOrder): QueuedRun {
    const job: Job = { id: ++this.#last, request, order, state: 'waiting', command: null, failure: '' };
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
    const waiting = this.#jobs.filter(({ state }) => state === 'waiting').length;
    for (const { command, state } of this.#jobs) if (state === 'training') command?.interrupt();
    await this.#working;
    return waiting;
  }

  async #train(job: Job): Promise<void> {
    if (this.#isClosed) return;
    try {
      job.command = new TrainCommand(job.order);
      job.state = 'training';
      job.state = (await job.command.ended) === 0 ? 'done' : 'failed';
    } catch (error) {
      job.state = 'failed';
      job.failure = error instanceof Error ? error.message : String(error);
    }
    const ended = this.#jobs.filter(({ state }) => state === 'done' || state === 'failed');
    const forgotten = new Set(ended.slice(0, -ENDED_KEPT));
    this.#jobs = this.#jobs.filter((other) => !forgotten.has(other));
  }
}

function describe({ id, request, state, command, failure }: Job): QueuedRun {
  return { ...request, id, state, line: command?.line ?? failure };
}
