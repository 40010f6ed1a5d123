import { z } from 'zod';
import { type Shape, sizeOf } from '../core/shape.js';
import type { Kernels } from '../kernels/kernels.js';
import { type BoundLayer, type LayerPlan, type LayerSite, overSlices, planTransform } from './layer.js';

/** An activation without options. */
export function activationSchema<Kind extends string>(kind: Kind) {
  return z.strictObject({ kind: z.literal(kind), name: z.string().optional() });
}

/** An activation works element by element, in place if it may: its backward reads the output alone. */
export function planActivation(input: Shape): LayerPlan {
  return planTransform(input, { inPlace: true, backwardReads: { input: false, output: true } });
}

/** The passes of an activation with these kernels. */
export function bindActivation(
  { input, output }: LayerSite,
  forward: Kernels['reluForward'],
  backward: Kernels['reluBackward'],
): BoundLayer {
  const size = sizeOf(output.shape);
  return {
    prepare: [],
    forward: [
      overSlices(({ first, count }) => forward(input.value, output.value, first * size, count * size)),
    ],
    backward: [
      overSlices(({ first, count }) =>
        backward(output.value, output.gradient, input.gradient, first * size, count * size),
      ),
    ],
  };
}
