import { z } from 'zod';
import type { BoundLayer, LayerKind, LayerPlan, LayerSite } from '../layer.js';
import type { ParameterPlan } from '../parameter.js';
import { countParts, overParts, partAt, widthOf } from '../parts.js';
import type { Pass } from '../pass.js';
import { allocateLike } from '../scratch.js';

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
    const { height, width: columns, channels } = input;
    const width = widthOf(input, layout);
    const common = { size: channels, fanIn: 1, fanOut: 1, gradient: 'whole' as const };
    const scale: ParameterPlan = {
      name: 'scale',
      initializer: { kind: 'constant', value: 1 },
      learningRateFactor: config.scaleLearningRate ?? config.learningRate,
      weightDecayFactor: config.scaleWeightDecay ?? config.weightDecay,
      epochs: config.scaleEpochs,
      ...common,
    };
    const shift: ParameterPlan = {
      name: 'shift',
      initializer: { kind: 'zero' },
      learningRateFactor: config.shiftLearningRate ?? config.learningRate,
      weightDecayFactor: config.shiftWeightDecay ?? config.weightDecay,
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
      // Each part's own sums. Not the same memory for both ways: a worker may sum gradients while another has not begun to normalise.
      shared: {
        means: { floats: width, perPart: true, onlyInTraining: true },
        squares: { floats: width, perPart: true, onlyInTraining: true },
        gradientSums: { floats: width, perPart: true, onlyInTraining: true },
        gradientProducts: { floats: width, perPart: true, onlyInTraining: true },
      },
      inPlace: false,
      backwardReads: { input: true, output: false },
      multiplyAddsPerImage: 0,
      valuesPerStatistic: height * columns,
    };
  },

  suitsLanes: () => true,

  bind(config, site): BoundLayer {
    site.scratch.book(site.kernels.channelScratchFloats(widthOf(site.input.shape, site.layout)));
    return site.training ? bindTraining(config, site) : bindEvaluation(config, site);
  },
};

/** Two sums of each part, and which rows and images of the mini-batch they are of. */
class PartSums {
  readonly #site: LayerSite;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  readonly #lanes: number;
  /** Where each part leaves its sums. */
  readonly of: readonly (readonly [first: Float32Array, second: Float32Array])[];
  readonly #cuts: Int32Array;
  #cutImages = 0;

  constructor(site: LayerSite, first: string, second: string) {
    const width = widthOf(site.input.shape, site.layout);
    this.#site = site;
    this.#first = site.shared[first]!;
    this.#second = site.shared[second]!;
    this.#lanes = width / site.input.shape.channels;
    this.of = Array.from({ length: this.#first.length / width }, (_, part) => {
      const [begin, end] = [part * width, (part + 1) * width];
      return [this.#first.subarray(begin, end), this.#second.subarray(begin, end)] as const;
    });
    this.#cuts = new Int32Array(2 * this.of.length);
  }

  /** All of them, as the kernels that combine them take them: channels, lanes, parts, cuts, first and second. */
  get all(): [number, number, number, Int32Array, Float32Array, Float32Array] {
    const { input, layout, batch } = this.#site;
    const parts = countParts(layout, batch);
    if (this.#cutImages !== batch.size) {
      for (let i = 0; i < parts; i++) {
        const { rows, imagesPerRow } = partAt(i, input.shape, layout, batch);
        this.#cuts.set([rows, imagesPerRow], 2 * i);
      }
      this.#cutImages = batch.size;
    }
    return [input.shape.channels, this.#lanes, parts, this.#cuts, this.#first, this.#second];
  }
}

function bindTraining(config: BatchNormalizationConfig, site: LayerSite): BoundLayer {
  const { input, output, kernels, scratch, batch, layout } = site;
  const { channels } = input.shape;
  const width = widthOf(input.shape, layout);
  const { scale, shift } = site.parameters;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  const moments = new PartSums(site, 'means', 'squares');
  const sums = new PartSums(site, 'gradientSums', 'gradientProducts');
  // Every worker computes all of these for itself, which takes less time than a barrier: of the mini-batch, and then the coefficients
  // of the pass at hand, repeated for each lane.
  const allocate = (length: number) => allocateLike(input.value, length);
  const statistics = allocate(3 * channels);
  const [mean, a, b, d] = [allocate(width), allocate(width), allocate(width), allocate(width)];
  const [dScale, dShift] = [allocate(channels), allocate(channels)];

  const sumMoments = overParts(
    input.shape,
    layout,
    ({ index, firstRow, rows }) =>
      kernels.channelMoments(width, input.value, ...moments.of[index]!, scratch.floats, firstRow, rows),
    { name: 'moments' },
  );
  const forward: Pass = {
    ...overParts(input.shape, layout, ({ firstRow, rows }) =>
      kernels.scaleChannels(width, input.value, a, d, output.value, scratch.floats, firstRow, rows),
    ),
    waits: true,
    begin(worker) {
      kernels.normalizationCoefficients(
        ...moments.all,
        scale?.value ?? null,
        shift?.value ?? null,
        config.epsilon,
        statistics,
        mean,
        a,
        d,
      );
      if (worker > 0) return;
      const move = batch.step === 0 ? 1 : config.momentum;
      for (let c = 0; c < channels; c++) {
        runningMean![c] = runningMean![c]! + move * (statistics[c]! - runningMean![c]!);
        runningVariance![c] =
          runningVariance![c]! + move * (statistics[channels + c]! - runningVariance![c]!);
      }
    },
  };

  // With xh = (x − mean)·r and r the inverse deviation: dx = scale·r·(dy − mean(dy) − xh·mean(dy·xh)); dscale = sum dy·xh; dshift = sum dy.
  const sumGradients = overParts(
    input.shape,
    layout,
    ({ index, firstRow, rows }) =>
      kernels.channelGradientSums(
        width,
        input.value,
        output.gradient,
        mean,
        ...sums.of[index]!,
        scratch.floats,
        firstRow,
        rows,
      ),
    { name: 'gradient sums' },
  );
  const begin = (worker: number): void => {
    kernels.normalizationGradientCoefficients(
      ...sums.all,
      scale?.value ?? null,
      statistics,
      a,
      b,
      d,
      dScale,
      dShift,
    );
    if (worker > 0) return;
    scale?.gradient[0]?.set(dScale);
    shift?.gradient[0]?.set(dShift);
  };
  const inputGradient = overParts(input.shape, layout, ({ firstRow, rows, imagesPerRow }) => {
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
    if (imagesPerRow < width / channels) {
      kernels.clearLanes(input.gradient, imagesPerRow, firstRow * channels, rows * channels);
    }
  });
  return {
    prepare: [],
    forward: [sumMoments, forward],
    backward: [
      sumGradients,
      site.needsInputGradient
        ? { ...inputGradient, waits: true, begin }
        : { name: 'parameter gradients', over: 'blocks', waits: true, begin, blocks: 0, run() {} },
    ],
  };
}

function bindEvaluation(config: BatchNormalizationConfig, site: LayerSite): BoundLayer {
  const { input, output, kernels, scratch, layout } = site;
  const { channels } = input.shape;
  const width = widthOf(input.shape, layout);
  const lanes = width / channels;
  const scale = site.parameters.scale?.value;
  const shift = site.parameters.shift?.value;
  const { runningMean, runningVariance } = site.state as Record<string, Float32Array>;
  const a = new Float32Array(width);
  const d = new Float32Array(width);
  const forward: Pass = {
    ...overParts(input.shape, layout, ({ firstRow, rows }) =>
      kernels.scaleChannels(width, input.value, a, d, output.value, scratch.floats, firstRow, rows),
    ),
    begin() {
      for (let c = 0; c < channels; c++) {
        const gain = (scale?.[c] ?? 1) / Math.sqrt(runningVariance![c]! + config.epsilon);
        a.fill(gain, c * lanes, (c + 1) * lanes);
        d.fill((shift?.[c] ?? 0) - runningMean![c]! * gain, c * lanes, (c + 1) * lanes);
      }
    },
  };
  return { prepare: [], forward: [forward], backward: [] };
}
