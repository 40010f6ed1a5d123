import type { Kernels } from '../kernels/kernels.js';
import type { ModelMemory } from '../network/memory.js';
import type { PartialsPlan } from '../network/plan.js';

/** Sums the gradients that the parts of a mini-batch leave of one parameter: elements [first, first + count) of them. */
export type Reduction = ReturnType<Kernels['bindReducePartials']>;

/** @param sum the parameter's gradient over the whole mini-batch, overwritten */
export function bindReduction(
  kernels: Kernels,
  memory: Pick<ModelMemory, 'partials'>,
  { offset, stride }: PartialsPlan,
  sum: Float32Array,
): Reduction {
  return kernels.bindReducePartials({ partials: memory.partials.subarray(offset), stride, sum });
}
