import { countCores } from '../core/count-cores.js';
import { WorkerPool } from '../parallel/pool.js';
import { planRun } from '../run/fit.js';
import type { TrainOptions, TrainResult } from '../run/types.js';
import { trainFitted } from '../train.js';
import { chooseThreads, type ThreadWishes } from './choose-threads.js';
import type { Executor, ExecutorOptions } from './executor.js';
import type { SweepPoint } from './plan-sweep.js';

/** How points are trained in this process. */
export interface LocalOptions extends ThreadWishes {
  /** Times every pass of every training step. */
  readonly profile?: boolean;
}

/** Who is asked, in this process, whether a point's run goes on. */
export type PointCallbacks = (point: SweepPoint) => Pick<TrainOptions, 'onEpoch' | 'onStep'>;

/** Trains points in this process, all of them on one pool of threads, which begins with the first. */
export class LocalExecutor implements Executor<TrainResult> {
  readonly parallel: number;
  readonly workers: number;
  private readonly profile: boolean;
  private readonly callbacks: PointCallbacks;
  private pool: WorkerPool | null = null;

  /**
   * @param count of the points that are to be trained
   * @param callbacks are asked when an epoch has been told of
   * @throws UserError if that takes too many threads
   */
  constructor(
    { profile = false, ...wishes }: LocalOptions,
    count: number,
    callbacks: PointCallbacks = () => ({}),
  ) {
    const { parallel, workers } = chooseThreads(wishes, countCores(), count);
    this.parallel = parallel;
    this.workers = workers;
    this.profile = profile;
    this.callbacks = callbacks;
  }

  run(point: SweepPoint, { signal, observer, checkpoints }: ExecutorOptions): Promise<TrainResult> {
    const { workers, profile } = this;
    const { onEpoch, onStep } = this.callbacks(point);
    this.pool ??= WorkerPool.create(workers * this.parallel);
    return trainFitted(planRun(point), {
      pool: this.pool,
      workers,
      profile,
      signal,
      ...(checkpoints && { checkpoints }),
      onResume: (resumption) => observer.resumed?.(resumption),
      onProgress: (progress) => observer.progressed(progress),
      onEpoch: (metrics, context) => {
        observer.epochEnded(metrics);
        return onEpoch?.(metrics, context);
      },
      ...(onStep && { onStep }),
    });
  }

  async close(): Promise<void> {
    await this.pool?.close();
    this.pool = null;
  }
}
