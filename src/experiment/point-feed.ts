import type { SweepPoint } from './plan-sweep.js';

/** Points that are chosen as the runs of others end. */
export interface PointFeed {
  /** Of all points, for messages. */
  readonly count: number;
  /**
   * A point that is to run now; null if none is known. Until it is given back it is given to nobody else.
   *
   * @throws UserError if no point can be chosen
   */
  take(): Promise<SweepPoint | null>;
  /** Takes a point back: its run has ended, or is another process's. One whose run has failed is not given back, and not to be run again. */
  give(point: SweepPoint): void;
}
