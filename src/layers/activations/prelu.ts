import { z } from 'zod';
import { bindChannelParameter, shareChannelParameter } from '../channel-parameter.js';
import { initializerSchema } from '../initializer.js';
import type { LayerKindOf } from '../layer.js';
import { overParts, overPartsBackward, widthOf } from '../parts.js';
import { activationSchema, activationWord } from './activation.js';

const factor = z.number().nonnegative();

const schema = activationSchema('prelu').extend({
  initializer: initializerSchema.prefault({ kind: 'constant', value: 0.25 }),
  /** Factors on the run's learning rate and weight decay. Decay would pull the slopes towards ReLU; the paper uses none. */
  learningRate: factor.default(1),
  weightDecay: factor.default(0),
});

/**
 * y = x where x > 0, else slope·x with a slope learned for each channel (He, Zhang, Ren and Sun, ICCV 2015, equations 1 and 3); dx = dy
 * where x > 0, else slope·dy; dslope = sum of dy·x over all images and positions where x ≤ 0. A slope may become negative, so backward reads
 * the input.
 */
export const prelu: LayerKindOf<typeof schema> = {
  kind: 'prelu',
  schema,
  role: 'activation',
  summary: 'x above zero, below it slope·x with a slope that each channel learns',
  pattern: activationWord('prelu'),

  plan: ({ initializer, learningRate, weightDecay }, input, _where, layout) => ({
    output: input,
    parameters: [
      {
        name: 'slope',
        size: input.channels,
        initializer,
        fanIn: 1,
        fanOut: 1,
        learningRateFactor: learningRate,
        weightDecayFactor: weightDecay,
        gradient: 'parts',
      },
    ],
    state: [],
    shared: shareChannelParameter('slope', input, layout),
    inPlace: 'in evaluation',
    backwardReads: { input: true, output: false },
    multiplyAddsPerImage: 0,
  }),

  suitsLanes: () => true,

  bind(_config, site) {
    const { kernels, input, output, layout, training } = site;
    const width = widthOf(output.shape, layout);
    const slope = bindChannelParameter(site, 'slope');
    const dx = site.needsInputGradient ? input.gradient : null;
    const forward = kernels.bindPreluForward({
      channels: width,
      x: input.value,
      slope: slope.value,
      y: output.value,
    });
    const bindBackward = (dSlope: Float32Array) =>
      kernels.bindPreluBackward({
        channels: width,
        x: input.value,
        dy: output.gradient,
        slope: slope.value,
        dx,
        dSlope,
      });
    const backward = training ? slope.sums.map(bindBackward) : [];
    return {
      prepare: slope.prepare,
      forward: [overParts(output.shape, layout, ({ firstRow, rows }) => forward(firstRow, rows))],
      backward: [
        overPartsBackward(site, ({ index, firstRow, rows }) => {
          backward[index]!(firstRow, rows);
          slope.fold(index);
        }),
      ],
    };
  },
};
