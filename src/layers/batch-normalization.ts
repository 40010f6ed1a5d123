import { z } from 'zod';
import type { BoundLayer, LayerKind, LayerPlan, LayerSite, ParameterPlan, Pass, PassLabel } from './layer.js';
import { countParts, overParts, type Part, partAt, widthOf } from './parts.js';

/** Channels whose statistics one task combines. */
const CHANNELS_PER_BLOCK = 16;

const factor = z.number().nonnegative();
const epochs = z.int().min(1).optional();

const schema = z
  .strictObject({
    kind: z.literal('batch-normalization'),
    name: z.string().optional(),
    /** Added to the variance. */
    epsilon: z.number().nonnegative().default(1e-5),
    /**
     * How far running statistics move to a mini-batch's own: running += momentum·(own − running), as PyTorch has it. Keras and Ioffe's paper
     * write 1 − momentum.
     */
    momentum: z.number().min(0).max(1).default(0.1),
    /** Whether there is a scale, and a shift; without one it is as if it stayed 1, or 0. */
    scale: z.boolean().optional(),
    shift: z.boolean().optional(),
    /** Factors on the run's learning rate and weight decay, of both and of each by itself. */
    learningRate: factor.default(1),
    weightDecay: factor.default(1),
    scaleLearningRate: factor.optional(),
    scaleWeightDecay: factor.optional(),
    shiftLearningRate: factor.optional(),
    shiftWeightDecay: factor.optional(),
    /** Epochs for which each is trained; then it stays as it is. */
    scaleEpochs: epochs,
    shiftEpochs: epochs,
  })
  .transform(({ scale, shift, ...config }) => ({
    ...config,
    // A spec that says what is so anyway is the same run.
    ...(scale === false ? { scale } : {}),
    ...(shift === false ? { shift } : {}),
  }));

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

  plan(config, input, _where, layout): LayerPlan {
    const { channels } = input;
    const width = widthOf(input, layout);
    const common = { size: channels, fanIn: 1, fanOut: 1, gradient: 'whole' as const };
    const scale: ParameterPlan = {
      name: 'scale',
      initializer: { kind: 'constant', value: 1 },
      learningRate: config.scaleLearningRate ?? config.learningRate,
      weightDecay: config.scaleWeightDecay ?? config.weightDecay,
      epochs: config.scaleEpochs,
      ...common,
    };
    const shift: ParameterPlan = {
      name: 'shift',
      initializer: { kind: 'zero' },
      learningRate: config.shiftLearningRate ?? config.learningRate,
      weightDecay: config.shiftWeightDecay ?? config.weightDecay,
      epochs: config.shiftEpochs,
      ...common,
    };
    return {
      output: input,
      parameters: [...(config.scale === false ? [] : [scale]), ...(config.shift === false ? [] : [shift])],
      state: [
        { name: 'runningMean', size: channels, initial: 0 },
        { name: 'runningVariance', size: channels, initial: 1 },
      ],
      shared: {
        // Of the mini-batch, repeated for each lane.
        mean: { floats: width },
        inverseDeviation: { floats: channels },
        // The coefficients of the pass at hand: y = x·a + d forward, dx = dy·a + x·b + d backward; repeated for each lane.
        a: { floats: width },
        b: { floats: width },
        d: { floats: width },
        // Each part's own sums: means and squared deviations forward, sums and products of gradients backward.
        first: { floats: width, perPart: true },
        second: { floats: width, perPart: true },
      },
      inPlace: false,
      backwardReads: { input: true, output: false },
      multiplyAddsPerImage: 0,
    };
  },

  suitsLanes: () => true,

  bind(config, site): BoundLayer {
    site.scratch.book(site.kernels.channelScratchFloats(widthOf(site.input.shape, site.layout)));
    return site.training
      ? { prepare: [], forward: trainForward(config, site), backward: trainBackward(site) }
      : { prepare: [], forward: evaluateForward(config, site), backward: [] };
  },
};

/** The layer's memory by name, and each part's piece of what is kept per part. */
function openMemory({ shared, input, layout }: LayerSite) {
  const { mean, inverseDeviation, a, b, d, first, second } = shared as Record<string, Float32Array>;
  const width = widthOf(input.shape, layout);
  const cut = (floats: Float32Array) =>
    Array.from({ length: floats.length / width }, (_, i) => floats.subarray(i * width, (i + 1) * width));
  return {
    mean: mean!,
    inverseDeviation: inverseDeviation!,
    a: a!,
    b: b!,
    d: d!,
    first: cut(first!),
    second: cut(second!),
  };
}

/** The mini-batch's parts that hold anything. */
function listParts({ input, layout, batch }: LayerSite): Part[] {
  const parts = Array.from({ length: countParts(layout, batch) }, (_, i) =>
    partAt(i, input.shape, layout, batch),
  );
  return parts.filter(({ rows }) => rows > 0);
}

function trainForward(config: BatchNormalizationConfig, site: LayerSite): Pass[] {
  const { input, output, kernels, scratch, batch, layout } = site;
  const { channels, height, width: columns } = input.shape;
  const width = widthOf(input.shape, layout);
  const lanes = width / channels;
  const scale = site.parameters.scale?.value;
  const shift = site.parameters.shift?.value;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  const { mean, inverseDeviation, a, d, first: means, second: squares } = openMemory(site);

  const combine = (c: number, parts: readonly Part[]): void => {
    const count = batch.size * height * columns;
    let sum = 0;
    for (const part of parts) {
      const own = means[part.index]!;
      for (let i = c * lanes; i < c * lanes + part.lanes; i++) sum += own[i]! * part.rows;
    }
    const batchMean = sum / count;
    // Chan, Golub and LeVeque's rule: the squares about the common mean, from those about each part's own.
    let total = 0;
    for (const part of parts) {
      const own = means[part.index]!;
      const ownSquares = squares[part.index]!;
      for (let i = c * lanes; i < c * lanes + part.lanes; i++) {
        const apart = own[i]! - batchMean;
        total += ownSquares[i]! + apart * apart * part.rows;
      }
    }
    const variance = total / count;
    const inverse = 1 / Math.sqrt(variance + config.epsilon);
    const gain = (scale?.[c] ?? 1) * inverse;
    inverseDeviation[c] = inverse;
    mean.fill(batchMean, c * lanes, (c + 1) * lanes);
    a.fill(gain, c * lanes, (c + 1) * lanes);
    d.fill((shift?.[c] ?? 0) - batchMean * gain, c * lanes, (c + 1) * lanes);
    const move = batch.step === 0 ? 1 : config.momentum;
    runningMean![c] = runningMean![c]! + move * (batchMean - runningMean![c]!);
    runningVariance![c] = runningVariance![c]! + move * (variance - runningVariance![c]!);
  };

  return [
    overParts(
      input.shape,
      layout,
      ({ index, firstRow, rows }) =>
        kernels.channelMoments(
          width,
          input.value,
          means[index]!,
          squares[index]!,
          scratch.floats,
          firstRow,
          rows,
        ),
      { name: 'moments' },
    ),
    overChannels(site, combine, { name: 'statistics' }),
    overParts(input.shape, layout, ({ firstRow, rows }) =>
      kernels.scaleChannels(width, input.value, a, d, output.value, scratch.floats, firstRow, rows),
    ),
  ];
}

/**
 * With xh = (x − mean)·r and r the inverse deviation: dx = scale·r·(dy − mean(dy) − xh·mean(dy·xh)); dscale = sum dy·xh; dshift = sum
 * dy.
 */
function trainBackward(site: LayerSite): Pass[] {
  const { input, output, kernels, scratch, batch, layout } = site;
  const { channels, height, width: columns } = input.shape;
  const width = widthOf(input.shape, layout);
  const lanes = width / channels;
  const { scale, shift } = site.parameters;
  const { mean, inverseDeviation, a, b, d, first: sums, second: products } = openMemory(site);

  const combine = (c: number, parts: readonly Part[]): void => {
    const count = batch.size * height * columns;
    let sum = 0;
    let product = 0;
    for (const part of parts) {
      for (let i = c * lanes; i < c * lanes + part.lanes; i++) {
        sum += sums[part.index]![i]!;
        product += products[part.index]![i]!;
      }
    }
    const inverse = inverseDeviation[c]!;
    const gain = (scale?.value[c] ?? 1) * inverse;
    const slope = (-gain * inverse * inverse * product) / count;
    a.fill(gain, c * lanes, (c + 1) * lanes);
    b.fill(slope, c * lanes, (c + 1) * lanes);
    d.fill((-gain * sum) / count - slope * mean[c * lanes]!, c * lanes, (c + 1) * lanes);
    if (scale) scale.gradient[0]![c] = product * inverse;
    if (shift) shift.gradient[0]![c] = sum;
  };

  const passes: Pass[] = [
    overParts(
      input.shape,
      layout,
      ({ index, firstRow, rows }) =>
        kernels.channelGradientSums(
          width,
          input.value,
          output.gradient,
          mean,
          sums[index]!,
          products[index]!,
          scratch.floats,
          firstRow,
          rows,
        ),
      { name: 'gradient sums' },
    ),
    overChannels(site, combine, { name: 'gradient statistics' }),
  ];
  if (site.needsInputGradient) {
    passes.push(
      overParts(input.shape, layout, ({ firstRow, rows, lanes: images }) => {
        kernels.combineChannels(
          width,
          input.value,
          output.gradient,
          a,
          b,
          d,
          input.gradient,
          scratch.floats,
          firstRow,
          rows,
        );
        // Where there is no image, x·b + d is not zero, and a gradient must be.
        if (images < lanes) kernels.clearLanes(input.gradient, images, firstRow * channels, rows * channels);
      }),
    );
  }
  return passes;
}

function evaluateForward(config: BatchNormalizationConfig, site: LayerSite): Pass[] {
  const { input, output, kernels, scratch, layout } = site;
  const { channels } = input.shape;
  const width = widthOf(input.shape, layout);
  const lanes = width / channels;
  const scale = site.parameters.scale?.value;
  const shift = site.parameters.shift?.value;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  // Workers evaluate apart from each other, so the coefficients are their own.
  const a = new Float32Array(width);
  const d = new Float32Array(width);
  return [
    overParts(input.shape, layout, ({ firstRow, rows }) => {
      for (let c = 0; c < channels; c++) {
        const gain = (scale?.[c] ?? 1) / Math.sqrt(runningVariance![c]! + config.epsilon);
        a.fill(gain, c * lanes, (c + 1) * lanes);
        d.fill((shift?.[c] ?? 0) - runningMean![c]! * gain, c * lanes, (c + 1) * lanes);
      }
      kernels.scaleChannels(width, input.value, a, d, output.value, scratch.floats, firstRow, rows);
    }),
  ];
}

/** A pass that waits, and calls `combine` for every channel. */
function overChannels(
  site: LayerSite,
  combine: (channel: number, parts: readonly Part[]) => void,
  label: PassLabel,
): Pass {
  const { channels } = site.input.shape;
  return {
    ...label,
    over: 'blocks',
    waits: true,
    blocks: Math.ceil(channels / CHANNELS_PER_BLOCK),
    run(first, count) {
      const parts = listParts(site);
      const last = Math.min(channels, (first + count) * CHANNELS_PER_BLOCK);
      for (let c = first * CHANNELS_PER_BLOCK; c < last; c++) combine(c, parts);
    },
  };
}
