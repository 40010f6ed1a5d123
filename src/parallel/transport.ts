import type { GatheredPieces } from '../layers/pass.js';

/** Arrays in shared memory that travel between processes. */
export type Values = GatheredPieces | Uint8Array | Uint16Array | Int32Array;

/** What is carried side by side: within each of them all ranks begin the same in the same order, and what the others begin meanwhile does not matter. */
export const STREAMS = {
  /** What a step cannot go on without, and what coordinators tell each other between steps. */
  steps: 0,
  /** Gradients of shards, while the backward pass goes on. */
  shardGradients: 1,
  /** What they have been joined to, likewise. */
  joinedGradients: 2,
} as const;

export type Stream = (typeof STREAMS)[keyof typeof STREAMS];

/** What has been begun, by a number from 1 by which any of the process's threads can ask for it. */
export type Transfer = number;

/**
 * What carries numbers between the ranks of a run, the processes that each compute some of its shards. It goes on by itself, while no thread looks after it.
 * It sums nothing: the order of sums is the run's own.
 */
export interface Transport {
  /** Begins to bring all ranks' pieces to all of them: as many equal ones as there are ranks, of which this one's own is there. */
  gather(stream: Stream, pieces: Values): Transfer;
  /**
   * Begins to bring each rank its piece of the arrays that each rank has: of as many equal ones as there are ranks.
   *
   * @param own arrays of this rank; every rank has as many
   * @param all this rank's pieces of them: rank after rank, and each one's array after array
   */
  scatter(stream: Stream, own: readonly Values[], all: Values): Transfer;
  /** Begins to bring what rank 0 has in this place to all. */
  broadcast(stream: Stream, values: Values): Transfer;
  /**
   * Whether a transfer is there, and what this rank has given to it is its own again; looks for so long.
   *
   * @throws Error if it will never be
   */
  isDone(transfer: Transfer, milliseconds: number): boolean;
}

/** A process's place among the ranks: plain data. */
export interface RankPlace {
  readonly rank: number;
  readonly ranks: number;
  /** URL of a module that exports `openTransport(place)`, for each thread to load. */
  readonly transport: string;
}

export async function loadTransport(place: RankPlace): Promise<Transport> {
  const { openTransport } = (await import(place.transport)) as {
    openTransport(place: RankPlace): Transport;
  };
  return openTransport(place);
}
