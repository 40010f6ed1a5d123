import { z } from 'zod';
import { type Shape, sizeOf } from '../core/shape.js';
import { coversInput, kernelRows, makeGeometry, type WindowGeometry } from '../kernels/geometry.js';
import { packedFloats, panelCount } from '../kernels/kernels.js';
import { bindConvolutionLanes, cutsKernelByRows } from './convolution-lanes.js';
import { initializerSchema } from './initializer.js';
import {
  type BlockPass,
  type BoundLayer,
  type LayerKind,
  type LayerPlan,
  type LayerSite,
  type Layout,
  overSlices,
  type Pass,
} from './layer.js';
import { describeWindow, paddingSchema, pairSchema, resolvePadding, slideWindow } from './window.js';

/**
 * A fully connected layer with at least so many weights is cut by outputs instead of by images: each worker reads its part of the weights
 * once a step, and they are more than the images.
 */
const MIN_WEIGHTS_TO_CUT_BY_OUTPUTS = 16_384;
/**
 * A kernel with at least so many weights is not given one gradient a slice, which would be written and read again a dozen times;
 * rows of its gradient are shared out, each summed over the whole mini-batch.
 */
const MIN_WEIGHTS_TO_CUT_BY_ROWS = 65_536;
/** Rows of a kernel's gradient that one task computes. */
const ROWS_PER_BLOCK = 64;

const factor = z.number().nonnegative().default(1);

export const convolutionSchema = z
  .strictObject({
    kind: z.literal('convolution'),
    name: z.string().optional(),
    kernel: pairSchema,
    /** Output channels. */
    filters: z.int().min(1),
    stride: pairSchema.prefault(1),
    padding: paddingSchema.prefault(0),
    bias: z.boolean().default(true),
    initializer: initializerSchema.prefault('he'),
    biasInitializer: initializerSchema.prefault('zero'),
    /** Factors on the run's learning rate and weight decay. */
    kernelLearningRate: factor,
    kernelWeightDecay: factor,
    biasLearningRate: factor,
    biasWeightDecay: factor,
  })
  .transform((config) => ({ ...config, padding: resolvePadding(config.padding, config.kernel) }));

export type ConvolutionConfig = z.output<typeof convolutionSchema>;

/**
 * Convolution (cross-correlation, as in every framework): Y = phi(X) F + b, seed 004, equation 15.25.
 *
 * Input n×h×w×c, kernel H×W×c×filters, output n×h'×w'×filters.
 */
export const convolution: LayerKind<ConvolutionConfig> = {
  kind: 'convolution',
  schema: convolutionSchema,

  plan(config, input, where, layout): LayerPlan {
    const output: Shape = { ...slideWindow(config, input, where), channels: config.filters };
    return planConvolution(config, makeGeometry(input, config, output), layout);
  },

  describe: (config) => `${config.filters}; ${describeWindow(config)}`,

  suitsLanes(config, input) {
    const covering = config.kernel[0] === input.height && config.kernel[1] === input.width;
    // A fully connected layer has no neighbouring positions to share a tile, and more weights than images.
    return !covering;
  },

  bind(config, site): BoundLayer {
    const g = makeGeometry(site.input.shape, config, site.output.shape);
    return site.layout === 'lanes' ? bindConvolutionLanes(g, site) : bindConvolution(g, site);
  },
};

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
  >,
  g: WindowGeometry,
  layout: Layout,
): LayerPlan {
  const rows = kernelRows(g);
  const weights = rows * g.outputChannels;
  const cutByRows = layout === 'lanes' ? cutsKernelByRows(g) : weights >= MIN_WEIGHTS_TO_CUT_BY_ROWS;
  const fan = { fanIn: rows, fanOut: g.kernelHeight * g.kernelWidth * g.outputChannels };
  const kernel = {
    name: 'kernel',
    size: weights,
    initializer: learning.initializer,
    ...fan,
    learningRate: learning.kernelLearningRate,
    weightDecay: learning.kernelWeightDecay,
    gradient: cutByRows ? ('whole' as const) : ('parts' as const),
  };
  const bias = {
    name: 'bias',
    size: g.outputChannels,
    initializer: learning.biasInitializer,
    ...fan,
    learningRate: learning.biasLearningRate,
    weightDecay: learning.biasWeightDecay,
    gradient: 'parts' as const,
  };
  const output = { height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels };
  return {
    output,
    parameters: learning.bias ? [kernel, bias] : [kernel],
    state: [],
    shared:
      layout === 'lanes'
        ? {}
        : {
            packed: { floats: packedFloats(rows, g.outputChannels) },
            packedTransposed: { floats: packedFloats(g.outputChannels, rows) },
          },
    inPlace: false,
    backwardReads: { input: true, output: false },
    multiplyAddsPerImage: sizeOf(output) * rows,
    window: { kernel: [g.kernelHeight, g.kernelWidth], stride: [g.strideY, g.strideX] },
  };
}

export function bindConvolution(g: WindowGeometry, site: LayerSite): BoundLayer {
  const { kernels, scratch, batch, input, output } = site;
  const rows = kernelRows(g);
  const columns = g.outputChannels;
  const { kernel, bias } = site.parameters;
  const { packed, packedTransposed } = site.shared;
  const cutByOutputs = coversInput(g) && rows * columns >= MIN_WEIGHTS_TO_CUT_BY_OUTPUTS;
  scratch.book(kernels.convolutionScratchFloats(g));
  scratch.book(kernels.matmulScratchFloats(Math.max(rows, columns)));
  scratch.book(kernels.channelScratchFloats(columns));

  const prepare: BlockPass[] = [
    {
      over: 'blocks',
      waits: false,
      blocks: panelCount(columns),
      run: (first, count) => kernels.pack(rows, columns, kernel!.value, packed!, first, count),
    },
  ];
  if (site.training && site.needsInputGradient) {
    prepare.push({
      name: 'prepare transposed',
      over: 'blocks',
      waits: false,
      blocks: panelCount(rows),
      run: (first, count) =>
        kernels.packTransposed(rows, columns, kernel!.value, packedTransposed!, first, count),
    });
  }

  const biasValue = bias?.value ?? null;
  const forward: Pass = cutByOutputs
    ? {
        products: 1,
        over: 'blocks',
        waits: true,
        blocks: panelCount(columns),
        run: (first, count) =>
          kernels.matmul(
            batch.size,
            columns,
            rows,
            input.value,
            packed!,
            biasValue,
            output.value,
            scratch.floats,
            first,
            count,
          ),
      }
    : overSlices(
        ({ first, count }) =>
          kernels.convolutionForward(
            g,
            input.value,
            packed!,
            biasValue,
            output.value,
            scratch.floats,
            first,
            count,
          ),
        { products: 1 },
      );
  if (!site.training) return { prepare, forward: [forward], backward: [] };

  const positions = g.outputHeight * g.outputWidth;
  const backward: Pass[] = [];
  if (bias) {
    backward.push(
      overSlices(
        ({ index, first, count }) =>
          kernels.sumRows(
            columns,
            output.gradient,
            bias.gradient[index]!,
            scratch.floats,
            first * positions,
            count * positions,
          ),
        { name: 'bias gradient' },
      ),
    );
  }
  const inputGradient: Pass = cutByOutputs
    ? {
        products: 1,
        over: 'blocks',
        waits: true,
        blocks: panelCount(rows),
        run: (first, count) =>
          kernels.matmul(
            batch.size,
            rows,
            columns,
            output.gradient,
            packedTransposed!,
            null,
            input.gradient,
            scratch.floats,
            first,
            count,
          ),
      }
    : overSlices(
        ({ first, count }) =>
          kernels.convolutionInputGradient(
            g,
            output.gradient,
            packedTransposed!,
            input.gradient,
            scratch.floats,
            first,
            count,
          ),
        { products: 1 },
      );
  const kernelGradient = { name: 'kernel gradient', products: 1 };
  if (rows * columns >= MIN_WEIGHTS_TO_CUT_BY_ROWS) {
    backward.push({
      ...kernelGradient,
      over: 'blocks',
      waits: true,
      blocks: Math.ceil(rows / ROWS_PER_BLOCK),
      run: (first, count) => {
        const firstRow = first * ROWS_PER_BLOCK;
        const lastRow = Math.min(rows, (first + count) * ROWS_PER_BLOCK);
        kernels.convolutionKernelGradient(
          g,
          input.value,
          output.gradient,
          kernel!.gradient[0]!,
          scratch.floats,
          0,
          batch.size,
          firstRow,
          lastRow - firstRow,
        );
      },
    });
  } else {
    backward.push(
      overSlices(
        ({ index, first, count }) =>
          kernels.convolutionKernelGradient(
            g,
            input.value,
            output.gradient,
            kernel!.gradient[index]!,
            scratch.floats,
            first,
            count,
            0,
            rows,
          ),
        kernelGradient,
      ),
    );
  }
  if (site.needsInputGradient) backward.push(inputGradient);
  return { prepare, forward: [forward], backward };
}
