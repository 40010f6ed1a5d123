import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Executor, type ExecutorOptions, Interrupted } from '../experiment/executor.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { findRunFolder } from '../experiment/run-folder.js';
import type { RecordedResult } from '../experiment/run-result.js';
import { chooseKernelName } from '../kernels/select.js';
import { BlobInbox } from './blob-inbox.js';
import { type HeadPlace, HeadServer } from './head-server.js';
import { QUEUE_NAME } from './job.js';
import { JobKeeper } from './job-keeper.js';
import { OpenRuns } from './open-runs.js';
import { connectRedis, hidePassword, importBullmq } from './redis.js';

/** Points that are in the queue or with workers at a time: as many as two hundred hosts train by five each. */
export const DEFAULT_PARALLEL = 1_024;
/** The head looks through those in the queue each second. */
export const MOST_PARALLEL = 16_384;
/** Workers report every two seconds, and need more where the head is so busy that they wait for its answers. */
export const DEFAULT_SILENCE_MS = 15_000;
const TICK_MS = 1_000;
/** What is withdrawn at the end, if Redis is there. */
const CLOSE_LIMIT_MS = 3_000;

export interface QueueOptions {
  /** Of Redis. */
  readonly url: string;
  readonly place: HeadPlace;
  /** The database that the sweep is recorded in. */
  readonly database: string;
  readonly parallel?: number;
  /** After which a worker is held to be dead. */
  readonly silenceMs?: number;
  /** Told what a user should know at once, in lines. */
  readonly tell: (line: string) => void;
}

/**
 * Has points trained by workers that take them from a queue, on any machine. The queue tells workers that there is a point, and nothing else: they ask this
 * process for it, and tell it what comes of it, over HTTP. So nothing that matters is in Redis.
 */
export class QueueExecutor implements Executor {
  /** Each worker's own. */
  readonly workers = null;
  readonly #ticks: NodeJS.Timeout;

  private constructor(
    readonly parallel: number,
    private readonly redis: Redis,
    private readonly queue: Queue,
    private readonly inbox: BlobInbox,
    private readonly server: HeadServer,
    private readonly runs: OpenRuns,
    private readonly keeper: JobKeeper,
  ) {
    this.#ticks = setInterval(() => runs.tick(), TICK_MS);
  }

  /** @throws UserError if Redis cannot be reached, or the head cannot listen where it is to */
  static async open({
    url,
    place,
    database,
    parallel = DEFAULT_PARALLEL,
    silenceMs = DEFAULT_SILENCE_MS,
    tell,
  }: QueueOptions): Promise<QueueExecutor> {
    const { Queue } = await importBullmq();
    const where = hidePassword(url);
    const redis = await connectRedis(url, {
      lost: (reason) =>
        tell(`${where}: the connection is lost (${reason}); points in progress go on, others wait for it`),
      regained: () => tell(`${where}: the connection is back`),
    });
    const queue = new Queue(QUEUE_NAME, { connection: redis });
    // Told by the connection's own listener.
    queue.on('error', () => {});
    let inbox: BlobInbox | null = null;
    try {
      inbox = await BlobInbox.open(dirname(findRunFolder(database, 0)));
      const runs = new OpenRuns(inbox, tell, silenceMs);
      const server = await HeadServer.start(runs, place);
      const origin = { head: server.address, kernels: chooseKernelName() };
      const keeper = new JobKeeper(queue, runs, origin, {
        refused: (reason) =>
          tell(`${where}: expected to put points into the queue, found: ${reason}. It is tried each second.`),
        accepted: () => tell(`${where}: points are in the queue again`),
      });
      tell(`${where}: points are in the queue; workers find this process at ${server.address.url}`);
      return new QueueExecutor(parallel, redis, queue, inbox, server, runs, keeper);
    } catch (error) {
      await inbox?.close();
      redis.disconnect();
      throw error;
    }
  }

  /** Resolves when a worker has come to the point's end. */
  async run(point: SweepPoint, options: ExecutorOptions): Promise<RecordedResult> {
    const run = this.runs.open(point, options);
    this.keeper.wake();
    const stop = () => run.stop();
    if (options.signal.aborted) stop();
    options.signal.addEventListener('abort', stop);
    try {
      return await run.ended;
    } catch (error) {
      if (error instanceof Interrupted) void this.keeper.withdraw(point.identity);
      throw error;
    } finally {
      options.signal.removeEventListener('abort', stop);
      await this.runs.close(run);
    }
  }

  /** @throws UserError if machines have come to different results */
  async close(): Promise<void> {
    clearInterval(this.#ticks);
    this.keeper.close();
    await this.server.close();
    // Behind what was withdrawn; without Redis it waits for ever.
    await Promise.race([this.redis.ping().catch(() => {}), sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
    this.redis.disconnect();
    await this.queue.close().catch(() => {});
    await this.inbox.close();
    this.runs.checkAgreement();
  }
}
