import type { GatheredPieces } from '../layers/pass.js';

/** Arrays in shared memory that travel between processes. */
export type Values = GatheredPieces | Uint8Array | Uint16Array | Int32Array;

/**
 * What carries numbers between the ranks of a run, the processes that each compute some of its shards. All ranks begin the same in the same order, one of a
 * process's threads at a time. It sums nothing: the order of sums is the run's own.
 */
export interface Transport {
  /** Begins to bring all ranks' pieces to all of them: as many equal ones as there are ranks, of which this one's own is there. */
  gather(pieces: Values): void;
  /**
   * Begins to bring each rank its piece of the arrays that each rank has: of as many equal ones as there are ranks.
   *
   * @param own arrays of this rank; every rank has as many
   * @param all this rank's pieces of them: rank after rank, and each one's array after array
   */
  scatter(own: readonly Values[], all: Values): void;
  /** Begins to bring what rank 0 has in this place to all. */
  broadcast(values: Values): void;
  /**
   * Whether all that has begun is there; looks for so long.
   *
   * @throws Error if it will never be
   */
  isDone(milliseconds: number): boolean;
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
