import { z } from 'zod';
import { makeGeometry } from '../kernels/geometry.js';
import { type LayerKind, overSlices, planTransform } from './layer.js';
import { planPooling, poolingFields, resolvePooling } from './pooling.js';
import { bindPoolingLanes } from './pooling-lanes.js';
import { describeWindow } from './window.js';

const schema = z
  .strictObject({
    kind: z.literal('average-pooling'),
    ...poolingFields,
    /** True divides by the whole window's size, false by the number of its elements inside the input. */
    countPadding: z.boolean().default(false),
  })
  .transform(resolvePooling);

/** The mean of each window (seed 004, equation 15.52). */
export const averagePooling: LayerKind<z.output<typeof schema>> = {
  kind: 'average-pooling',
  schema,
  plan: (config, input, where) =>
    planTransform(planPooling(config, input, where), {
      window: config,
      inPlace: false,
      backwardReads: { input: false, output: false },
    }),
  describe: describeWindow,
  suitsLanes: () => true,
  bind(config, site) {
    const { kernels, input, output } = site;
    const g = makeGeometry(input.shape, config, output.shape);
    const { countPadding } = config;
    if (site.layout === 'lanes') {
      return bindPoolingLanes(g, site, {
        forward: (piece, x, y) => kernels.averagePoolingForward(piece, x, y, countPadding, 0, 1),
        backward: (piece, _x, _y, dy, dx) =>
          kernels.averagePoolingBackward(piece, dy, dx, countPadding, 0, 1),
      });
    }
    return {
      prepare: [],
      forward: [
        overSlices(({ first, count }) =>
          kernels.averagePoolingForward(g, input.value, output.value, countPadding, first, count),
        ),
      ],
      backward: [
        overSlices(({ first, count }) =>
          kernels.averagePoolingBackward(g, output.gradient, input.gradient, countPadding, first, count),
        ),
      ],
    };
  },
};
