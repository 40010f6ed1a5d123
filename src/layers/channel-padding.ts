import { z } from 'zod';
import { type LayerKindOf, planTransform } from './layer.js';
import { overParts, overPartsBackward, widthOf } from './parts.js';

const count = z.int().min(0).default(0);

const schema = z.strictObject({
  kind: z.literal('channel-padding'),
  name: z.string().optional(),
  /** Channels of zeros in front of the input's, and behind them. */
  before: count,
  after: count,
});

/**
 * Zeros as further channels: n×h×w×c to n×h×w×(before + c + after). ResNet's shortcut without parameters (He et al., CVPR 2016, option A)
 * where the number of channels grows.
 */
export const channelPadding: LayerKindOf<typeof schema> = {
  kind: 'channel-padding',
  schema,
  channelFields: { added: ['before', 'after'] },
  plan: ({ before, after }, input) =>
    planTransform(
      { ...input, channels: before + input.channels + after },
      { inPlace: false, backwardReads: { input: false, output: false } },
    ),
  describe: ({ before, after }) => `${before} before, ${after} after`,
  suitsLanes: () => true,
  bind({ before }, site) {
    const { input, output, kernels, layout } = site;
    const own = widthOf(input.shape, layout);
    const width = widthOf(output.shape, layout);
    const at = (before * own) / input.shape.channels;
    const copyIn = kernels.bindCopyColumns({
      columns: own,
      x: input.value,
      xWidth: own,
      xFirst: 0,
      y: output.value,
      yWidth: width,
      yFirst: at,
    });
    const copyOut = kernels.bindCopyColumns({
      columns: own,
      x: output.gradient,
      xWidth: width,
      xFirst: at,
      y: input.gradient,
      yWidth: own,
      yFirst: 0,
    });
    return {
      prepare: [],
      forward: [
        {
          ...overParts(output.shape, layout, ({ firstRow, rows }) => {
            output.value.fill(0, firstRow * width, (firstRow + rows) * width);
            copyIn(firstRow, rows);
          }),
          varies: true,
        },
      ],
      backward: [overPartsBackward(site, ({ firstRow, rows }) => copyOut(firstRow, rows))],
    };
  },
};
