import { z } from 'zod';
import { planSegmentUpdate } from '../segment-update.js';
import { cutAndBind } from '../segments.js';
import type { OptimizerKindOf } from './optimizer.js';

/** Also the fields of a spec that are short for this optimizer. */
export const sgdFields = {
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  weightDecay: z.number().nonnegative(),
};

const schema = z.strictObject({
  kind: z.literal('sgd'),
  momentum: sgdFields.momentum.default(0.9),
  nesterov: sgdFields.nesterov.default(false),
  weightDecay: sgdFields.weightDecay.default(0.0005),
});

export type SgdOptions = z.output<typeof schema>;

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013, as PyTorch and MatConvNet write it): g' = g + weightDecay·w;
 * v = momentum·v + g'; w −= rate·(nesterov ? g' + momentum·v : v).
 */
export const sgd: OptimizerKindOf<typeof schema> = {
  kind: 'sgd',
  schema,
  slots: ({ size }) => ({ velocity: size }),
  reduces: true,
  penaltyOf: ({ weightDecay }) => weightDecay,

  plan(site, { momentum, nesterov, weightDecay }) {
    const segments = cutAndBind(site.parameters, ({ plan, weights, gradient, slots }) => ({
      move: site.kernels.bindSgdUpdate({
        w: weights,
        g: gradient,
        v: slots.velocity!,
        momentum,
        weightDecay: weightDecay * plan.weightDecayFactor,
        nesterov,
      }),
    }));
    return [
      planSegmentUpdate(site, segments, {
        move: ({ move, first, count }, rate) => move(rate, first, count),
      }),
    ];
  },
};
