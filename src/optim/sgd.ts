import type { Kernels } from '../kernels/kernels.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { countParts } from '../layers/parts.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';
import { listSegments, type Segment } from './segments.js';

export interface SgdOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** A segment of a parameter, with the parameter's partial gradients and its gradient. */
interface BoundSegment extends Segment {
  readonly partials: Float32Array;
  readonly gradient: Float32Array;
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
  const segments = listSegments(plan).map((segment): BoundSegment => {
    const { offset, size, partials } = segment.parameter;
    const gradient = memory.gradient.subarray(offset, offset + size);
    return { ...segment, partials: memory.partials.subarray(partials?.offset ?? 0), gradient };
  });
  const update = ({ parameter, partials, gradient, first, count }: BoundSegment, rate: number): void => {
    if (batch.epoch >= countLearningEpochs(parameter)) return;
    if (parameter.partials) {
      const { layout, stride } = parameter.partials;
      kernels.reducePartials(partials, countParts(layout, batch), stride, gradient, first, count);
    }
    const finite = kernels.sgdUpdate(
      memory.weights,
      memory.gradient,
      memory.velocity,
      rate * parameter.learningRateFactor,
      options.momentum,
      options.weightDecay * parameter.weightDecayFactor,
      options.nesterov,
      parameter.offset + first,
      count,
    );
    if (!finite) reportNonFinite();
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
