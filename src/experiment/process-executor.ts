import { collectGarbage } from '../core/collect-garbage.js';
import { countCores } from '../core/count-cores.js';
import { planRun } from '../run/fit.js';
import type { TrainResult } from '../run/types.js';
import { chooseThreads } from './choose-threads.js';
import { type Executor, type ExecutorOptions, UnableToTrain } from './executor.js';
import type { LocalOptions } from './local-executor.js';
import type { SweepPoint } from './plan-sweep.js';
import { TrainerProcess } from './trainer-process.js';
import type { TrainerOptions } from './trainer-protocol.js';

/**
 * Trains points in processes of their own, one for each run side by side, which are kept from run to run. A run whose process dies, or has to be
 * ended, fails with the reason, and the others go on.
 */
export class ProcessExecutor implements Executor<TrainResult> {
  readonly parallel: number;
  readonly workers: number;
  readonly #options: TrainerOptions;
  readonly #idle: TrainerProcess[] = [];
  /** Why no process begins: the next one would not either. */
  #unable: UnableToTrain | null = null;

  /**
   * @param count of the points that are to be trained
   * @throws UserError if that takes too many threads
   */
  constructor({ profile = false, ...wishes }: LocalOptions, count: number) {
    const { parallel, workers } = chooseThreads(wishes, countCores(), count);
    this.parallel = parallel;
    this.workers = workers;
    this.#options = { workers, profile };
    // The processes read images themselves: of points that have left theirs (see leaveImages), nobody needs them here.
    collectGarbage();
  }

  /** @throws UnableToTrain if no process begins */
  async run(point: SweepPoint, options: ExecutorOptions): Promise<TrainResult> {
    const trainer = this.#takeIdle() ?? (await this.#start());
    try {
      return await trainer.train({ ...point, ...planRun(point) }, options);
    } finally {
      if (trainer.isAlive) this.#idle.push(trainer);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((trainer) => trainer.close()));
  }

  /** Leaves out those that have died of what was no run's doing, such as the system's lack of memory. */
  #takeIdle(): TrainerProcess | undefined {
    let trainer = this.#idle.pop();
    while (trainer && !trainer.isAlive) trainer = this.#idle.pop();
    return trainer;
  }

  async #start(): Promise<TrainerProcess> {
    if (this.#unable) throw this.#unable;
    try {
      return await TrainerProcess.start(this.#options);
    } catch (error) {
      if (error instanceof UnableToTrain) this.#unable = error;
      throw error;
    }
  }
}
