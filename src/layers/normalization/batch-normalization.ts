import { z } from 'zod';
import { allocateLike, allocateWords } from '../../kernels/memory.js';
import type { BoundLayer, LayerConfig, LayerKind, LayerPlan, LayerSite } from '../layer.js';
import { countParts, overParts, partAt, widthOf } from '../parts.js';
import type { Pass } from '../pass.js';
import { singleNumber } from '../single-number.js';
import { slideWindow } from '../window.js';
import { affineFields, planAffine, resolveAffine } from './affine.js';
import { wholeMaps } from './maps.js';
import { POOLED_WINDOW, pooledMaps } from './pooled-maps.js';
import { bindShardStatistics, type CombinedSums, planShardStatistics } from './shard-statistics.js';

const schema = z
  .strictObject({
    kind: z.literal('batch-normalization'),
    name: z.string().optional(),
    /** Added to the variance. */
    epsilon: singleNumber.nonnegative().default(1e-5),
    /**
     * How far running statistics move to a mini-batch's own: running += momentum·(own − running), as PyTorch has it. Keras and Ioffe's paper
     * write 1 − momentum.
     */
    momentum: z.number().min(0).max(1).default(0.1),
    ...affineFields,
  })
  .transform(resolveAffine);

export interface BatchNormalizationConfig
  extends LayerConfig,
    Omit<z.output<typeof schema>, 'kind' | 'name'> {
  /** Whether it computes the ReLU that follows: see fuseRectifiers. Never in a spec. */
  readonly rectified?: boolean;
  /** Whether it computes the max pooling that follows, behind that ReLU: see fusePooling. Never in a spec. */
  readonly pooled?: boolean;
}

/**
 * Batch normalisation per channel (Ioffe and Szegedy, ICML 2015): y = scale·(x − mean) / √(variance + epsilon) + shift, with mean and (biased)
 * variance over all images and positions of the whole mini-batch, whatever the slices.
 *
 * Evaluation uses running statistics. They take over the first mini-batch's values and move from there; the running variance is the
 * biased one, as in MatConvNet and Keras.
 */
export const batchNormalization: LayerKind<BatchNormalizationConfig, z.input<typeof schema>> = {
  kind: 'batch-normalization',
  schema,
  role: 'normalization',
  pattern: { word: 'BN' },

  plan(config, input, where, layout): LayerPlan {
    const { height, width: columns, channels } = input;
    const width = widthOf(input, layout);
    const { pooled = false } = config;
    return {
      output: pooled ? { ...slideWindow(POOLED_WINDOW, input, where), channels } : input,
      parameters: planAffine(config, { size: channels, gradient: 'whole' }),
      state: [
        { name: 'runningMean', size: channels, initial: 0 },
        { name: 'runningVariance', size: channels, initial: 1 },
      ],
      // Each part's own sums. Not the same memory for both ways: a worker may sum gradients while another has not begun to normalise.
      shared: {
        means: { floats: width, perPart: true, onlyInTraining: true },
        squares: { floats: width, perPart: true, onlyInTraining: true },
        gradientSums: { floats: width, perPart: true, onlyInTraining: true },
        gradientProducts: { floats: width, perPart: true, onlyInTraining: true },
        ...planShardStatistics(channels),
      },
      inPlace: pooled ? false : 'in evaluation',
      backwardReads: { input: true, output: pooled },
      ...(pooled && { window: POOLED_WINDOW }),
      multiplyAddsPerImage: 0,
      valuesPerStatistic: height * columns,
    };
  },

  suitsLanes: () => true,

  bind(config, site): BoundLayer {
    return site.training ? bindTraining(config, site) : bindEvaluation(config, site);
  },
};

/** Two sums of each part, and which rows and images of the mini-batch they are of. */
class PartSums implements CombinedSums {
  readonly #site: LayerSite;
  readonly #cuts: Int32Array;
  #cutImages = 0;
  /** Where each part leaves its sums. */
  readonly of: readonly (readonly [first: Float32Array, second: Float32Array])[];
  readonly layout: CombinedSums['layout'];

  constructor(
    site: LayerSite,
    readonly first: Float32Array,
    readonly second: Float32Array,
  ) {
    const width = widthOf(site.input.shape, site.layout);
    const { channels } = site.input.shape;
    this.#site = site;
    this.of = Array.from({ length: first.length / width }, (_, part) => {
      const [begin, end] = [part * width, (part + 1) * width];
      return [first.subarray(begin, end), second.subarray(begin, end)] as const;
    });
    this.#cuts = allocateWords(2 * this.of.length);
    this.layout = { channels, columnsPerChannel: width / channels, cuts: this.#cuts };
  }

  countParts(): number {
    const { input, layout, batch } = this.#site;
    const parts = countParts(layout, batch);
    if (this.#cutImages !== batch.size) {
      for (let i = 0; i < parts; i++) {
        const { rows, imagesPerRow } = partAt(i, input.shape, layout, batch);
        this.#cuts.set([rows, imagesPerRow], 2 * i);
      }
      this.#cutImages = batch.size;
    }
    return parts;
  }
}

function bindTraining(config: BatchNormalizationConfig, site: LayerSite): BoundLayer {
  const { input, kernels, batch, layout } = site;
  const { rectified = false, pooled = false } = config;
  const maps = pooled ? pooledMaps : wholeMaps;
  const { channels } = input.shape;
  const width = widthOf(input.shape, layout);
  const { scale, shift } = site.parameters;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  const { means, squares, gradientSums, gradientProducts } = site.shared as Record<string, Float32Array>;
  const parts = {
    moments: new PartSums(site, means!, squares!),
    sums: new PartSums(site, gradientSums!, gradientProducts!),
  };
  // Every worker computes all of these for itself, which takes less time than a barrier: of the mini-batch, and then the coefficients
  // of the pass at hand, repeated in each column of a channel.
  const allocate = (length: number) => allocateLike(input.value, length);
  const statistics = allocate(3 * channels);
  const [mean, a, b, d] = [allocate(width), allocate(width), allocate(width), allocate(width)];
  // Forward's, by which backward sees what a ReLU has let through, and which numbers were greatest.
  const [gain, offset] = rectified || pooled ? [allocate(width), allocate(width)] : [a, d];
  const [dScale, dShift] = [allocate(channels), allocate(channels)];
  const leaveGradients = (dScale: Float32Array, dShift: Float32Array) => {
    scale?.gradient[0]?.set(dScale);
    shift?.gradient[0]?.set(dShift);
  };
  const joined =
    site.shard &&
    bindShardStatistics(site, site.shard, parts, (sums, products) => {
      needStatistics();
      leaveGradients(
        products.map((product, c) => product * statistics[2 * channels + c]!),
        sums,
      );
    });
  const { moments, sums } = joined ?? parts;
  /** What is joined over shards is one coefficient a channel. */
  const spread = (...coefficients: Float32Array[]) => {
    if (joined) for (const one of coefficients) repeatInColumns(one, width / channels);
  };
  const findCoefficients = kernels.bindNormalizationCoefficients({
    ...moments.layout,
    means: moments.first,
    squares: moments.second,
    scale: scale?.value ?? null,
    shift: shift?.value ?? null,
    epsilon: config.epsilon,
    statistics,
    mean,
    a: gain,
    d: offset,
  });
  const findGradientCoefficients = kernels.bindNormalizationGradientCoefficients({
    ...sums.layout,
    sums: sums.first,
    products: sums.second,
    scale: scale?.value ?? null,
    statistics,
    a,
    b,
    d,
    dScale,
    dShift,
  });
  /** The step that this worker has found its statistics for: it may not have been there when others normalised. */
  let found = -1;
  const findStatistics = () => {
    findCoefficients(moments.countParts());
    spread(mean, gain, offset);
    found = batch.step;
  };
  const needStatistics = () => {
    if (found !== batch.step) findStatistics();
  };
  const findGradients = () => {
    needStatistics();
    findGradientCoefficients(sums.countParts());
    spread(a, b, d);
  };

  const x = input.value;
  const computeMoments = parts.moments.of.map(([mean, squares]) =>
    kernels.bindChannelMoments({ channels: width, x, mean, squares }),
  );
  const sumMoments = overParts(
    input.shape,
    layout,
    ({ index, firstRow, rows }) => computeMoments[index]!(firstRow, rows),
    { name: 'moments' },
  );
  const forward: Pass = {
    ...maps.bindForward(site, rectified, { gain, offset }),
    waits: true,
    begin: findStatistics,
  };
  const moveStatistics = onceBehind('running statistics', () => {
    if (site.shard?.movesState === false) return;
    needStatistics();
    const move = batch.step === 0 ? 1 : config.momentum;
    for (let c = 0; c < channels; c++) {
      runningMean![c] = runningMean![c]! + move * (statistics[c]! - runningMean![c]!);
      runningVariance![c] = runningVariance![c]! + move * (statistics[channels + c]! - runningVariance![c]!);
    }
  });

  // With xh = (x − mean)·r and r the inverse deviation: dx = scale·r·(dy − mean(dy) − xh·mean(dy·xh)); dscale = sum dy·xh; dshift = sum dy.
  const sumGradients: Pass = {
    ...overParts(input.shape, layout, maps.bindSums(site, rectified, { mean, gain, offset }, parts.sums.of), {
      name: 'gradient sums',
    }),
    waits: !maps.isApart(site),
    begin: needStatistics,
  };
  const combine = maps.bindCombine(site, rectified, { gain, offset, a, b, d });
  const clear = kernels.bindClearLanes({ x: input.gradient });
  const inputGradient: Pass = {
    ...overParts(input.shape, layout, (part) => {
      combine(part);
      // Where there is no image, x·b + d is not zero, and a gradient must be.
      const { firstRow, rows, imagesPerRow } = part;
      if (imagesPerRow < width / channels) clear(imagesPerRow, firstRow * channels, rows * channels);
    }),
    waits: true,
    begin: findGradients,
  };
  const backward: Pass[] = [sumGradients];
  if (joined) {
    const { joinSums } = joined;
    backward.push(site.needsInputGradient ? joinSums : { ...joinSums, gathers: [] });
  } else if (scale || shift) {
    const leave = onceBehind('parameter gradients', () => leaveGradients(dScale, dShift));
    backward.push(site.needsInputGradient ? leave : { ...leave, begin: findGradients });
  }
  // In one phase with the parameters', if there are both.
  if (site.needsInputGradient) backward.push(inputGradient);
  return {
    prepare: [],
    forward: [sumMoments, ...(joined ? [joined.joinMoments] : []), forward, moveStatistics],
    backward,
  };
}

/** Repeats numbers, one a channel, in all columns of their channels, in place. */
function repeatInColumns(numbers: Float32Array, columns: number): void {
  for (let c = numbers.length / columns - 1; c >= 0; c--) {
    numbers.fill(numbers[c]!, c * columns, (c + 1) * columns);
  }
}

/** One task behind a barrier, which nothing waits for but the update. */
function onceBehind(name: string, run: () => void): Pass {
  return { name, over: 'blocks', waits: true, aside: true, varies: true, blocks: 1, run };
}

function bindEvaluation(config: BatchNormalizationConfig, site: LayerSite): BoundLayer {
  const { input, layout } = site;
  const { channels } = input.shape;
  const width = widthOf(input.shape, layout);
  const columnsPerChannel = width / channels;
  const scale = site.parameters.scale?.value;
  const shift = site.parameters.shift?.value;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  const a = allocateLike(input.value, width);
  const d = allocateLike(input.value, width);
  const maps = config.pooled ? pooledMaps : wholeMaps;
  const forward: Pass = {
    ...maps.bindForward(site, config.rectified === true, { gain: a, offset: d }),
    begin() {
      for (let c = 0; c < channels; c++) {
        const gain = (scale?.[c] ?? 1) / Math.sqrt(runningVariance![c]! + config.epsilon);
        a.fill(gain, c * columnsPerChannel, (c + 1) * columnsPerChannel);
        d.fill(
          (shift?.[c] ?? 0) - runningMean![c]! * gain,
          c * columnsPerChannel,
          (c + 1) * columnsPerChannel,
        );
      }
    },
  };
  return { prepare: [], forward: [forward], backward: [] };
}
