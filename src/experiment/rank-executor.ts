import { countCores } from '../core/count-cores.js';
import type { Ranks } from '../parallel/ranks.js';
import { planRun } from '../run/fit.js';
import type { TrainResult } from '../run/types.js';
import { reopenDataset } from '../sources/open-dataset.js';
import { trainFitted } from '../train.js';
import { chooseThreads } from './choose-threads.js';
import type { Executor, ExecutorOptions } from './executor.js';
import type { LocalOptions } from './local-executor.js';
import type { LoadDataset, SweepPoint } from './plan-sweep.js';

/** Trains a point in this process together with the other ranks', which call `run` with the same one. */
export class RankExecutor implements Executor {
  readonly parallel = 1;
  readonly workers: number;
  readonly #profile: boolean;
  readonly #ranks: Ranks;
  readonly #loadDataset: LoadDataset;

  /** @throws UserError if that takes too many threads */
  constructor(
    { profile = false, ...wishes }: LocalOptions,
    { ranks, loadDataset }: { readonly ranks: Ranks; readonly loadDataset: LoadDataset },
  ) {
    this.workers = chooseThreads({ ...wishes, parallel: 1 }, countCores(), 1).workers;
    this.#profile = profile;
    this.#ranks = ranks;
    this.#loadDataset = loadDataset;
  }

  async run(point: SweepPoint, { signal, observer, checkpoints }: ExecutorOptions): Promise<TrainResult> {
    // The point has left its images: see leaveImages.
    const { source } = point.dataset;
    const dataset = await (source ? reopenDataset(source) : this.#loadDataset(point.spec.dataset));
    return trainFitted(planRun({ ...point, dataset }), {
      workers: this.workers,
      profile: this.#profile,
      ranks: this.#ranks,
      signal,
      ...(checkpoints && { checkpoints }),
      onResume: (resumption) => observer.resumed?.(resumption),
      onProgress: (progress) => observer.progressed(progress),
      onEpoch: (metrics) => observer.epochEnded(metrics),
    });
  }
}
