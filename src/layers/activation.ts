import { z } from 'zod';
import type { Shape } from '../core/shape.js';
import type { Kernels } from '../kernels/kernels.js';
import { type BoundLayer, type LayerPlan, type LayerSite, planTransform } from './layer.js';
import { overParts, overPartsBackward, widthOf } from './parts.js';

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
  site: LayerSite,
  forward: Kernels['reluForward'],
  backward: Kernels['reluBackward'],
): BoundLayer {
  const { input, output, layout } = site;
  const width = widthOf(output.shape, layout);
  return {
    prepare: [],
    forward: [
      overParts(output.shape, layout, ({ firstRow, rows }) =>
        forward(input.value, output.value, firstRow * width, rows * width),
      ),
    ],
    backward: [
      overPartsBackward(site, ({ firstRow, rows }) =>
        backward(output.value, output.gradient, input.gradient, firstRow * width, rows * width),
      ),
    ],
  };
}
