import { sizeOf } from '../core/shape.js';
import { isComputed, type NetworkPlan, planNetwork } from '../network/plan.js';
import type { BenchNetwork } from './networks.js';

export type Pass = 'step' | 'evaluation';

/** What one image costs at least. */
export interface NetworkCost {
  readonly flops: number;
  readonly bytes: number;
}

const FLOAT_BYTES = 4;
/** Of each parameter in a step: weight and velocity read and written, gradient written and read. */
const PARAMETER_VISITS = 6;

/** Of a step that takes a second or so on one core. */
const SLOW_FLOPS = 1e11;

/** An image's part of a training step, or its evaluation. */
export function countCost({ network, batchSize }: BenchNetwork, pass: Pass): NetworkCost {
  const plan = planNetwork(network, { batchSize, slices: 1, training: pass === 'step' });
  return pass === 'step' ? countStep(plan, batchSize) : countEvaluation(plan, batchSize);
}

/** Whether training steps are left out of quick measurements. */
export function isSlow(network: BenchNetwork): boolean {
  return countCost(network, 'step').flops * network.batchSize > SLOW_FLOPS;
}

/**
 * Three products a layer (forward, kernel gradient, input gradient) but for the first layer, whose input's gradient nobody reads. The
 * output of each product is written and read once on the way forward, and so is its gradient on the way back, where the value is read once more.
 */
function countStep(plan: NetworkPlan, batchSize: number): NetworkCost {
  let flops = 0;
  for (const { layer, inputs } of plan.steps) {
    flops += 2 * layer.multiplyAddsPerImage * (plan.tensors[inputs[0]!]!.needsGradient ? 3 : 2);
  }
  const parameters = (PARAMETER_VISITS * plan.parameterCount) / batchSize;
  return { flops, bytes: FLOAT_BYTES * (5 * countProductFloats(plan) + parameters) };
}

function countEvaluation(plan: NetworkPlan, batchSize: number): NetworkCost {
  const steps = plan.steps.filter((step) => isComputed(step, plan));
  const flops = steps.reduce((sum, { layer }) => sum + 2 * layer.multiplyAddsPerImage, 0);
  const floats = 2 * countProductFloats(plan) + plan.parameterCount / batchSize;
  return { flops, bytes: FLOAT_BYTES * floats };
}

/** Floats that the layers with products give for one image: what lies between them can be done in passing. */
function countProductFloats(plan: NetworkPlan): number {
  return plan.steps
    .filter((step) => isComputed(step, plan) && step.layer.multiplyAddsPerImage > 0)
    .reduce((sum, { layer }) => sum + sizeOf(layer.output), 0);
}
