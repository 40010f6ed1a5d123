import { z } from 'zod';
import { identity } from './activations/identity.js';
import { type LayerConfig, type LayerKind, planTransform } from './layer.js';
import { overParts, overPartsBackward, widthOf } from './parts.js';

const schema = z.strictObject({ kind: z.literal('softmax'), name: z.string().optional() });

export interface SoftmaxConfig extends LayerConfig {
  /** The loss behind it, which computes the softmax itself: see fuseLosses. Never in a spec. */
  readonly leftTo?: string;
}

/**
 * y = e^x / Σ e^x over the channels of each position (chapter 15, section 15.2.1); dx = y·(dy − Σ dy·y). As the last layer before a loss that
 * holds it, it passes on its input, and that loss does the rest.
 */
export const softmax: LayerKind<SoftmaxConfig, z.input<typeof schema>> = {
  kind: 'softmax',
  schema,
  pattern: { word: 'SOFTMAX' },
  plan: ({ leftTo }, input) =>
    planTransform(input, { inPlace: true, backwardReads: { input: false, output: leftTo === undefined } }),
  describe: ({ leftTo }) => (leftTo === undefined ? '' : `within ${leftTo}`),
  suitsLanes: () => true,
  bind({ leftTo }, site) {
    if (leftTo !== undefined) return identity.bind({ kind: 'identity' }, site);
    const { input, output, kernels, layout } = site;
    const { channels } = output.shape;
    const sizes = { channels, columnsPerChannel: widthOf(output.shape, layout) / channels };
    const forward = kernels.bindSoftmaxForward({ ...sizes, x: input.value, y: output.value });
    const backward = kernels.bindSoftmaxBackward({
      ...sizes,
      y: output.value,
      dy: output.gradient,
      dx: input.gradient,
    });
    return {
      prepare: [],
      forward: [overParts(output.shape, layout, ({ firstRow, rows }) => forward(firstRow, rows))],
      backward: [overPartsBackward(site, ({ firstRow, rows }) => backward(firstRow, rows))],
    };
  },
};
