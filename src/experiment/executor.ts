import { UserError } from '../core/errors.js';
import type { CheckpointOptions, EpochMetrics, Progress, Resumption } from '../run/types.js';
import type { SweepPoint } from './plan-sweep.js';
import type { RecordedResult } from './run-result.js';

/**
 * Trains points, wherever that is: in this process's pool, in another process, as a batch system's task. What it gives is plain data, the
 * same to the bit as `train` gives for the point's spec, and of this program's numerics version. One that trains in other places may leave the weights
 * in the run's folder, and give what is recorded.
 */
export interface Executor<Result extends RecordedResult = RecordedResult> {
  /** Points that it takes at a time. */
  readonly parallel: number;
  /** Threads of one run, for the record: nothing but the time depends on them. Null if that is not known before. */
  readonly workers: number | null;
  /**
   * Trains one point. Once the signal is raised, the run ends as soon as it can, as `interrupted`.
   *
   * @throws Interrupted if the signal was raised and there is no result, UnableToTrain if no other point could be trained either, UserError if this one cannot be trained, any other error for a bug; the point is recorded as failed, and others go on
   */
  run(point: SweepPoint, options: ExecutorOptions): Promise<Result>;
  /** Gives back what it holds, after the last run. */
  close?(): Promise<void>;
}

export interface ExecutorOptions {
  readonly signal: AbortSignal;
  readonly observer: RunObserver;
  /** Where the run keeps its state, and goes on from; null for a run that keeps none. */
  readonly checkpoints: CheckpointOptions | null;
}

/** Who wants to know how a run goes on. */
export interface RunObserver {
  /** Called before anything else of a run that goes on from a checkpoint. */
  resumed?(resumption: Resumption): void;
  /** A line that the run's own code printed, such as a plugin's. */
  printed?(line: string): void;
  progressed(progress: Progress): void;
  /** Called for every epoch, in order, before the run's end. */
  epochEnded(metrics: EpochMetrics): void;
}

/** An executor can train nothing, so that there is no point in giving it the next point: whoever has asked ends. */
export class UnableToTrain extends UserError {}

/** The signal has ended a run of which nobody here has a result: its last state is saved, if there is one, or it goes on elsewhere, as the message tells. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
