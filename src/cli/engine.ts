import type { LoadDataset } from '../experiment/plan-sweep.js';
import type { RunOne } from '../experiment/sweep.js';
import type { WorkerPool } from '../parallel/pool.js';

/** What trains: given to the commands, so that tests can give something quicker. */
export interface Engine {
  readonly loadDataset: LoadDataset;
  readonly runOne: RunOne;
  createPool(threads: number): WorkerPool;
}
