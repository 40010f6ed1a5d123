import type { Kernels } from '../kernels/kernels.js';
import type { BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { PartialsPlan } from '../network/plan.js';
import type { UpdatedParameter } from './optimizers/optimizer.js';
import { cutParameters } from './segments.js';

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

/** Sums the gradients of all parameters that learn, for optimizers that do not do it in passing. */
export function planReduction(parameters: readonly UpdatedParameter[]): BlockPass {
  const segments = cutParameters(parameters);
  return {
    name: 'reduction',
    over: 'blocks',
    waits: true,
    blocks: segments.length,
    run(first, count) {
      for (let i = first; i < first + count; i++) {
        const { parameter, ...piece } = segments[i]!;
        if (parameter.learns()) parameter.reduce(piece.first, piece.count);
      }
    },
  };
}
