import { z } from 'zod';
import { makeGeometry } from '../kernels/geometry.js';
import { type LayerKind, overSlices, planTransform } from './layer.js';
import { planPooling, poolingFields, resolvePooling } from './pooling.js';

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
      inPlace: false,
      backwardReads: { input: false, output: false },
    }),
  bind(config, { kernels, input, output }) {
    const g = makeGeometry(input.shape, config, output.shape);
    const { countPadding } = config;
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
