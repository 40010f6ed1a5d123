import { countCores } from '../core/count-cores.js';
import { WorkerPool } from '../parallel/pool.js';
import type { TrainResult } from '../run/types.js';
import { trainFitted } from '../train.js';
import { chooseThreads, type ThreadWishes } from './choose-threads.js';
import type { Executor, ExecutorOptions } from './executor.js';
import type { SweepPoint } from './plan-sweep.js';

/** How points are trained in this process. */
export interface LocalOptions extends ThreadWishes {
  /** Times every pass of every training step. */
  readonly profile?: boolean;
}

/** Trains points in this process, all of them on one pool of threads, which begins with the first. */
export class LocalExecutor implements Executor {
  readonly parallel: number;
  readonly workers: number;
  private readonly profile: boolean;
  private pool: WorkerPool | null = null;

  /**
   * @param count of the points that are to be trained
   * @throws UserError if that takes too many threads
   */
  constructor({ profile = false, ...wishes }: LocalOptions, count: number) {
    const { parallel, workers } = chooseThreads(wishes, countCores(), count);
    this.parallel = parallel;
    this.workers = workers;
    this.profile = profile;
  }

  run(point: SweepPoint, { signal, observer, checkpoints }: ExecutorOptions): Promise<TrainResult> {
    const { workers, profile } = this;
    this.pool ??= WorkerPool.create(workers * this.parallel);
    return trainFitted(point, {
      pool: this.pool,
      workers,
      profile,
      signal,
      ...(checkpoints && { checkpoints }),
      onResume: (resumption) => observer.resumed?.(resumption),
      onProgress: (progress) => observer.progressed(progress),
      onEpoch: (metrics) => observer.epochEnded(metrics),
    });
  }

  async close(): Promise<void> {
    await this.pool?.close();
    this.pool = null;
  }
}
