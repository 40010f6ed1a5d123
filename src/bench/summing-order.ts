import type { Batch } from '../layers/pass.js';
import type { NetworkPlan, PartialsPlan } from '../network/plan.js';
import { planTraining, type SharedNetwork } from './shared-network.js';

/**
 * In which order gradients are summed over the mini-batch. `fixed`: every part has a gradient of its own, and these are summed in a tree. `any`:
 * what a trainer would do that need not repeat to the bit: one gradient a worker, to which it adds its parts as they come. Here parts write
 * over it instead, which is less work than adding; the numbers are wrong, and the time at most what the other way would take.
 */
export type SummingOrder = 'fixed' | 'any';

/** A plan in which all parts of a worker have one partial gradient. */
export function sharePartials(plan: NetworkPlan, worker: number): NetworkPlan {
  return mapPartials(plan, ({ offset, stride, ...rest }) => ({
    ...rest,
    offset: offset + worker * stride,
    stride: 0,
  }));
}

/** The plan and mini-batch by which the optimiser sums one partial gradient a worker. */
export function planWorkerSums(
  network: SharedNetwork,
  batch: Batch,
  workers: number,
): { plan: NetworkPlan; batch: Batch } {
  // Images that lie one after another have a part for each slice.
  return {
    plan: mapPartials(planTraining(network), (partials) => ({ ...partials, layout: 'images' })),
    batch: { ...batch, slices: workers },
  };
}

function mapPartials(plan: NetworkPlan, map: (partials: PartialsPlan) => PartialsPlan): NetworkPlan {
  const steps = plan.steps.map((step) => ({
    ...step,
    parameters: step.parameters.map((parameter) => ({
      ...parameter,
      partials: parameter.partials && map(parameter.partials),
    })),
  }));
  return { ...plan, steps };
}
