import { hostname } from 'node:os';
import { UserError } from '../core/errors.js';
import type { Environment } from '../experiment/environment.js';
import { type Executor, UnableToTrain } from '../experiment/executor.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { ProcessFailure } from '../experiment/trainer-process.js';
import { type CarriedFile, listCarriedFiles } from '../remote/carried-files.js';
import {
  type CarriedResult,
  carryFailure,
  carryResult,
  formatResult,
  type Training,
} from '../remote/carried-result.js';
import { parseTask, type Task } from '../remote/task.js';
import type { TrainResult } from '../run/types.js';
import { AttemptLink, AttemptLost } from './attempt-link.js';
import { HeadError } from './head-client.js';
import { checkArithmetic, type Job } from './job.js';
import type { Machine } from './machine.js';

/** For a head that does not answer, when the worker is to end. */
const FAREWELL_LIMIT_MS = 10_000;

/** What a worker trains with. */
export interface WorkPlace {
  readonly machine: Machine;
  readonly executor: Executor<TrainResult>;
  /** Threads of one run. */
  readonly workers: number;
  /** With the name of the kernel set. */
  readonly environment: Environment & { readonly kernels: string };
}

export interface WorkOptions {
  /** Saves the run's state and gives it back. */
  readonly signal: AbortSignal;
  /** Finds the job in the queue again; null if it is not there. */
  readonly lookUp: () => Promise<Job | null>;
  /** Called when the training begins. */
  readonly began: () => void;
}

/** What came of a job. */
export type WorkEnd =
  | { readonly kind: 'done'; readonly state: string }
  /** The head has no use for it: another worker is at it, or nobody waits for it. */
  | { readonly kind: 'needless'; readonly reason: string }
  /** The worker was to end. */
  | { readonly kind: 'returned' }
  /** This machine is not fit for it: others may have more luck, or this one later. */
  | { readonly kind: 'unfit'; readonly reason: string }
  /** Its head is dead, or out of reach of this machine. */
  | { readonly kind: 'silent'; readonly reason: string };

/** Takes one point up and trains it, or goes on with it, to its end. */
export async function workAtPoint(
  identity: string,
  job: Job,
  place: WorkPlace,
  options: WorkOptions,
): Promise<WorkEnd> {
  const link = new AttemptLink(identity, job, options.lookUp);
  try {
    const { task, state } = await link.begin();
    const work = new PointWork(link, place, parseTask(task, job.head.url), options);
    return await work.run(job, state);
  } catch (error) {
    return explainEnd(error, job);
  } finally {
    await link.close();
  }
}

function explainEnd(error: unknown, { head: { url } }: Job): WorkEnd {
  if (error instanceof AttemptLost) return { kind: 'needless', reason: error.message };
  if (error instanceof UserError) return { kind: 'unfit', reason: error.message };
  if (!(error instanceof HeadError)) throw error;
  const { status, message } = error;
  // A token that a head has had before it was started anew.
  if (status === 401 || status === 409 || status === 410) return { kind: 'needless', reason: message };
  const [kind, found] =
    status === null ? (['silent', `no answer (${message})`] as const) : (['unfit', message] as const);
  const mend = 'Have it listen where its workers reach it: --listen, --head-url.';
  return { kind, reason: `${url}: expected the head of the points, found ${found}. ${mend}` };
}

/** One attempt at a point. */
class PointWork {
  readonly #startedAt = new Date().toISOString();
  /** The worker is to end, or the run, or this attempt at it. */
  readonly #signal: AbortSignal;
  #folder: string | null = null;

  constructor(
    private readonly link: AttemptLink,
    private readonly place: WorkPlace,
    private readonly task: Task,
    private readonly options: WorkOptions,
  ) {
    this.#signal = AbortSignal.any([options.signal, link.ended]);
  }

  async run(job: Job, state: CarriedFile | null): Promise<WorkEnd> {
    const { machine, environment } = this.place;
    try {
      checkArithmetic(job, environment.kernels);
      const point = await machine.take(this.task);
      if (this.task.checkpoints !== null) {
        machine.checkRoom(point);
        this.#folder = await machine.makeFolder();
        if (state !== null) await this.link.download(state, this.#folder, this.#signal);
      }
      return await this.#train(point);
    } catch (error) {
      if (this.#signal.aborted && error === this.#signal.reason) return await this.#leave();
      const isHeads = error instanceof HeadError || error instanceof AttemptLost;
      if (isHeads || !(error instanceof Error)) throw error;
      // What is no user's mistake is a bug, and as good as a death.
      await this.#giveBack(error.message, !(error instanceof UserError));
      throw error;
    } finally {
      if (this.#folder !== null) await machine.removeFolder(this.#folder);
    }
  }

  async #train(point: SweepPoint): Promise<WorkEnd> {
    const { link, place, task, options } = this;
    const { checkpoints } = task;
    link.start(this.#folder);
    options.began();
    let result: TrainResult;
    try {
      result = await place.executor.run(point, {
        signal: this.#signal,
        observer: link.observer,
        checkpoints: checkpoints && { ...checkpoints, folder: this.#folder! },
      });
    } catch (error) {
      return this.#fail(error, point);
    }
    if (result.state === 'interrupted') {
      await link.saveState().catch(() => {});
      return this.#leave();
    }
    const keep = checkpoints === null ? 'nothing' : (checkpoints.keep ?? 'model');
    const files =
      this.#folder === null || result.state !== 'done' ? [] : await listCarriedFiles(this.#folder, keep);
    await this.#deliver(
      carryResult(result, { point: this.task.point, training: this.#describeTraining(), files }),
    );
    return { kind: 'done', state: result.state };
  }

  /** A point that cannot be trained anywhere has failed; what this machine is to blame for is for another one. */
  async #fail(error: unknown, point: SweepPoint): Promise<WorkEnd> {
    const { machine } = this.place;
    if (error instanceof ProcessFailure) {
      await this.#giveBack(error.message, true);
      return { kind: 'unfit', reason: error.message };
    }
    if (error instanceof UnableToTrain) throw error;
    if (error instanceof UserError) {
      if (this.#folder !== null) machine.checkRoom(point);
      machine.forgetData();
      await machine.take(this.task);
    }
    const { message } = error as Error;
    const training = this.#describeTraining();
    await this.#deliver(
      carryFailure(error instanceof Error ? error : new Error(message), this.link.epochs, {
        point: this.task.point,
        training,
      }),
    );
    return { kind: 'done', state: 'failed' };
  }

  #describeTraining(): Training {
    const { attempt, resumptions } = this.link;
    const remote = { host: hostname(), job: 'queue', attempt, resumptions };
    return {
      environment: { ...this.place.environment, remote },
      workers: this.place.workers,
      startedAt: this.#startedAt,
      finishedAt: new Date().toISOString(),
    };
  }

  async #deliver(carried: CarriedResult): Promise<void> {
    const limitMs = this.options.signal.aborted ? FAREWELL_LIMIT_MS : undefined;
    await this.link.finish({ kind: 'result', result: formatResult(carried) }, carried.files, limitMs);
  }

  async #leave(): Promise<WorkEnd> {
    await this.#giveBack(null, false);
    return this.link.isLost
      ? { kind: 'needless', reason: 'another attempt has taken its place' }
      : { kind: 'returned' };
  }

  /** As far as the head hears of it: otherwise it finds by itself that this worker is silent. */
  async #giveBack(reason: string | null, died: boolean): Promise<void> {
    await this.link.finish({ kind: 'return', reason, died }, [], FAREWELL_LIMIT_MS).catch(() => {});
  }
}
