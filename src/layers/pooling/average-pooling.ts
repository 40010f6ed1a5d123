import { z } from 'zod';
import { type LayerKind, planTransform } from '../layer.js';
import { overSlices } from '../pass.js';
import { describeWindow, NO_PADDING } from '../window.js';
import { makePoolingGeometry, planPooling, poolingFields, resolvePooling, windowOver } from './pooling.js';
import { bindPoolingLanes } from './pooling-lanes.js';
import { makeMeanShares } from './window-shares.js';

const schema = z
  .strictObject({
    kind: z.literal('average-pooling'),
    ...poolingFields,
    /** True divides by the number of the window's elements inside the padded input, false by that of those inside the input. */
    countPadding: z.boolean().default(false),
  })
  .transform(resolvePooling);

/** The mean of each window (chapter 15, equation 15.52). */
export const averagePooling: LayerKind<z.output<typeof schema>> = {
  kind: 'average-pooling',
  schema,
  pattern: { variantOf: 'POOL', name: 'mean' },
  plan(config, input, where) {
    const window = windowOver(config, input);
    return planTransform(planPooling(window, input, where), {
      window,
      inPlace: false,
      backwardReads: { input: false, output: false },
    });
  },
  describe: (config, input) => describeWindow(windowOver(config, input)),
  suitsLanes: () => true,
  bind(config, site) {
    const { kernels, input, output } = site;
    const g = makePoolingGeometry(config, site);
    const shares = makeMeanShares(g, config.countPadding ? config.padding : NO_PADDING);
    if (site.layout === 'lanes') {
      return bindPoolingLanes(g, site, {
        bindForward: ({ g, firstWindow, x, y }) =>
          kernels.bindAveragePoolingForward({ g, x, y, shares: shares.subarray(firstWindow) }),
        bindBackward: ({ g, firstWindow, dy, dx }) =>
          kernels.bindAveragePoolingBackward({ g, dy, dx, shares: shares.subarray(firstWindow) }),
      });
    }
    const forward = kernels.bindAveragePoolingForward({ g, x: input.value, y: output.value, shares });
    const backward = kernels.bindAveragePoolingBackward({
      g,
      dy: output.gradient,
      dx: input.gradient,
      shares,
    });
    return {
      prepare: [],
      forward: [overSlices(({ first, count }) => forward(first, count))],
      backward: [overSlices(({ first, count }) => backward(first, count))],
    };
  },
};
