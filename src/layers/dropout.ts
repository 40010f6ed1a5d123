import { z } from 'zod';
import { sizeOf } from '../core/shape.js';
import { type LayerKindOf, planTransform } from './layer.js';
import { overSlices } from './pass.js';

const schema = z.strictObject({
  kind: z.literal('dropout'),
  name: z.string().optional(),
  /** Probability with which an element is set to zero. */
  rate: z.number().min(0).lt(1).default(0.5),
});

/**
 * Inverted dropout (Srivastava et al., JMLR 2014): in training y = x·keep / (1 − rate), in evaluation y = x. What is kept is a pure
 * function of seed, layer, epoch, sample and element, and is drawn again for backward: no mask is stored.
 */
export const dropout: LayerKindOf<typeof schema> = {
  kind: 'dropout',
  schema,
  pattern: {
    word: 'DROPOUT',
    usage: 'DROPOUT or DROPOUT(rate)',
    places: [{ name: 'rate', lengths: [1] }],
  },
  plan: (_config, input) =>
    planTransform(input, { inPlace: true, backwardReads: { input: false, output: false } }),
  describe: ({ rate }) => String(rate),
  bind({ rate }, { input, output, kernels, batch, training, randomKey }) {
    const size = sizeOf(output.shape);
    const keep = (x: Float32Array, y: Float32Array) => {
      const { sampleIds } = batch;
      const run = kernels.bindDropout({ x, y, rate, key: randomKey, sampleIds, floatsPerImage: size });
      return { ...overSlices(({ first, count }) => run(batch.epoch, first, count)), varies: true };
    };
    if (training) {
      return {
        prepare: [],
        forward: [keep(input.value, output.value)],
        backward: [keep(output.gradient, input.gradient)],
      };
    }
    const copy = overSlices(({ first, count }) => {
      if (input.value.byteOffset === output.value.byteOffset) return;
      output.value.set(input.value.subarray(first * size, (first + count) * size), first * size);
    });
    return { prepare: [], forward: [copy], backward: [] };
  },
};
