import type { LayerKinds, ShardPlace } from '../layers/layer.js';
import { sliceAt } from '../layers/parts.js';
import type { Batch, GatheredPieces, Slice } from '../layers/pass.js';
import type { Phase, Strand } from './phases.js';
import type { PlanOptions } from './plan.js';

/**
 * Shards of a mini-batch: sub-batches, each cut into parts and summed in a tree of its own, as if it were the whole. What goes over the whole
 * mini-batch is joined from them in their order, so the result does not show where each of them was computed: the process that has some of
 * them, [first, first + count), binds and runs those alone, and gathers the others' sums (see Pass.gathers).
 */
export interface OwnShards {
  readonly first: number;
  readonly count: number;
}

/** The shards that one of some ranks computes, whose number divides theirs; all of them without ranks. */
export function shareShards(
  shards: number,
  place: { readonly rank: number; readonly ranks: number } | null,
): OwnShards {
  const { rank, ranks } = place ?? { rank: 0, ranks: 1 };
  const count = shards / ranks;
  return { first: rank * count, count };
}

/** What the shards of a run's greatest mini-batch are planned for. */
export function cutMiniBatch(
  { batchSize, slices, shards }: { batchSize: number; slices: number; shards: number },
  kinds: LayerKinds,
): PlanOptions {
  return { batchSize: Math.ceil(batchSize / shards), slices, shards, training: true, kinds };
}

/** The images of a shard: they differ by at most one. */
export function shardAt(index: number, size: number, shards: number): Slice {
  return sliceAt(index, { size, slices: shards });
}

/** The shards that a process computes, one after another; null in place of the only one. */
export function listShards(shards: number, { first, count }: OwnShards): (ShardPlace | null)[] {
  if (shards === 1) return [null];
  return Array.from({ length: count }, (_, i) => ({ index: first + i, shards, movesState: i === 0 }));
}

/** Brings a shard's batch up to date with its mini-batch. */
export function enterShard(batch: Batch, { index, shards }: ShardPlace): Slice {
  const { size, epoch, step } = batch.whole!;
  const slice = shardAt(index, size, shards);
  Object.assign(batch, { size: slice.count, epoch, step });
  return slice;
}

/** The phases of a step by which one shard is computed. */
export interface ShardPhases {
  readonly batch: Batch;
  readonly place: ShardPlace | null;
  readonly phases: readonly Phase[];
}

/** Shares the pieces of this process out to all others, and theirs to this one; returns when all are there. */
export type Exchange = (pieces: readonly GatheredPieces[]) => void;

/**
 * Shards side by side: they are planned alike, so each phase is all shards' of that number.
 *
 * @param exchange what brings the pieces of shards that are computed elsewhere, in phases of its own; null if none are
 * @param beside what is done once for all of them while a phase goes on, by its number; none unless it is given
 */
export function mergeShards(
  of: readonly ShardPhases[],
  exchange: Exchange | null,
  beside: (index: number) => readonly Strand[] = () => [],
): Phase[] {
  return of[0]!.phases.flatMap((_, index) => {
    const ofShards = of.flatMap(({ batch, place, phases }) =>
      phases[index]!.strands.map((strand) =>
        place ? { ...strand, batch, share: 1 / place.shards } : strand,
      ),
    );
    // In front, so that what it sends is soon on its way.
    const strands = [...beside(index), ...ofShards];
    // The first shard names the places of all.
    const gathered = of[0]!.phases[index]!.strands.flatMap(({ passes }) =>
      passes.flatMap(({ gathers = [] }) => gathers),
    );
    if (exchange === null || gathered.length === 0) return [{ strands }];
    return [{ strands }, { strands: [planExchange(gathered, exchange)] }];
  });
}

function planExchange(pieces: readonly GatheredPieces[], exchange: Exchange): Phase['strands'][number] {
  const run = () => exchange(pieces);
  return {
    over: 'blocks',
    passes: [{ name: 'exchange', over: 'blocks', waits: true, varies: true, blocks: 1, run }],
  };
}
