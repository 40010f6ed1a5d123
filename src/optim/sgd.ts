import type { Kernels } from '../kernels/kernels.js';
import type { Batch, BlockPass } from '../layers/layer.js';
import { countParts } from '../layers/parts.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan, PlannedParameter } from '../network/plan.js';

/** Parameters that one task updates: small enough to share out a small net, large enough for the calls not to show. */
const FLOATS_PER_BLOCK = 2048;

export interface SgdOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

interface Segment {
  readonly parameter: PlannedParameter;
  readonly first: number;
  readonly count: number;
}

/**
 * The optimiser's step as one pass: each task sums the parts' gradients of its segment in a fixed tree, then moves the segment
 * by SGD.
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
  const segments = plan.steps.flatMap((step) => step.parameters).flatMap(cutIntoSegments);
  const update = ({ parameter, first, count }: Segment, rate: number): void => {
    const { offset, size, partials } = parameter;
    const view = (floats: Float32Array) => floats.subarray(offset + first, offset + first + count);
    if (partials) {
      const whole = memory.gradient.subarray(offset, offset + size);
      const parts = countParts(partials.layout, batch);
      kernels.reducePartials(
        memory.partials.subarray(partials.offset),
        parts,
        partials.stride,
        whole,
        first,
        count,
      );
    }
    const finite = kernels.sgdUpdate(
      view(memory.weights),
      view(memory.gradient),
      view(memory.velocity),
      rate * parameter.learningRate,
      options.momentum,
      options.weightDecay * parameter.weightDecay,
      options.nesterov,
      0,
      count,
    );
    if (!finite) reportNonFinite();
  };
  return {
    over: 'blocks',
    waits: true,
    blocks: segments.length,
    run(first, count) {
      const rate = learningRate();
      for (const segment of segments.slice(first, first + count)) update(segment, rate);
    },
  };
}

function cutIntoSegments(parameter: PlannedParameter): Segment[] {
  const count = Math.ceil(parameter.size / FLOATS_PER_BLOCK);
  return Array.from({ length: count }, (_, i) => {
    const first = i * FLOATS_PER_BLOCK;
    return { parameter, first, count: Math.min(FLOATS_PER_BLOCK, parameter.size - first) };
  });
}
