import { z } from 'zod';
import {
  type BoundLayer,
  countImages,
  type LayerKind,
  type LayerPlan,
  type LayerSite,
  overSlices,
  type Pass,
} from './layer.js';

/** Channels whose statistics one task combines. */
const CHANNELS_PER_BLOCK = 16;

const factor = z.number().nonnegative();

const schema = z.strictObject({
  kind: z.literal('batch-normalization'),
  name: z.string().optional(),
  /** Added to the variance. */
  epsilon: z.number().nonnegative().default(1e-5),
  /**
   * How far running statistics move to a mini-batch's own: running += momentum·(own − running), as PyTorch has it. Keras and Ioffe's paper
   * write 1 − momentum.
   */
  momentum: z.number().min(0).max(1).default(0.1),
  learningRate: factor.default(1),
  weightDecay: factor.default(1),
});

type BatchNormalizationConfig = z.output<typeof schema>;

/**
 * Batch normalisation per channel (Ioffe and Szegedy, ICML 2015): y = scale·(x − mean) / √(variance + epsilon) + shift, with mean and (biased)
 * variance over all images and positions of the whole mini-batch, whatever the slices.
 *
 * Evaluation uses running statistics. They take over the first mini-batch's values and move from there; the running variance is the
 * biased one, as in MatConvNet and Keras.
 */
export const batchNormalization: LayerKind<BatchNormalizationConfig> = {
  kind: 'batch-normalization',
  schema,

  plan(config, input): LayerPlan {
    const { channels } = input;
    const common = {
      size: channels,
      fanIn: 1,
      fanOut: 1,
      learningRate: config.learningRate,
      weightDecay: config.weightDecay,
      gradient: 'whole' as const,
    };
    return {
      output: input,
      parameters: [
        { name: 'scale', initializer: { kind: 'constant', value: 1 }, ...common },
        { name: 'shift', initializer: { kind: 'zero' }, ...common },
      ],
      state: [
        { name: 'runningMean', size: channels, initial: 0 },
        { name: 'runningVariance', size: channels, initial: 1 },
      ],
      shared: {
        mean: { floats: channels },
        inverseDeviation: { floats: channels },
        // The coefficients of the pass at hand: y = x·a + d forward, dx = dy·a + x·b + d backward.
        a: { floats: channels },
        b: { floats: channels },
        d: { floats: channels },
        // Each slice's own sums: means and squared deviations forward, sums and products of gradients backward.
        sliceFirst: { floats: channels, perSlice: true },
        sliceSecond: { floats: channels, perSlice: true },
      },
      inPlace: false,
      backwardReads: { input: true, output: false },
      multiplyAddsPerImage: 0,
    };
  },

  bind(config, site): BoundLayer {
    site.scratch.book(site.kernels.channelScratchFloats(site.input.shape.channels));
    return site.training
      ? { prepare: [], forward: trainForward(config, site), backward: trainBackward(site) }
      : { prepare: [], forward: evaluateForward(config, site), backward: [] };
  },
};

function trainForward(config: BatchNormalizationConfig, site: LayerSite): Pass[] {
  const { input, output, kernels, scratch, batch } = site;
  const { channels } = input.shape;
  const positions = input.shape.height * input.shape.width;
  const scale = site.parameters.scale!.value;
  const shift = site.parameters.shift!.value;
  const { mean, inverseDeviation, a, d, sliceFirst, sliceSecond } = site.shared as Record<
    string,
    Float32Array
  >;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  const means = cutPerSlice(sliceFirst!, channels, batch.slices);
  const squares = cutPerSlice(sliceSecond!, channels, batch.slices);
  return [
    overSlices(({ index, first, count }) =>
      kernels.channelMoments(
        channels,
        input.value,
        means[index]!,
        squares[index]!,
        scratch.floats,
        first * positions,
        count * positions,
      ),
    ),
    overChannels(channels, (c) => {
      const { size, slices } = batch;
      let sum = 0;
      for (let s = 0; s < slices; s++) sum += means[s]![c]! * countImages(s, batch);
      const batchMean = sum / size;
      // Chan, Golub and LeVeque's rule: the squares about the common mean, from those about each slice's own.
      let total = 0;
      for (let s = 0; s < slices; s++) {
        const apart = means[s]![c]! - batchMean;
        total += squares[s]![c]! + apart * apart * countImages(s, batch) * positions;
      }
      const variance = total / (size * positions);
      const inverse = 1 / Math.sqrt(variance + config.epsilon);
      mean![c] = batchMean;
      inverseDeviation![c] = inverse;
      a![c] = scale[c]! * inverse;
      d![c] = shift[c]! - batchMean * scale[c]! * inverse;
      const move = batch.step === 0 ? 1 : config.momentum;
      runningMean![c] = runningMean![c]! + move * (batchMean - runningMean![c]!);
      runningVariance![c] = runningVariance![c]! + move * (variance - runningVariance![c]!);
    }),
    overSlices(({ first, count }) =>
      kernels.scaleChannels(
        channels,
        input.value,
        a!,
        d!,
        output.value,
        scratch.floats,
        first * positions,
        count * positions,
      ),
    ),
  ];
}

/**
 * With xh = (x − mean)·r and r the inverse deviation: dx = scale·r·(dy − mean(dy) − xh·mean(dy·xh)); dscale = sum dy·xh; dshift = sum
 * dy.
 */
function trainBackward(site: LayerSite): Pass[] {
  const { input, output, kernels, scratch, batch } = site;
  const { channels } = input.shape;
  const positions = input.shape.height * input.shape.width;
  const scale = site.parameters.scale!;
  const shift = site.parameters.shift!;
  const { mean, inverseDeviation, a, b, d, sliceFirst, sliceSecond } = site.shared as Record<
    string,
    Float32Array
  >;
  const sums = cutPerSlice(sliceFirst!, channels, batch.slices);
  const products = cutPerSlice(sliceSecond!, channels, batch.slices);
  const passes: Pass[] = [
    overSlices(({ index, first, count }) =>
      kernels.channelGradientSums(
        channels,
        input.value,
        output.gradient,
        mean!,
        sums[index]!,
        products[index]!,
        scratch.floats,
        first * positions,
        count * positions,
      ),
    ),
    overChannels(channels, (c) => {
      let sum = 0;
      let product = 0;
      for (let s = 0; s < batch.slices; s++) {
        sum += sums[s]![c]!;
        product += products[s]![c]!;
      }
      const inverse = inverseDeviation![c]!;
      const n = batch.size * positions;
      const gain = scale.value[c]! * inverse;
      const slope = (-gain * inverse * inverse * product) / n;
      a![c] = gain;
      b![c] = slope;
      d![c] = (-gain * sum) / n - slope * mean![c]!;
      scale.gradient[0]![c] = product * inverse;
      shift.gradient[0]![c] = sum;
    }),
  ];
  if (site.needsInputGradient) {
    passes.push(
      overSlices(({ first, count }) =>
        kernels.combineChannels(
          channels,
          input.value,
          output.gradient,
          a!,
          b!,
          d!,
          input.gradient,
          scratch.floats,
          first * positions,
          count * positions,
        ),
      ),
    );
  }
  return passes;
}

function evaluateForward(config: BatchNormalizationConfig, site: LayerSite): Pass[] {
  const { input, output, kernels, scratch } = site;
  const { channels } = input.shape;
  const positions = input.shape.height * input.shape.width;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  // Workers evaluate apart from each other, so the coefficients are their own.
  const a = new Float32Array(channels);
  const d = new Float32Array(channels);
  return [
    overSlices(({ first, count }) => {
      for (let c = 0; c < channels; c++) {
        const gain = site.parameters.scale!.value[c]! / Math.sqrt(runningVariance![c]! + config.epsilon);
        a[c] = gain;
        d[c] = site.parameters.shift!.value[c]! - runningMean![c]! * gain;
      }
      kernels.scaleChannels(
        channels,
        input.value,
        a,
        d,
        output.value,
        scratch.floats,
        first * positions,
        count * positions,
      );
    }),
  ];
}

/** A pass that waits, and calls `combine` for every channel. */
function overChannels(channels: number, combine: (channel: number) => void): Pass {
  return {
    over: 'blocks',
    waits: true,
    blocks: Math.ceil(channels / CHANNELS_PER_BLOCK),
    run(first, count) {
      const last = Math.min(channels, (first + count) * CHANNELS_PER_BLOCK);
      for (let c = first * CHANNELS_PER_BLOCK; c < last; c++) combine(c);
    },
  };
}

function cutPerSlice(floats: Float32Array, size: number, slices: number): Float32Array[] {
  return Array.from({ length: slices }, (_, s) => floats.subarray(s * size, (s + 1) * size));
}
