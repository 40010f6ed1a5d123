import { LAYER_KINDS } from '../layers/registry.js';
import { cutBuckets } from '../network/gradient-buckets.js';
import { planNetwork } from '../network/plan.js';
import { cutMiniBatch } from '../network/shards.js';
import type { NetworkSpec } from '../network/spec.js';

const FLOAT_BYTES = 4;
/** See RunSettings.slices: of no weight here. */
const SLICES = 12;
/** Of a step: what the shards' losses come to, and the gradients there and back. */
const EXCHANGES_A_STEP = 3;
/** Of a normalisation: means and variances, and sums of gradients. */
const EXCHANGES_A_NORMALIZATION = 2;

/** One run over machines, each of which computes a shard of every mini-batch. */
export interface RankRun {
  readonly network: NetworkSpec;
  readonly batchSize: number;
  /** Images a second that one of the machines trains by itself. */
  readonly machineRate: number;
  /** From one machine to another, and back into JavaScript. */
  readonly latencyMs: number;
}

/** What one of the machines receives in a step, and in how many exchanges with the others. */
export interface RankTraffic {
  readonly bytes: number;
  readonly exchanges: number;
}

export function planTraffic({ network, batchSize }: RankRun, machines: number): RankTraffic {
  if (machines === 1) return { bytes: 0, exchanges: 0 };
  const plan = planNetwork(
    network,
    cutMiniBatch({ batchSize, slices: SLICES, shards: machines }, LAYER_KINDS),
  );
  const { floats } = cutBuckets(plan.weightFloats, machines);
  // Of each shard's gradient its own piece, and then of the joined one the others'.
  const gradients = (2 * (machines - 1) * floats) / machines;
  const statistics = ((machines - 1) / machines) * plan.jointFloats;
  const normalizations = plan.steps.filter(({ layer }) => layer.valuesPerStatistic !== undefined).length;
  return {
    bytes: FLOAT_BYTES * (gradients + statistics),
    exchanges: EXCHANGES_A_NORMALIZATION * normalizations + EXCHANGES_A_STEP,
  };
}

/**
 * Images a second that some machines train together, by a model: products, then exchanges, none of them at once. An exchange takes its bytes through the
 * receiver's network, and ⌈log₂ machines⌉ messages behind each other.
 *
 * @param gigabits a second, of each machine's network
 */
export function estimateRate(run: RankRun, machines: number, gigabits: number): number {
  const { batchSize, machineRate, latencyMs } = run;
  const { bytes, exchanges } = planTraffic(run, machines);
  const computeMs = (1000 * batchSize) / machines / machineRate;
  const waitMs = exchanges * latencyMs * Math.ceil(Math.log2(machines));
  const exchangeMs = (8 * bytes) / gigabits / 1e6;
  return (1000 * batchSize) / (computeMs + exchangeMs + waitMs);
}
