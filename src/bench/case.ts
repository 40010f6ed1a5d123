import type { PeerJob } from './peer-job.js';
import type { Workbench } from './workbench.js';

/** Something to measure. */
export type Case = RateCase | CostCase;

/** Work whose rate counts: more is better. */
export interface RateCase extends CommonFields {
  /** What is counted: images, or floating-point operations (in billions). */
  readonly unit: 'images' | 'gflop';
  /** Floating-point operations of one unit. */
  readonly flops: number;
  /** Bytes that memory must give or take at least, for one unit. */
  readonly bytes: number;
}

/** What something takes: less is better. */
export interface CostCase extends CommonFields {
  readonly unit: 'megabytes' | 'milliseconds';
}

interface CommonFields {
  readonly name: string;
  readonly threads: number;
  /** The case whose rate its own is set against; it stands before it. */
  readonly against?: Pick<Case, 'name' | 'threads'>;
  /** True if it takes long however short the measurements: `--quick` leaves it out unless it is asked for. */
  readonly slow?: boolean;
  /** Units a second, or what it takes, of several rounds. */
  measure(bench: Workbench): Promise<readonly number[]>;
  /** Null if nothing else's doing the same says anything. */
  readonly counterpart: Counterpart | null;
  /** The figures that are made of one measurement; absent: one, the median of all. */
  readonly aspects?: readonly Aspect[];
}

/** A figure of a measurement that makes several. */
export interface Aspect {
  readonly name: string;
  /** Those of one turn's values that the figure is the median of. */
  pick(values: readonly number[]): readonly number[];
  /** As of a case. */
  readonly against?: Case['against'];
}

/** Who else does a case's work, in turn with it: a peer, if there are to be any, or ourselves in another way. */
export type Counterpart =
  | {
      readonly job: PeerJob;
      /** The figure, in the case's unit, of what the peer measured. */
      toFigure(measured: number): number;
    }
  | {
      readonly name: string;
      readonly turns: number;
      measure(bench: Workbench): Promise<readonly number[]>;
    };

/** Names a case among those of a suite. */
export function keyOf({ name, threads }: Pick<Case, 'name' | 'threads'>): string {
  return `${name} on ${threads === 1 ? '1 thread' : `${threads} threads`}`;
}
