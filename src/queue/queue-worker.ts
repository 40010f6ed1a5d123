import { setTimeout as sleep } from 'node:timers/promises';
import type { Job as QueueJob, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { UserError } from '../core/errors.js';
import { readEnvironment } from '../experiment/environment.js';
import { ProcessExecutor } from '../experiment/process-executor.js';
import { chooseKernelName } from '../kernels/select.js';
import { type Job, QUEUE_NAME, readJob } from './job.js';
import { Machine } from './machine.js';
import { connectRedis, explainReply, hidePassword, importBullmq } from './redis.js';
import { SilentHeads } from './silent-heads.js';
import { type WorkEnd, type WorkPlace, workAtPoint } from './work-at-point.js';

/** A worker renews its lock after half of it. What it costs to lose one is a question to the head, which knows who is alive, and puts a job back. */
const LOCK_DURATION_MS = 5_000;
/** So often locks are looked for that have run out. */
const STALLED_INTERVAL_MS = 2_500;
/** More than the head lets a point kill, which counts by progress. */
const MAX_STALLED_COUNT = 1_000;
const RETRY_DELAY_MS = 1_000;
/** For what this machine is not fit for: between the first and the longest it doubles. */
const PAUSE_MS = { first: 1_000, longest: 30_000 } as const;
const LOOK_UP_LIMIT_MS = 5_000;
const CLOSE_LIMIT_MS = 5_000;
const IDLE_LOOK_MS = 250;
/** Of an identity, to tell points apart that are called alike. */
const SHOWN_DIGITS = 8;

/** What somebody who watches a worker sees. */
export interface WorkObserver {
  /** What a user should know at once, in a line. */
  say(line: string): void;
  started(name: string): void;
  ended(name: string, end: WorkEnd): void;
}

export interface QueueWorkerOptions {
  /** Of Redis. */
  readonly url: string;
  readonly parallel: number;
  readonly workers: number;
  /** For states of runs, while they last. */
  readonly folder: string;
  /** Ends after so long without a point; null for never. */
  readonly idleExitMs: number | null;
  readonly observer: WorkObserver;
}

/** Takes points from the queue and trains them, several at a time, until it is to end. */
export class QueueWorker {
  #worker!: Worker;
  readonly #stop = new AbortController();
  #busy = 0;
  /** Since a point was trained last. */
  #freeSinceMs = performance.now();
  readonly #silentHeads = new SilentHeads();
  #pauseMs: number = PAUSE_MS.first;
  /** What this machine was not fit for last, unless it has trained something since. */
  #unfitFor: string | null = null;
  readonly #said = new Set<string>();

  private constructor(
    private readonly options: QueueWorkerOptions,
    private readonly redis: Redis,
    private readonly place: WorkPlace & { readonly executor: ProcessExecutor },
  ) {}

  /** @throws UserError if Redis cannot be reached, or the folder cannot be made */
  static async start(options: QueueWorkerOptions): Promise<QueueWorker> {
    const { url, parallel, workers, folder, observer } = options;
    const { Worker } = await importBullmq();
    const machine = await Machine.open(folder);
    const where = hidePassword(url);
    const redis = await connectRedis(url, {
      lost: (reason) =>
        observer.say(`${where}: the connection is lost (${reason}); points in progress go on`),
      regained: () => observer.say(`${where}: the connection is back`),
    });
    const executor = new ProcessExecutor({ parallel, workers }, parallel);
    const environment = { ...readEnvironment(), kernels: chooseKernelName() };
    const place = { machine, executor, workers, environment };
    const self = new QueueWorker(options, redis, place);
    self.#worker = new Worker(QUEUE_NAME, (job: QueueJob) => self.#take(job), {
      connection: redis,
      concurrency: parallel,
      lockDuration: LOCK_DURATION_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      maxStalledCount: MAX_STALLED_COUNT,
      runRetryDelay: RETRY_DELAY_MS,
      // As the jobs say themselves, unless Redis has thrown that out: one that stayed would keep its head from putting it in again.
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    // Of connections the listener above tells; a lock that is lost is no fault: the head decides whose attempt counts.
    self.#worker.on('error', (error) => {
      if (error.name === 'ReplyError') self.#say(`${where}: refuses to give points: ${explainReply(error)}`);
    });
    return self;
  }

  /**
   * Works until the signal is raised, or there has been nothing to do for as long as was asked for.
   *
   * @returns what this machine was not fit for, if it ends idle; null otherwise
   */
  async run(signal: AbortSignal): Promise<string | null> {
    const { idleExitMs } = this.options;
    while (!signal.aborted && !this.#isIdleFor(idleExitMs)) {
      await sleep(IDLE_LOOK_MS, undefined, { signal }).catch(() => {});
    }
    this.#stop.abort();
    // Points are given back in it. Without Redis it would wait for ever.
    const closed = this.#worker.close();
    while (this.#busy > 0) await sleep(IDLE_LOOK_MS);
    await Promise.race([closed, sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
    this.redis.disconnect();
    await this.place.executor.close();
    return signal.aborted ? null : this.#unfitFor;
  }

  #isIdleFor(limitMs: number | null): boolean {
    return limitMs !== null && this.#busy === 0 && performance.now() - this.#freeSinceMs >= limitMs;
  }

  /** What becomes of a point its head decides: for the queue, every job ends well. */
  async #take(queued: QueueJob): Promise<void> {
    let end: WorkEnd | null;
    this.#busy++;
    try {
      end = await this.#work(queued);
    } finally {
      this.#busy--;
    }
    if (end?.kind === 'unfit' || end?.kind === 'silent') this.#rest(end.reason);
    else if (end?.kind === 'done') this.#recover();
    // Whoever is at it may have died a moment ago, and a head that lives puts its job back at once.
    else await sleep(RETRY_DELAY_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
  }

  /** @returns null for a job that there is no point in beginning */
  async #work(queued: QueueJob): Promise<WorkEnd | null> {
    const { observer } = this.options;
    const identity = queued.id!;
    // Redis that is short of memory may throw out what a job says: its head puts it in again.
    if (Object.keys(queued.data ?? {}).length === 0) return null;
    let job: Job;
    try {
      job = readJob(queued.data, `queue: job ${identity}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { kind: 'unfit', reason: error.message };
    }
    if (this.#silentHeads.has(job.head)) return null;
    const name = `${job.label} (${identity.slice(0, SHOWN_DIGITS)})`;
    observer.started(name);
    let end: WorkEnd;
    let hasBegun = false;
    try {
      end = await workAtPoint(identity, job, this.place, {
        signal: this.#stop.signal,
        lookUp: () => this.#lookUp(identity),
        began: () => {
          hasBegun = true;
        },
      });
    } catch (error) {
      // A fault of this program: the head hears nothing more of the attempt, and others may have more luck.
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      end = { kind: 'unfit', reason };
    }
    if (end.kind === 'silent') this.#silentHeads.add(job.head);
    if (hasBegun) this.#freeSinceMs = performance.now();
    observer.ended(name, end);
    return end;
  }

  async #lookUp(identity: string): Promise<Job | null> {
    const { Job: Found } = await importBullmq();
    const search = Found.fromId(this.#worker, identity);
    const found = await Promise.race([search, sleep(LOOK_UP_LIMIT_MS, undefined, { ref: false })]).catch(
      () => undefined,
    );
    try {
      return found ? readJob(found.data, identity) : null;
    } catch {
      return null;
    }
  }

  /** Leaves the queue to others for a while, so that what this machine is not fit for does not come back to it at once. */
  #rest(reason: string): void {
    this.#unfitFor = reason;
    this.#say(reason);
    if (this.#worker.isPaused() || this.#stop.signal.aborted) return;
    void this.#worker.pause(true);
    setTimeout(() => {
      if (!this.#stop.signal.aborted) void this.#worker.resume();
    }, this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, PAUSE_MS.longest);
  }

  /** What is so again and again is said once, until a point has been trained. */
  #say(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.options.observer.say(line);
  }

  #recover(): void {
    this.#unfitFor = null;
    this.#pauseMs = PAUSE_MS.first;
    this.#said.clear();
  }
}
