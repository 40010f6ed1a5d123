import { z } from 'zod';
import { type LayerKind, planTransform } from '../layer.js';
import { overSlices } from '../pass.js';
import { describeWindow } from '../window.js';
import { makePoolingGeometry, planPooling, poolingFields, resolvePooling, windowOver } from './pooling.js';
import { bindPoolingLanes } from './pooling-lanes.js';

const schema = z
  .strictObject({
    kind: z.literal('average-pooling'),
    ...poolingFields,
    /** True divides by the whole window's size, false by the number of its elements inside the input. */
    countPadding: z.boolean().default(false),
  })
  .transform(resolvePooling);

/** The mean of each window (chapter 15, equation 15.52). */
export const averagePooling: LayerKind<z.output<typeof schema>> = {
  kind: 'average-pooling',
  schema,
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
    const { countPadding } = config;
    if (site.layout === 'lanes') {
      return bindPoolingLanes(g, site, {
        bindForward: ({ g, x, y }) => kernels.bindAveragePoolingForward({ g, x, y, countPadding }),
        bindBackward: ({ g, dy, dx }) => kernels.bindAveragePoolingBackward({ g, dy, dx, countPadding }),
      });
    }
    const forward = kernels.bindAveragePoolingForward({ g, x: input.value, y: output.value, countPadding });
    const backward = kernels.bindAveragePoolingBackward({
      g,
      dy: output.gradient,
      dx: input.gradient,
      countPadding,
    });
    return {
      prepare: [],
      forward: [overSlices(({ first, count }) => forward(first, count))],
      backward: [overSlices(({ first, count }) => backward(first, count))],
    };
  },
};
