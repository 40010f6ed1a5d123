import type { PeerJob } from './peer-job.js';
import type { Workbench } from './workbench.js';

/** Something to measure. */
export interface Case {
  readonly name: string;
  readonly threads: number;
  /** What its rate counts: images, floating-point operations (in billions), or processes started one after another. */
  readonly unit: 'images' | 'gflop' | 'starts';
  /** Floating-point operations of one unit. */
  readonly flops: number;
  /** Bytes that memory must give or take at least, for one unit. */
  readonly bytes: number;
  /** The case whose rate its own is set against; it stands before it. */
  readonly against?: Pick<Case, 'name' | 'threads'>;
  /** True if it takes long however short the measurements: `--quick` leaves it out unless it is asked for. */
  readonly slow?: boolean;
  /** Units a second, of several rounds. */
  measure(bench: Workbench): Promise<readonly number[]>;
  /** The same work for the peer; null if that says nothing. */
  readonly peerJob: PeerJob | null;
  /** Units of one of the peer's runs of that job. */
  readonly peerUnits: number;
}

/** Names a case among those of a suite. */
export function keyOf({ name, threads }: Pick<Case, 'name' | 'threads'>): string {
  return `${name} on ${threads === 1 ? '1 thread' : `${threads} threads`}`;
}
