import { z } from 'zod';
import { bindInBorder, borderFields, placeInBorder, planInBorder, resolveBorder } from '../border.js';
import { type BoundLayer, type LayerKindOf, type LayerSite, planTransform } from '../layer.js';
import { overSlices } from '../pass.js';
import { describeWindow, NO_PADDING, type WindowConfig } from '../window.js';
import { makePoolingGeometry, planPooling, poolingFields, resolvePooling, windowOver } from './pooling.js';
import { bindPoolingLanes } from './pooling-lanes.js';
import { makeMeanShares } from './window-shares.js';

const schema = z
  .strictObject({
    kind: z.literal('average-pooling'),
    ...poolingFields,
    ...borderFields,
    /** True divides by the number of the window's elements inside the padded input, false by that of those inside the input. */
    countPadding: z.boolean().default(false),
  })
  .transform(({ paddingMode, paddingValue, ...config }, context) => {
    const resolved = resolvePooling(config, context);
    const border = resolveBorder({ paddingMode, paddingValue }, resolved, context);
    if (border.paddingMode && !config.countPadding) {
      const message = 'expected countPadding: true beside it, for without that no mean sees the padding';
      context.addIssue({ code: 'custom', message, path: ['paddingMode'], input: paddingMode });
    }
    return { ...resolved, ...border };
  });

/** The mean of each window (chapter 15, equation 15.52). */
export const averagePooling: LayerKindOf<typeof schema> = {
  kind: 'average-pooling',
  schema,
  pattern: { variantOf: 'POOL', name: 'mean' },
  plan(config, input, where) {
    const window = windowOver(config, input);
    const placed = placeInBorder(window, input, where);
    const plan = planTransform(planPooling(placed.window, placed.input, where), {
      window,
      inPlace: false,
      backwardReads: { input: false, output: false },
    });
    return planInBorder(window, input, plan);
  },
  describe: (config, input) => describeWindow(windowOver(config, input)),
  suitsLanes: () => true,
  bind(config, site) {
    const window = windowOver(config, site.input.shape);
    const placed = placeInBorder(window, site.input.shape, config.kind);
    return bindInBorder(window, site, (inner) => bindMeans(placed.window, config.countPadding, inner));
  },
};

function bindMeans(window: WindowConfig, countPadding: boolean, site: LayerSite): BoundLayer {
  const { kernels, input, output } = site;
  const g = makePoolingGeometry(window, site);
  const shares = makeMeanShares(g, countPadding ? window.padding : NO_PADDING, input.value);
  if (site.layout === 'lanes') {
    return bindPoolingLanes(g, site, {
      bindForward: ({ g, firstWindow, x, y }) =>
        kernels.bindAveragePoolingForward({ g, x, y, shares: shares.subarray(firstWindow) }),
      bindBackward: ({ g, firstWindow, dy, dx }) =>
        kernels.bindAveragePoolingBackward({ g, dy, dx, shares: shares.subarray(firstWindow) }),
    });
  }
  const forward = kernels.bindAveragePoolingForward({ g, x: input.value, y: output.value, shares });
  const backward = kernels.bindAveragePoolingBackward({ g, dy: output.gradient, dx: input.gradient, shares });
  return {
    prepare: [],
    forward: [overSlices(({ first, count }) => forward(first, count))],
    backward: [overSlices(({ first, count }) => backward(first, count))],
  };
}
