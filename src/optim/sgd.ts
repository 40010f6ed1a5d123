import type { Kernels } from '../kernels/kernels.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { countParts } from '../layers/parts.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan, PlannedParameter } from '../network/plan.js';
import { bindReduction, type Reduction } from './reduction.js';
import { listSegments, type Segment } from './segments.js';

export interface SgdOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** A parameter's kernels. */
interface BoundParameter {
  /** Null if the layer itself sums the gradient. */
  readonly reduce: Reduction | null;
  readonly update: ReturnType<Kernels['bindSgdUpdate']>;
}

/**
 * The optimiser's step as one pass: each task sums the parts' gradients of its segment in a fixed tree, then moves the segment
 * by SGD. Parameters that are frozen stay as they are.
 *
 * @param learningRate of the step at hand
 * @param reportNonFinite called when a parameter is no longer finite
 */
export function planSgd(
  {
    plan,
    memory,
    kernels,
    batch,
  }: { plan: NetworkPlan; memory: ModelMemory; kernels: Kernels; batch: Batch },
  options: SgdOptions,
  learningRate: () => number,
  reportNonFinite: () => void,
): BlockPass {
  const bindParameter = ({ offset, size, partials, weightDecayFactor }: PlannedParameter): BoundParameter => {
    const cut = (floats: Float32Array) => floats.subarray(offset, offset + size);
    const g = cut(memory.gradient);
    return {
      reduce: partials && bindReduction(kernels, memory, partials, g),
      update: kernels.bindSgdUpdate({
        w: cut(memory.weights),
        g,
        v: cut(memory.velocity),
        momentum: options.momentum,
        weightDecay: options.weightDecay * weightDecayFactor,
        nesterov: options.nesterov,
      }),
    };
  };
  const parameters = plan.steps.flatMap((step) => step.parameters);
  const bound = new Map(parameters.map((parameter) => [parameter, bindParameter(parameter)]));
  const segments = listSegments(plan).map((segment) => ({ ...segment, ...bound.get(segment.parameter)! }));
  const update = (
    { parameter, reduce, update: move, first, count }: Segment & BoundParameter,
    rate: number,
  ): void => {
    if (batch.epoch >= countLearningEpochs(parameter)) return;
    reduce?.(countParts(parameter.partials!.layout, batch), first, count);
    if (!move(rate * parameter.learningRateFactor, first, count)) reportNonFinite();
  };
  return {
    name: 'reduction and update',
    over: 'blocks',
    waits: true,
    blocks: segments.length,
    run(first, count) {
      const rate = learningRate();
      for (let i = first; i < first + count; i++) update(segments[i]!, rate);
    },
  };
}
