import { z } from 'zod';
import { allocateLike } from '../kernels/memory.js';
import { type LayerKindOf, planTransform } from './layer.js';
import { overParts, overPartsBackward, widthOf } from './parts.js';
import { singleNumber } from './single-number.js';

const schema = z.strictObject({
  kind: z.literal('multiply'),
  name: z.string().optional(),
  factor: singleNumber,
});

/** y = factor·x, the factor being fixed: such as a temperature that divides logits; dx = factor·dy. */
export const multiply: LayerKindOf<typeof schema> = {
  kind: 'multiply',
  schema,
  plan: (_config, input) =>
    planTransform(input, { inPlace: true, backwardReads: { input: false, output: false } }),
  describe: ({ factor }) => `by ${Number(factor.toPrecision(4))}`,
  suitsLanes: () => true,
  bind({ factor }, site) {
    const { input, output, kernels, layout } = site;
    const width = widthOf(input.shape, layout);
    const factors = allocateLike(input.value, width).fill(factor);
    const zeros = allocateLike(input.value, width);
    const bindScale = (x: Float32Array, y: Float32Array) =>
      kernels.bindScaleChannels({ channels: width, x, scale: factors, shift: zeros, rectified: false, y });
    const forward = bindScale(input.value, output.value);
    const backward = bindScale(output.gradient, input.gradient);
    return {
      prepare: [],
      forward: [overParts(output.shape, layout, ({ firstRow, rows }) => forward(firstRow, rows))],
      backward: [overPartsBackward(site, ({ firstRow, rows }) => backward(firstRow, rows))],
    };
  },
};
