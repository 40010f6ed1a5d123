import { z } from 'zod';
import type { Shape } from '../../core/shape.js';
import { makeGeometry, type WindowGeometry } from '../../kernels/geometry.js';
import type { LayerKindOf } from '../layer.js';
import { convolutionSchema, planConvolution } from './convolution.js';
import { bindConvolutionImages } from './convolution-images.js';
import { learningFields } from './learning-fields.js';

const schema = z.strictObject({
  kind: z.literal('fully-connected'),
  name: z.string().optional(),
  /** Output numbers. */
  units: convolutionSchema.in.shape.filters,
  ...learningFields,
});

/**
 * Every output depends on every input: a convolution whose kernel covers its input (chapter 15.5.8), and equal to it bit for bit.
 *
 * Input n×h×w×c, kernel h×w×c×units, output n×1×1×units.
 */
export const fullyConnected: LayerKindOf<typeof schema> = {
  kind: 'fully-connected',
  schema,
  role: 'weighted',
  pattern: {
    word: 'FC',
    usage: 'FC(units): FC(10)',
    places: [{ name: 'units', lengths: [1], least: 1 }],
    required: 1,
  },
  channelFields: { output: 'units' },
  plan: (config, input, _where, layout) => planConvolution(config, coverInput(input, config.units), layout),
  describe: ({ units }, { height, width, channels }) =>
    height * width === 1 ? `${channels}×${units}` : `(${height}×${width}×${channels})×${units}`,
  bind: (config, site) => bindConvolutionImages(coverInput(site.input.shape, config.units), site),
};

function coverInput(input: Shape, units: number): WindowGeometry {
  const window = { kernel: [input.height, input.width], stride: [1, 1], padding: [0, 0, 0, 0] } as const;
  return makeGeometry(input, window, { height: 1, width: 1, channels: units });
}
