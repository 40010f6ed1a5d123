import { z } from 'zod';
import { sizeOf } from '../../core/shape.js';
import { makeGeometry } from '../../kernels/geometry.js';
import type { BoundLayer, LayerKindOf, LayerPlan, LayerSite } from '../layer.js';
import { overSlices, type Pass, passUntil } from '../pass.js';
import { SAME_PADDING, WINDOW_FIELDS } from '../pattern-word.js';
import { describeWindow, paddingSchema, pairSchema, resolvePadding, slideWindow } from '../window.js';
import { convolutionSchema } from './convolution.js';
import { learningFields } from './learning-fields.js';

const schema = z
  .strictObject({
    kind: z.literal('locally-connected'),
    name: z.string().optional(),
    kernel: pairSchema,
    /** Output channels. */
    filters: convolutionSchema.in.shape.filters,
    stride: pairSchema.prefault(1),
    padding: paddingSchema.prefault(0),
    /** Of them one bias for each position and filter. */
    ...learningFields,
  })
  .transform((config) => ({ ...config, padding: resolvePadding(config.padding, config) }));

type LocallyConnectedConfig = z.output<typeof schema>;

/**
 * A convolution whose weights are not shared: every output position has a kernel and a bias of its own (the notes, 2.1). Each position's output is
 * that of a convolution with its kernel.
 *
 * Input n×h×w×c, kernel h'×w'×H×W×c×filters, output n×h'×w'×filters.
 */
export const locallyConnected: LayerKindOf<typeof schema> = {
  kind: 'locally-connected',
  schema,
  role: 'weighted',
  pattern: {
    word: 'LOCAL',
    usage:
      'LOCAL(kernel,filters), with s for the stride, p for padding or same: LOCAL(3,20), LOCAL(5x3,20,s2,p1)',
    places: [WINDOW_FIELDS.kernel, { name: 'filters', lengths: [1], least: 1 }],
    required: 2,
    letters: { s: WINDOW_FIELDS.stride, p: WINDOW_FIELDS.padding },
    names: SAME_PADDING,
  },
  channelFields: { output: 'filters' },

  plan(config, input, where): LayerPlan {
    const { kernel, stride, filters } = config;
    const output = { ...slideWindow(config, input, where), channels: filters };
    const rows = kernel[0] * kernel[1] * input.channels;
    const positions = output.height * output.width;
    const fan = { fanIn: rows, fanOut: kernel[0] * kernel[1] * filters };
    const weights = {
      name: 'kernel',
      size: positions * rows * filters,
      shape: [output.height, output.width, ...kernel, input.channels, filters],
      initializer: config.initializer,
      ...fan,
      learningRateFactor: config.kernelLearningRate,
      weightDecayFactor: config.kernelWeightDecay,
      epochs: config.kernelEpochs,
      fallEpochs: config.kernelFallEpochs,
      gradient: 'whole' as const,
    };
    const shift = {
      name: 'bias',
      size: positions * filters,
      shape: [output.height, output.width, filters],
      initializer: config.biasInitializer,
      ...fan,
      learningRateFactor: config.biasLearningRate,
      weightDecayFactor: config.biasWeightDecay,
      epochs: config.biasEpochs,
      fallEpochs: config.biasFallEpochs,
      gradient: 'parts' as const,
    };
    return {
      output,
      parameters: config.bias ? [weights, shift] : [weights],
      state: [],
      shared: {},
      inPlace: false,
      backwardReads: { input: true, output: false },
      multiplyAddsPerImage: weights.size,
      window: { kernel, stride },
    };
  },

  describe: (config) => `${config.filters}; ${describeWindow(config)}`,
  bind: bindLocallyConnected,
};

/** Y and dX image by image, dF position by position over the whole mini-batch. */
function bindLocallyConnected(config: LocallyConnectedConfig, site: LayerSite): BoundLayer {
  const { kernels, batch, input, output, parameters } = site;
  const { kernel, bias } = parameters;
  const g = makeGeometry(input.shape, config, output.shape);
  const x = input.value;
  const dy = output.gradient;
  const f = kernel!.value;
  const compute = kernels.bindLocalForward({ g, x, f, bias: bias?.value ?? null, y: output.value });
  const forward = [overSlices(({ first, count }) => compute(first, count), { products: 1 })];
  if (!site.training) return { prepare: [], forward, backward: [] };

  const backward: Pass[] = [];
  if (bias) {
    // Every number of an image's output has a bias of its own.
    const sumImages = bias.gradient.map((sums) =>
      kernels.bindSumRows({ channels: sizeOf(output.shape), x: dy, sums }),
    );
    const biasGradient = overSlices(({ index, first, count }) => sumImages[index]!(first, count), {
      name: 'bias gradient',
    });
    backward.push(...passUntil(bias.learningEpochs, batch, biasGradient));
  }
  const correlate = kernels.bindLocalKernelGradient({ g, x, dy, df: kernel!.gradient[0]! });
  const kernelGradient: Pass = {
    name: 'kernel gradient',
    products: 1,
    over: 'blocks',
    waits: true,
    aside: true,
    blocks: g.outputHeight * g.outputWidth,
    run: (first, count) => correlate(batch.size, first, count),
  };
  backward.push(...passUntil(kernel!.learningEpochs, batch, kernelGradient));
  if (site.needsInputGradient) {
    const spread = kernels.bindLocalInputGradient({ g, dy, f, dx: input.gradient });
    const inputGradient = overSlices(({ first, count }) => spread(first, count), { products: 1 });
    backward.push(...passUntil(site.inputLearningEpochs, batch, inputGradient));
  }
  return { prepare: [], forward, backward };
}
