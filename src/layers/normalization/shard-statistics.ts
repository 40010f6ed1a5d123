import { allocateLike, allocateWords } from '../../kernels/memory.js';
import type { LayerSite, ShardPlace, SharedPlan } from '../layer.js';
import { sliceAt } from '../parts.js';
import type { Pass } from '../pass.js';

/** Sums as the kernels that combine them read them: two of each part. */
export interface CombinedSums {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly layout: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly cuts: Int32Array;
  };
  /** How many parts the mini-batch at hand has; the cuts are then theirs. */
  countParts(): number;
}

/** What shards show each other of a layer's statistics: number by number of a channel, shard after shard. */
export function planShardStatistics(channels: number): Readonly<Record<string, SharedPlan>> {
  const ofChannels: SharedPlan = { floats: channels, perShard: true };
  return {
    shardMeans: ofChannels,
    shardSquares: ofChannels,
    shardSums: ofChannels,
    shardProducts: ofChannels,
  };
}

/** The shards of a mini-batch as its parts, each one row high. */
class ShardParts implements CombinedSums {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly layout: CombinedSums['layout'];
  readonly #site: LayerSite;
  readonly #place: ShardPlace;

  constructor(site: LayerSite, place: ShardPlace, first: Float32Array, second: Float32Array) {
    this.#site = site;
    this.#place = place;
    this.first = first;
    this.second = second;
    const { channels } = site.input.shape;
    this.layout = { channels, columnsPerChannel: 1, cuts: allocateWords(2 * place.shards) };
  }

  countParts(): number {
    const { shards } = this.#place;
    for (let shard = 0; shard < shards; shard++)
      this.layout.cuts.set([this.#countNumbers(shard), 1], 2 * shard);
    return shards;
  }

  /** This shard's own places, and the numbers of a channel that it has. */
  get own() {
    const { index } = this.#place;
    const { channels } = this.layout;
    const cut = (pieces: Float32Array) => pieces.subarray(index * channels, (index + 1) * channels);
    return { first: cut(this.first), second: cut(this.second), count: this.#countNumbers(index) };
  }

  #countNumbers(shard: number): number {
    const { batch, input } = this.#site;
    const { height, width } = input.shape;
    const { size } = batch.whole!;
    return height * width * sliceAt(shard, { size, slices: this.#place.shards }).count;
  }
}

/** How statistics of a mini-batch are joined from those of its shards. */
export interface ShardStatistics {
  /** Means and squares about them, and sums of gradients and of their products with x − mean. */
  readonly moments: CombinedSums;
  readonly sums: CombinedSums;
  /** Behind the parts' moments; what reads the joined ones waits for it. */
  readonly joinMoments: Pass;
  /** Behind the parts' gradient sums, likewise. */
  readonly joinSums: Pass;
}

/**
 * Joins a layer's statistics over shards: each combines its parts in the order that a whole mini-batch of its size has, and then
 * all combine the shards in theirs.
 *
 * @param moments of the parts of this shard
 * @param sums likewise
 * @param leaveGradients takes this shard's sums of gradients and of products
 */
export function bindShardStatistics(
  site: LayerSite,
  place: ShardPlace,
  { moments, sums }: { readonly moments: CombinedSums; readonly sums: CombinedSums },
  leaveGradients: (sums: Float32Array, products: Float32Array) => void,
): ShardStatistics {
  const { input, kernels, shared } = site;
  const { channels, columnsPerChannel } = moments.layout;
  const ofMoments = new ShardParts(site, place, shared.shardMeans!, shared.shardSquares!);
  const ofSums = new ShardParts(site, place, shared.shardSums!, shared.shardProducts!);
  const allocate = (length: number) => allocateLike(input.value, length);
  // The kernels make coefficients, too, which are of no use before the shards are joined.
  const [unused, unusedToo, unusedThree] = [1, 2, 3].map(() => allocate(channels * columnsPerChannel));
  const statistics = allocate(3 * channels);
  const combineMoments = kernels.bindNormalizationCoefficients({
    ...moments.layout,
    means: moments.first,
    squares: moments.second,
    scale: null,
    shift: null,
    epsilon: 1,
    statistics,
    mean: unused!,
    a: unusedToo!,
    d: unusedThree!,
  });
  const plain = allocate(3 * channels);
  plain.fill(1, 2 * channels);
  const combineSums = kernels.bindNormalizationGradientCoefficients({
    ...sums.layout,
    sums: sums.first,
    products: sums.second,
    scale: null,
    // With a mean of 0 and a deviation of 1 it leaves the sums as they are.
    statistics: plain,
    a: unused!,
    b: unusedToo!,
    d: unusedThree!,
    dScale: ofSums.own.second,
    dShift: ofSums.own.first,
  });
  const joinMoments = onceBehind('join moments', [ofMoments.first, ofMoments.second], () => {
    combineMoments(moments.countParts());
    const { first, second, count } = ofMoments.own;
    first.set(statistics.subarray(0, channels));
    for (let c = 0; c < channels; c++) second[c] = count * statistics[channels + c]!;
  });
  const joinSums = onceBehind('join gradient sums', [ofSums.first, ofSums.second], () => {
    combineSums(sums.countParts());
    const { first, second } = ofSums.own;
    leaveGradients(first, second);
  });
  return { moments: ofMoments, sums: ofSums, joinMoments, joinSums };
}

function onceBehind(name: string, gathers: readonly Float32Array[], run: () => void): Pass {
  return { name, over: 'blocks', waits: true, varies: true, blocks: 1, gathers, run };
}
