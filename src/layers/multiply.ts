import { z } from 'zod';
import { type LayerKind, planTransform } from './layer.js';
import { overParts, overPartsBackward, widthOf } from './parts.js';

const schema = z.strictObject({
  kind: z.literal('multiply'),
  name: z.string().optional(),
  factor: z.number(),
});

/** y = factor·x, the factor being fixed: such as a temperature that divides logits; dx = factor·dy. */
export const multiply: LayerKind<z.output<typeof schema>> = {
  kind: 'multiply',
  schema,
  plan: (_config, input) =>
    planTransform(input, { inPlace: true, backwardReads: { input: false, output: false } }),
  describe: ({ factor }) => `by ${Number(factor.toPrecision(4))}`,
  suitsLanes: () => true,
  bind({ factor }, site) {
    const { input, output, kernels, scratch, layout } = site;
    const width = widthOf(input.shape, layout);
    const factors = new Float32Array(width).fill(factor);
    const zeros = new Float32Array(width);
    scratch.book(kernels.channelScratchFloats(width));
    const scale = (from: Float32Array, to: Float32Array, firstRow: number, rows: number) =>
      kernels.scaleChannels(width, from, factors, zeros, to, scratch.floats, firstRow, rows);
    return {
      prepare: [],
      forward: [
        overParts(output.shape, layout, ({ firstRow, rows }) =>
          scale(input.value, output.value, firstRow, rows),
        ),
      ],
      backward: [
        overPartsBackward(site, ({ firstRow, rows }) =>
          scale(output.gradient, input.gradient, firstRow, rows),
        ),
      ],
    };
  },
};
