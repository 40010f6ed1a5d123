import { z } from 'zod';
import { type LayerKindOf, planTransform } from '../layer.js';
import { overParts, overPartsBackward, widthOf } from '../parts.js';
import { singleNumber } from '../single-number.js';

/** With these k^(−beta − 1), the greatest factor of a gradient, is a number of single precision. */
const LEAST_K = 1e-12;
const MOST_BETA = 2;

const schema = z.strictObject({
  kind: z.literal('local-response-normalization'),
  name: z.string().optional(),
  /** Neighbouring channels that a number is normalised by, its own among them: the greater half of an even number's others come before it. */
  size: z.int().min(1).default(5),
  /** Of the squares' sum, divided by `size`. */
  alpha: singleNumber.nonnegative().default(1e-4),
  beta: z.number().min(0).max(MOST_BETA).default(0.75),
  k: singleNumber.min(LEAST_K).default(1),
});

/**
 * Local response normalisation (Krizhevsky, Sutskever and Hinton, NIPS 2012, section 3.3): y = x·s^−beta with s = k + alpha/size·(the sum of x² over
 * `size` neighbouring channels, as far as there are any), as PyTorch and Caffe have it; the paper does not divide by `size`.
 *
 * dx = dy·s^−beta − 2·alpha·beta/size·x·(the sum of dy·x·s^(−beta − 1) over the channels whose windows hold this one).
 */
export const localResponseNormalization: LayerKindOf<typeof schema> = {
  kind: 'local-response-normalization',
  schema,
  pattern: {
    word: 'LRN',
    usage: 'LRN or LRN(size): LRN(5)',
    places: [{ name: 'size', lengths: [1], least: 1 }],
  },
  plan: (_config, input) =>
    planTransform(input, { inPlace: false, backwardReads: { input: true, output: false } }),
  describe: ({ size, alpha, beta, k }) => `${size}; α=${alpha}, β=${beta}, k=${k}`,
  suitsLanes: () => true,
  bind({ size, alpha, beta, k }, site) {
    const { input, output, kernels, layout, training, needsInputGradient } = site;
    const { channels } = input.shape;
    const response = {
      channels,
      columnsPerChannel: widthOf(input.shape, layout) / channels,
      before: Math.min(Math.floor(size / 2), channels - 1),
      after: Math.min(Math.floor((size - 1) / 2), channels - 1),
      share: alpha / size,
      beta,
      k,
      x: input.value,
    };
    const forward = kernels.bindResponseForward({ ...response, y: output.value });
    const passes = {
      prepare: [],
      forward: [overParts(output.shape, layout, ({ firstRow, rows }) => forward(firstRow, rows))],
    };
    if (!training || !needsInputGradient) return { ...passes, backward: [] };
    const backward = kernels.bindResponseBackward({ ...response, dy: output.gradient, dx: input.gradient });
    return {
      ...passes,
      backward: [overPartsBackward(site, ({ firstRow, rows }) => backward(firstRow, rows))],
    };
  },
};
