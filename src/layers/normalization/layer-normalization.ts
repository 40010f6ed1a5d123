import { z } from 'zod';
import { type Shape, sizeOf } from '../../core/shape.js';
import { bindChannelParameter, shareChannelParameter } from '../channel-parameter.js';
import type { LayerKindOf, LayerSite } from '../layer.js';
import { overParts, type Part, widthOf } from '../parts.js';
import type { Pass, PassLabel } from '../pass.js';
import { affineFields, planAffine, resolveAffine } from './affine.js';
import { checkValues, epsilonField } from './image-statistics.js';

const schema = z
  .strictObject({
    kind: z.literal('layer-normalization'),
    name: z.string().optional(),
    /** What has a mean and a variance: the whole image, or the channels at each position. */
    over: z.enum(['image', 'channels']).default('image'),
    epsilon: epsilonField,
    ...affineFields,
  })
  .transform(resolveAffine);

type LayerNormalizationConfig = z.output<typeof schema>;

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016, arXiv 1607.06450): y = scale·(x − mean) / √(variance + epsilon) + shift, with mean and (biased)
 * variance of each image by itself. Over the `image` all its numbers have one mean, and each has a scale and a shift of its own, h×w×c (PyTorch's
 * LayerNorm of the shape c×h×w); over the `channels` each position has a mean of its own, and scale and shift are the channel's (as in ConvNeXt).
 *
 * With n = (x − mean)·r, r the inverse deviation, and g = dy·scale: dx = r·(g − mean(g) − n·mean(g·n)); dscale = sum dy·n, dshift = sum dy.
 */
export const layerNormalization: LayerKindOf<typeof schema> = {
  kind: 'layer-normalization',
  schema,
  role: 'normalization',
  pattern: {
    word: 'LN',
    usage: 'LN or LN(channels)',
    names: { image: { over: 'image' }, channels: { over: 'channels' } },
  },

  plan(config, input, where, layout) {
    const row = rowOf(config, input);
    checkValues(row.channels, input, where, "Take over: 'image', or more filters before it");
    const { height, width, channels } = input;
    const shape = config.over === 'channels' ? [channels] : [height, width, channels];
    return {
      output: input,
      parameters: planAffine(config, { size: row.channels, shape, gradient: 'parts' }),
      state: [],
      shared: {
        ...(config.scale === false ? {} : shareChannelParameter('scale', row, layout)),
        ...(config.shift === false ? {} : shareChannelParameter('shift', row, layout)),
      },
      inPlace: false,
      backwardReads: { input: true, output: false },
      multiplyAddsPerImage: 0,
    };
  },

  describe: ({ over }) => `over ${over}`,

  suitsLanes: () => true,

  bind(config, site) {
    const { input, output, kernels, layout, training, needsInputGradient } = site;
    const row = rowOf(config, input.shape);
    const width = widthOf(row, layout);
    const scale = config.scale === false ? null : bindChannelParameter(site, 'scale');
    const shift = config.shift === false ? null : bindChannelParameter(site, 'shift');
    const common = {
      channels: row.channels,
      columnsPerChannel: width / row.channels,
      x: input.value,
      scale: scale?.value ?? null,
      epsilon: config.epsilon,
    };
    const forward = kernels.bindNormalizeRows({ ...common, shift: shift?.value ?? null, y: output.value });
    const bindBackward = (dScale: Float32Array | null, dShift: Float32Array | null) =>
      kernels.bindNormalizeRowsBackward({
        ...common,
        dy: output.gradient,
        dx: needsInputGradient ? input.gradient : null,
        dScale,
        dShift,
      });
    const parts = Math.max(scale?.sums.length ?? 0, shift?.sums.length ?? 0);
    const backward =
      parts === 0
        ? [bindBackward(null, null)]
        : Array.from({ length: parts }, (_, part) =>
            bindBackward(scale?.sums[part] ?? null, shift?.sums[part] ?? null),
          );
    return {
      prepare: [...(scale?.prepare ?? []), ...(shift?.prepare ?? [])],
      forward: [overRows(row, site, ({ firstRow, rows }) => forward(firstRow, rows))],
      backward: training
        ? [
            {
              ...overRows(row, site, ({ index, firstRow, rows }) => {
                backward[parts === 0 ? 0 : index]!(firstRow, rows);
                scale?.fold(index);
                shift?.fold(index);
              }),
              // In lanes others may still read what lies where the input's gradient begins.
              waits: layout === 'lanes',
            },
          ]
        : [],
    };
  },
};

/** The numbers that are normalised together, seen as the channels of one position. */
function rowOf({ over }: LayerNormalizationConfig, shape: Shape): Shape {
  return over === 'channels' ? shape : { height: 1, width: 1, channels: sizeOf(shape) };
}

/** A pass over rows. One that is a whole bundle of images in lanes is one unit's work, whose bands others have made. */
function overRows(
  row: Shape,
  { layout, input, batch }: LayerSite,
  run: (part: Part) => void,
  label: PassLabel = {},
): Pass {
  const isCut = layout === 'lanes' && batch.bands > 1 && row.channels > input.shape.channels;
  return { ...overParts(row, layout, run, label), waits: isCut, strays: isCut };
}
