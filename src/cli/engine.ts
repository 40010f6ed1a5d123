import type { Executor } from '../experiment/executor.js';
import type { LocalOptions } from '../experiment/local-executor.js';
import type { LoadDataset } from '../experiment/plan-sweep.js';
import type { UnplannedRun } from '../run/fit.js';
import type { TrainResult } from '../run/types.js';

/** What trains: given to the commands, so that tests can give something quicker. */
export interface Engine {
  readonly loadDataset: LoadDataset;
  /**
   * Whether it can train a run: called once that is planned, before anything is recorded. Absent: all of them.
   *
   * @throws UserError if it cannot
   */
  checkRun?(run: UnplannedRun): Promise<void>;
  /**
   * One that reads the images itself: its points have none (see leaveImages).
   *
   * @param count of the points that are to be trained
   * @throws UserError if that takes too many threads
   */
  createExecutor(options: LocalOptions, count: number): Executor<TrainResult>;
}
