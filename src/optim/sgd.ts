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
  /** The parameter's partial gradients, and its gradient. */
  readonly partials: Float32Array;
  readonly gradient: Float32Array;
  /** Within the parameter. */
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
  const segments = plan.steps
    .flatMap((step) => step.parameters)
    .flatMap((parameter) => cutIntoSegments(parameter, memory));
  const update = ({ parameter, partials, gradient, first, count }: Segment, rate: number): void => {
    if (parameter.partials) {
      const { layout, stride } = parameter.partials;
      kernels.reducePartials(partials, countParts(layout, batch), stride, gradient, first, count);
    }
    const finite = kernels.sgdUpdate(
      memory.weights,
      memory.gradient,
      memory.velocity,
      rate * parameter.learningRate,
      options.momentum,
      options.weightDecay * parameter.weightDecay,
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

function cutIntoSegments(parameter: PlannedParameter, memory: ModelMemory): Segment[] {
  const { offset, size } = parameter;
  const partials = memory.partials.subarray(parameter.partials?.offset ?? 0);
  const gradient = memory.gradient.subarray(offset, offset + size);
  return Array.from({ length: Math.ceil(size / FLOATS_PER_BLOCK) }, (_, i) => {
    const first = i * FLOATS_PER_BLOCK;
    return { parameter, partials, gradient, first, count: Math.min(FLOATS_PER_BLOCK, size - first) };
  });
}
