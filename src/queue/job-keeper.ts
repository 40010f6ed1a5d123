import type { ErrorCode, Queue } from 'bullmq';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { isHeadAlive } from './head-client.js';
import { type HeadAddress, type JobOrigin, makeJob, readJob } from './job.js';
import type { OpenRuns } from './open-runs.js';
import { explainReply } from './redis.js';

const LOOK_INTERVAL_MS = 1_000;
/** For runs that begin together, so that their jobs go together. */
const WAKE_MS = 20;
/** Jobs of other heads are looked at less often: each takes a question of its own. */
const LOOKS_A_SEARCH = 5;
/** States of a job that a worker has or will have. */
const PRESENT = ['waiting', 'active', 'prioritized', 'delayed'] as const;
/** Nobody asks for them: what has come of a point is in the database. */
const OPTIONS = { removeOnComplete: true, removeOnFail: true };

/** BullMQ's number of an error. */
const NO_SUCH_JOB: ErrorCode = -1;

/** Who wants to know whether jobs can be put into the queue. */
export interface JobListener {
  /** Told once for each reason. */
  refused(reason: string): void;
  accepted(): void;
}

/**
 * Sees to it that every run that a head waits for, and no worker is at, has its job in the queue. It looks again and again, so that it
 * does not matter who has lost a job: a worker that gave it back, Redis, or whoever has emptied it.
 */
export class JobKeeper {
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #isWoken = false;
  #looks = 0;
  /** Why looks have failed, and whether the listener knows of the last one. */
  readonly #refusals = new Set<string>();
  #isRefused = false;
  /** Jobs that are known to be this head's and that no worker has taken. */
  #own = new Set<string>();

  constructor(
    private readonly queue: Queue,
    private readonly runs: OpenRuns,
    private readonly origin: JobOrigin,
    private readonly listener: JobListener,
  ) {
    this.#look();
  }

  /** There is a new run: it does not have to wait for the next look. */
  wake(): void {
    // While one is under way there is no timer, and the run waits after all.
    if (this.#timer === null || this.#isWoken || this.#isClosed) return;
    this.#isWoken = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), WAKE_MS);
  }

  /** Takes a job out of the queue that no worker has taken. */
  async withdraw(identity: string): Promise<void> {
    // One that a worker is at cannot be removed, and ends with the worker's next question.
    if (this.#own.delete(identity)) await this.queue.remove(identity).catch(() => {});
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = null;
    this.#isWoken = false;
    this.#keep()
      .then(
        () => this.#note(null),
        // Redis that is loading or full, or another one's copy: the next look may find it better.
        (error) => this.#note(explainReply(error)),
      )
      .finally(() => {
        if (!this.#isClosed) this.#timer = setTimeout(() => this.#look(), LOOK_INTERVAL_MS);
      });
  }

  #note(refusal: string | null): void {
    if (this.#isClosed) return;
    if (refusal === null) {
      if (this.#isRefused) this.listener.accepted();
      this.#isRefused = false;
    } else if (!this.#refusals.has(refusal)) {
      this.#refusals.add(refusal);
      this.#isRefused = true;
      this.listener.refused(refusal);
    }
  }

  async #keep(): Promise<void> {
    const waiting = this.runs.listWaiting();
    this.#own = new Set(
      waiting.map(({ point }) => point.identity).filter((identity) => this.#own.has(identity)),
    );
    if (waiting.length === 0) return;
    const present = new Set(await this.queue.getRanges([...PRESENT], 0, -1));
    const missing = waiting.filter(({ point }) => !present.has(point.identity));
    if (missing.length > 0)
      await this.queue.addBulk(
        missing.map(({ point }) => ({
          name: point.label,
          data: makeJob(point, this.origin),
          opts: { jobId: point.identity, ...OPTIONS },
        })),
      );
    for (const { point } of missing) this.#own.add(point.identity);
    if (this.#looks++ % LOOKS_A_SEARCH > 0) return;
    const others = waiting.filter(
      ({ point }) => present.has(point.identity) && !this.#own.has(point.identity),
    );
    await this.#takeOver(others.map(({ point }) => point));
  }

  /**
   * Takes over jobs whose heads are gone, so that workers, also those that are at them, find this one. The others' jobs are theirs: this head's turn
   * comes when they have ended. Where a head lives that cannot be reached from here no harm is done: whoever of the two has no job puts one in.
   */
  async #takeOver(points: readonly SweepPoint[]): Promise<void> {
    const living = new Map([[this.origin.head.token, true]]);
    for (const point of points) {
      const job = await this.queue.getJob(point.identity);
      const head = findHead(job?.data);
      if (!job || head === null) continue;
      if (!living.has(head.token)) living.set(head.token, await isHeadAlive(head));
      if (living.get(head.token) || this.#isClosed) continue;
      await job.updateData(makeJob(point, this.origin)).then(
        () => this.#own.add(point.identity),
        // It has ended meanwhile.
        (error) => {
          if (error.code !== NO_SUCH_JOB) throw error;
        },
      );
    }
  }
}

/** @returns null for a job of another version, or one that Redis has thrown out */
function findHead(data: unknown): HeadAddress | null {
  try {
    return readJob(data, 'job').head;
  } catch {
    return null;
  }
}
