import { LAYER_KINDS } from '../layers/registry.js';
import { cutBuckets, findReadiness, padToRanks } from '../network/gradient-buckets.js';
import { type NetworkPlan, planNetwork, type StepPlan } from '../network/plan.js';
import { cutMiniBatch } from '../network/shards.js';
import type { NetworkSpec } from '../network/spec.js';

const FLOAT_BYTES = 4;
/** See RunSettings.slices: of no weight here. */
const SLICES = 12;
/** Of a step: what the shards' losses come to, and the gradients there and back. */
const EXCHANGES_A_STEP = 3;
/** Of a normalisation: means and variances, and sums of gradients. */
const EXCHANGES_A_NORMALIZATION = 2;

/** Of each shard's gradient a machine receives its own piece, and then of the joined one the others'. */
const WAYS = 2;

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

function planShard({ network, batchSize }: RankRun, shards: number): NetworkPlan {
  return planNetwork(network, cutMiniBatch({ batchSize, slices: SLICES, shards }, LAYER_KINDS));
}

export function planTraffic(run: RankRun, machines: number): RankTraffic {
  if (machines === 1) return { bytes: 0, exchanges: 0 };
  const plan = planShard(run, machines);
  const floats = padToRanks(plan.weightFloats, machines);
  const gradients = (WAYS * (machines - 1) * floats) / machines;
  const statistics = ((machines - 1) / machines) * plan.jointFloats;
  const normalizations = plan.steps.filter(({ layer }) => layer.valuesPerStatistic !== undefined).length;
  return {
    bytes: FLOAT_BYTES * (gradients + statistics),
    exchanges: EXCHANGES_A_NORMALIZATION * normalizations + EXCHANGES_A_STEP,
  };
}

/**
 * Images a second that some machines train together, by a model: forward, backward, in which the gradients of a bucket travel once its layers are done, and
 * exchanges of statistics, in which nothing else is done. An exchange takes its bytes through the receiver's network, and ⌈log₂ machines⌉ messages
 * behind each other.
 *
 * @param gigabits a second, of each machine's network
 */
export function estimateRate(run: RankRun, machines: number, gigabits: number): number {
  const { batchSize, machineRate, latencyMs } = run;
  if (machines === 1) return machineRate;
  const computeMs = (1000 * batchSize) / machines / machineRate;
  const plan = planShard(run, machines);
  const { exchanges } = planTraffic(run, machines);
  const waitMs = exchanges * latencyMs * Math.ceil(Math.log2(machines));
  const millisecondsOf = (floats: number) => (8 * FLOAT_BYTES * floats) / gigabits / 1e6;
  const others = (machines - 1) / machines;
  const buckets = cutBuckets(plan.weightFloats, machines);
  const ready = findReadiness(buckets, timeBackward(plan, computeMs));
  const travelledMs = buckets.reduce(
    (lastMs, { size }, i) => Math.max(lastMs, ready[i]!) + WAYS * millisecondsOf(others * size),
    0,
  );
  const stepMs = Math.max(computeMs, travelledMs) + millisecondsOf(others * plan.jointFloats) + waitMs;
  return (1000 * batchSize) / stepMs;
}

/** When the backward pass of each step is over. Its products are twice the forward's, which come first. */
function timeBackward({ steps }: NetworkPlan, computeMs: number): Map<StepPlan, number> {
  const all = steps.reduce((sum, { layer }) => sum + layer.multiplyAddsPerImage, 0);
  let done = 0;
  return new Map(
    steps.toReversed().map((step): [StepPlan, number] => {
      done += step.layer.multiplyAddsPerImage;
      return [step, (computeMs * (1 + (2 * done) / all)) / 3];
    }),
  );
}
