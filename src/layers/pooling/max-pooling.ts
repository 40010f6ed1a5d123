import { z } from 'zod';
import { type LayerKindOf, planTransform } from '../layer.js';
import { overSlices } from '../pass.js';
import { SAME_PADDING, WINDOW_FIELDS } from '../pattern-word.js';
import { describeWindow } from '../window.js';
import { makePoolingGeometry, planPooling, poolingFields, resolvePooling, windowOver } from './pooling.js';
import { bindPoolingLanes } from './pooling-lanes.js';

const schema = z.strictObject({ kind: z.literal('max-pooling'), ...poolingFields }).transform(resolvePooling);

/**
 * The maximum of each window (chapter 15, equation 15.51); a gradient goes to the first maximum in row order, and those of overlapping windows
 * add up (15.59).
 */
export const maxPooling: LayerKindOf<typeof schema> = {
  kind: 'max-pooling',
  schema,
  pattern: {
    word: 'POOL',
    usage:
      'POOL(kernel) or POOL(global), with s for the stride, p for padding or same, ceil, mean or trainable: POOL(2), POOL(3,s2,mean)',
    places: [WINDOW_FIELDS.kernel],
    required: 1,
    letters: { s: WINDOW_FIELDS.stride, p: WINDOW_FIELDS.padding },
    names: {
      ...SAME_PADDING,
      global: { kernel: 'global' },
      ceil: { ceil: true },
      max: { kind: 'max-pooling' },
    },
  },
  plan(config, input, where) {
    const window = windowOver(config, input);
    return planTransform(planPooling(window, input, where), {
      window,
      inPlace: false,
      backwardReads: { input: true, output: true },
    });
  },
  describe: (config, input) => describeWindow(windowOver(config, input)),
  suitsLanes: () => true,
  bind(config, site) {
    const { kernels, input, output } = site;
    const g = makePoolingGeometry(config, site);
    if (site.layout === 'lanes') {
      return bindPoolingLanes(g, site, {
        bindForward: kernels.bindMaxPoolingForward,
        bindBackward: kernels.bindMaxPoolingBackward,
      });
    }
    const [x, y] = [input.value, output.value];
    const forward = kernels.bindMaxPoolingForward({ g, x, y });
    const backward = kernels.bindMaxPoolingBackward({ g, x, y, dy: output.gradient, dx: input.gradient });
    return {
      prepare: [],
      forward: [overSlices(({ first, count }) => forward(first, count))],
      backward: [overSlices(({ first, count }) => backward(first, count))],
    };
  },
};
