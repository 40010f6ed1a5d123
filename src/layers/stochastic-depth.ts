import { z } from 'zod';
import { philox } from '../core/rng.js';
import { allocateLike } from '../kernels/memory.js';
import { identity } from './activations/identity.js';
import { type LayerKindOf, type LayerSite, planTransform } from './layer.js';
import { overParts, overPartsBackward, type Part, widthOf } from './parts.js';

const schema = z.strictObject({
  kind: z.literal('stochastic-depth'),
  name: z.string().optional(),
  /** Probability with which an image's numbers are set to zero. */
  rate: z.number().min(0).lt(1),
});

/**
 * Stochastic depth (Huang et al., ECCV 2016; torchvision's of mode `row`), for the end of a residual's body: in training all numbers of an image are
 * dropped together or divided by 1 − rate, in evaluation y = x. Which images are dropped is a pure function of seed, layer, epoch and sample:
 * those whose first word of dropout's random numbers is below rate·2³².
 */
export const stochasticDepth: LayerKindOf<typeof schema> = {
  kind: 'stochastic-depth',
  schema,
  plan: (_config, input) =>
    planTransform(input, { inPlace: true, backwardReads: { input: false, output: false } }),
  describe: ({ rate }) => String(rate),
  suitsLanes: () => true,
  bind({ rate }, site) {
    if (!site.training) return identity.bind({ kind: 'identity' }, site);
    const { input, output, layout } = site;
    const forward = bindDrop(site, rate, input.value, output.value);
    const backward = bindDrop(site, rate, output.gradient, input.gradient);
    return {
      prepare: [],
      forward: [{ ...overParts(output.shape, layout, forward), varies: true }],
      backward: [{ ...overPartsBackward(site, backward), varies: true }],
    };
  },
};

/** y = x times each image's factor, 0 or 1 / (1 − rate). What is dropped and not finite is NaN, as with dropout. */
function bindDrop(
  { output, layout, kernels, batch, randomKey }: LayerSite,
  rate: number,
  x: Float32Array,
  y: Float32Array,
): (part: Part) => void {
  const { height, width, channels } = output.shape;
  const area = height * width;
  const columns = widthOf(output.shape, layout);
  /** Images side by side. */
  const lanes = columns / channels;
  const factors = allocateLike(x, columns);
  const zeros = allocateLike(x, columns);
  const scale = kernels.bindScaleChannels({
    channels: columns,
    x,
    scale: factors,
    shift: zeros,
    rectified: false,
    y,
  });
  const threshold = Math.floor(rate * 2 ** 32);
  const words = new Uint32Array(4);
  const drawFactor = (image: number) => {
    philox(randomKey, 0, batch.sampleIds[image]!, batch.epoch, 0, words);
    return words[0]! >= threshold ? 1 / (1 - rate) : 0;
  };
  return ({ firstRow, rows, imagesPerRow }) => {
    const end = firstRow + rows;
    for (let row = firstRow; row < end; ) {
      const group = Math.floor(row / area);
      for (let lane = 0; lane < imagesPerRow; lane++) {
        const factor = drawFactor(group * lanes + lane);
        for (let at = lane; at < columns; at += lanes) factors[at] = factor;
      }
      const some = Math.min(end, (group + 1) * area) - row;
      scale(row, some);
      row += some;
    }
  };
}
