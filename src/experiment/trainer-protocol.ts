import type { CheckpointOptions, EpochMetrics, Progress, Resumption, TrainResult } from '../run/types.js';
import type { PortablePoint } from './portable-point.js';

/** How a process trains every point that it is given; known when it starts. */
export interface TrainerOptions {
  /** Threads of a run. */
  readonly workers: number;
  /** See LocalOptions. */
  readonly profile: boolean;
}

/** A point, and where its run keeps its state. */
export interface PointOrder extends PortablePoint {
  readonly checkpoints: CheckpointOptions | null;
}

/** What a process that trains is told. */
export type TrainerOrder =
  | { readonly kind: 'train'; readonly point: PointOrder }
  /** Ends the run as `interrupted`. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'ping' };

/** What it answers. */
export type TrainerReport =
  /** It has begun, and waits for a point. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'resumed'; readonly resumption: Resumption }
  | { readonly kind: 'progressed'; readonly progress: Progress }
  | { readonly kind: 'epochEnded'; readonly metrics: EpochMetrics }
  | WeightsReport
  | { readonly kind: 'ended'; readonly result: Omit<TrainResult, 'weights'> }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Some of a result's weights, before the rest of it: many at once would be held several times over on their way. */
export interface WeightsReport {
  readonly kind: 'weights';
  /** Of all pieces together. */
  readonly count: number;
  readonly offset: number;
  readonly values: Float32Array;
}

/** An error, whose class does not get through the channel. */
export interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  /** Whether the user can mend it: see UserError. */
  readonly isUserError: boolean;
  /** The process holds a thread that cannot be ended, so it is of no more use. */
  readonly isLast: boolean;
}
