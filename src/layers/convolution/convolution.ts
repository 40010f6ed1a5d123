import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import type { Shape } from '../../core/shape.js';
import {
  coversInput,
  kernelColumns,
  kernelRows,
  makeGeometry,
  type WindowGeometry,
} from '../../kernels/geometry.js';
import { bindInBorder, borderFields, placeInBorder, planInBorder, resolveBorder } from '../border.js';
import { initializerSchema, kernelInitializerSchema } from '../initializer.js';
import type { BoundLayer, LayerKindOf, LayerPlan, LayerSite, Layout } from '../layer.js';
import { SAME_PADDING, WINDOW_FIELDS } from '../pattern-word.js';
import { describeWindow, paddingSchema, pairSchema, resolvePadding, slideWindow } from '../window.js';
import {
  checkConnections,
  connectionsSchema,
  countConnections,
  keepAbsentAtZero,
  listAbsentWeights,
} from './connections.js';
import { bindConvolutionDepthwise, countDepthwiseFloats, isDepthwise } from './convolution-depthwise.js';
import { bindConvolutionImages, countPackedFloats, cutsLargeKernel } from './convolution-images.js';
import { bindConvolutionLanes, sumsKernelGradient } from './convolution-lanes.js';
import { planWinogradMemory } from './convolution-winograd.js';

const factor = z.number().nonnegative().default(1);
/** Epochs for which a parameter is trained; then it stays as it is. */
const epochs = z.int().min(1).optional();

export const convolutionSchema = z
  .strictObject({
    kind: z.literal('convolution'),
    name: z.string().optional(),
    kernel: pairSchema,
    /** Output channels. */
    filters: z.int().min(1),
    stride: pairSchema.prefault(1),
    padding: paddingSchema.prefault(0),
    ...borderFields,
    /** From one of the kernel's elements to the next, in pixels of the input. */
    dilation: pairSchema.prefault(1),
    /** Equal parts of the channels: the outputs of a part depend on the inputs of that part alone. */
    groups: z.int().min(1).default(1),
    /** Of each output channel, the input channels that it sees, from 0. Weights for the others are no parameters, but zero. */
    connections: connectionsSchema.optional(),
    bias: z.boolean().default(true),
    initializer: kernelInitializerSchema.prefault('he'),
    biasInitializer: initializerSchema.prefault('zero'),
    /** Factors on the run's learning rate and weight decay. */
    kernelLearningRate: factor,
    kernelWeightDecay: factor,
    biasLearningRate: factor,
    biasWeightDecay: factor,
    kernelEpochs: epochs,
    biasEpochs: epochs,
    /** Epochs over which a parameter's rate falls to 0, whatever the run's schedule; then it stays as it is. */
    kernelFallEpochs: epochs,
    biasFallEpochs: epochs,
  })
  .transform(({ groups, dilation: [y, x], paddingMode, paddingValue, ...config }, context) => {
    const { kernel } = config;
    // Along one element there is nothing to spread.
    const dilation = [kernel[0] > 1 ? y : 1, kernel[1] > 1 ? x : 1] as const;
    const padding = resolvePadding(config.padding, { kernel, dilation });
    return {
      ...config,
      // One group is none, and so is a dilation of 1: a spec that says so is the same run.
      ...(groups > 1 ? { groups } : {}),
      ...(dilation[0] > 1 || dilation[1] > 1 ? { dilation } : {}),
      padding,
      ...resolveBorder({ paddingMode, paddingValue }, { padding }, context),
    };
  });

export type ConvolutionConfig = z.output<typeof convolutionSchema>;

/**
 * Convolution (cross-correlation, as in every framework): Y = phi(X) F + b, chapter 15, equation 15.25.
 *
 * Input n×h×w×c, kernel H×W×c×filters, output n×h'×w'×filters; with groups the kernel is groups×H×W×(c/groups)×(filters/groups).
 */
export const convolution: LayerKindOf<typeof convolutionSchema> = {
  kind: 'convolution',
  schema: convolutionSchema,
  role: 'weighted',
  pattern: {
    word: 'CONV',
    usage:
      'CONV(kernel,filters), with s for the stride, p for padding or same, reflect or replicate, d for dilation: CONV(3,20), CONV(5x3,20,s2,p1)',
    places: [WINDOW_FIELDS.kernel, { name: 'filters', lengths: [1], least: 1 }],
    required: 2,
    letters: {
      s: WINDOW_FIELDS.stride,
      p: WINDOW_FIELDS.padding,
      d: WINDOW_FIELDS.dilation,
      g: { name: 'groups', lengths: [1], least: 1 },
    },
    names: {
      ...SAME_PADDING,
      reflect: { paddingMode: 'reflect' },
      replicate: { paddingMode: 'replicate' },
    },
  },
  channelFields: { output: 'filters', divisor: 'groups' },
  gainsByLanes: true,

  plan(config, input, where, layout): LayerPlan {
    checkGroups(config, input, where);
    checkWhitening(config, input, where);
    const plan = planConvolution(config, measureWindow(config, input, where), layout);
    return planInBorder(config, input, plan);
  },

  describe(config) {
    const { filters, groups, connections } = config;
    const parts = [String(filters), describeWindow(config)];
    if (groups !== undefined) parts.push(`${groups} groups`);
    if (connections !== undefined) parts.push(`${countConnections(connections)} connections`);
    return parts.join('; ');
  },

  suitsLanes(config, input) {
    const g = measureWindow(config, input, config.kind);
    // A fully connected layer has no neighbouring positions to share a tile, and more weights than images.
    return isDepthwise(g) || (g.groups === 1 && !coversInput(g));
  },

  bind(config, site): BoundLayer {
    const g = measureWindow(config, site.input.shape, config.kind);
    const bound = bindInBorder(config, site, (inner) => bindProducts(g, inner));
    return config.connections
      ? keepAbsentAtZero(bound, site, listAbsentWeights(config.connections, g))
      : bound;
  },
};

function bindProducts(g: WindowGeometry, site: LayerSite): BoundLayer {
  if (isDepthwise(g)) return bindConvolutionDepthwise(g, site);
  return site.layout === 'lanes' ? bindConvolutionLanes(g, site) : bindConvolutionImages(g, site);
}

/** The geometry of the layer on that input, within its border; throws a UserError if the kernel or the border does not fit. */
function measureWindow(config: ConvolutionConfig, input: Shape, where: string): WindowGeometry {
  const output = { ...slideWindow(config, input, where), channels: config.filters };
  const placed = placeInBorder(config, input, where);
  return makeGeometry(placed.input, placed.window, output, config.groups);
}

function checkGroups(
  { groups = 1, filters, connections }: ConvolutionConfig,
  input: Shape,
  where: string,
): void {
  if (input.channels % groups !== 0 || filters % groups !== 0) {
    throw new UserError(
      `${where}: expected groups that divide ${input.channels} input channels and ${filters} filters, found ${groups}. ` +
        'Change the groups or the filters.',
    );
  }
  if (connections === undefined) return;
  if (groups > 1) {
    throw new UserError(`${where}: expected 'groups' or 'connections', found both. Leave one out.`);
  }
  checkConnections(connections, { inputs: input.channels, outputs: filters }, where);
}

/** H×W×c×filters; with groups groups×H×W×(c/groups)×(filters/groups). */
function shapeKernel(g: WindowGeometry): number[] {
  const shape = [g.kernelHeight, g.kernelWidth, g.inputChannels / g.groups, kernelColumns(g)];
  return g.groups === 1 ? shape : [g.groups, ...shape];
}

function checkWhitening(
  { initializer, filters, kernel, groups = 1, dilation }: ConvolutionConfig,
  { channels }: Shape,
  where: string,
): void {
  if (initializer.kind !== 'whitening') return;
  if (dilation) {
    throw new UserError(
      `${where}: whitening: expected a kernel without dilation, which a patch is, found ${dilation.join('×')}. Leave out one of them.`,
    );
  }
  const most = 2 * kernel[0] * kernel[1] * channels;
  if (filters % 2 === 1 || filters > most || groups > 1) {
    throw new UserError(
      `${where}: whitening: expected an even number of filters, at most ${most} (both signs of each number of a patch), in one ` +
        `group, found ${filters} in ${groups}. Change the filters or the initializer.`,
    );
  }
}

/** What a convolution of this geometry needs; `learning` gives initialisers and factors. */
export function planConvolution(
  learning: Pick<
    ConvolutionConfig,
    | 'bias'
    | 'initializer'
    | 'biasInitializer'
    | 'kernelLearningRate'
    | 'kernelWeightDecay'
    | 'biasLearningRate'
    | 'biasWeightDecay'
    | 'kernelEpochs'
    | 'biasEpochs'
    | 'kernelFallEpochs'
    | 'biasFallEpochs'
  > &
    Pick<ConvolutionConfig, 'connections'>,
  g: WindowGeometry,
  layout: Layout,
): LayerPlan {
  const rows = kernelRows(g);
  const weights = rows * g.outputChannels;
  const absent = learning.connections ? listAbsentWeights(learning.connections, g) : [];
  const summed = !isDepthwise(g) && (layout === 'lanes' ? sumsKernelGradient(g) : cutsLargeKernel(g));
  // The share of a dense kernel's weights that there are; a table's is a mean over the channels.
  const present = 1 - absent.length / weights;
  const fan = {
    fanIn: rows * present,
    fanOut: g.kernelHeight * g.kernelWidth * kernelColumns(g) * present,
  };
  const kernel = {
    name: 'kernel',
    size: weights,
    shape: shapeKernel(g),
    ...(absent.length > 0 ? { absent } : {}),
    initializer: learning.initializer,
    ...fan,
    learningRateFactor: learning.kernelLearningRate,
    weightDecayFactor: learning.kernelWeightDecay,
    epochs: learning.kernelEpochs,
    fallEpochs: learning.kernelFallEpochs,
    kernel: {
      height: g.kernelHeight,
      width: g.kernelWidth,
      inputs: g.inputChannels / g.groups,
      outputs: kernelColumns(g),
      groups: g.groups,
    },
    ...(coversInput(g) ? { coversInput: true } : {}),
    gradient: summed ? ('whole' as const) : ('parts' as const),
  };
  const bias = {
    name: 'bias',
    size: g.outputChannels,
    initializer: learning.biasInitializer,
    ...fan,
    learningRateFactor: learning.biasLearningRate,
    weightDecayFactor: learning.biasWeightDecay,
    epochs: learning.biasEpochs,
    fallEpochs: learning.biasFallEpochs,
    gradient: 'parts' as const,
  };
  const output = { height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels };
  return {
    output,
    parameters: learning.bias ? [kernel, bias] : [kernel],
    state: [],
    shared: planShared(g, layout),
    inPlace: false,
    backwardReads: { input: true, output: false },
    multiplyAddsPerImage: g.outputHeight * g.outputWidth * (weights - absent.length),
    window: {
      kernel: [g.kernelHeight, g.kernelWidth],
      stride: [g.strideY, g.strideX],
      dilation: [g.dilationY, g.dilationX],
    },
  };
}

function planShared(g: WindowGeometry, layout: Layout): LayerPlan['shared'] {
  if (isDepthwise(g)) return { packed: { floats: countDepthwiseFloats(g) } };
  if (layout === 'lanes') return planWinogradMemory(g);
  const { packed, packedTransposed } = countPackedFloats(g);
  return { packed: { floats: packed }, packedTransposed: { floats: packedTransposed } };
}
