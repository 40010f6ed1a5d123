import { z } from 'zod';
import { countLearningEpochs } from '../../../layers/parameter.js';
import type { PlannedParameter } from '../../../network/plan.js';
import type { OptimizerKindOf } from '../optimizer.js';
import { sgd, sgdFields } from '../sgd.js';
import { countKernelFloats, planKernels } from './kernel-passes.js';

const schema = z.strictObject({
  kind: z.literal('muon'),
  /** Of the kernels; always Nesterov's. */
  momentum: sgdFields.momentum.default(0.95),
  /** Of the kernels, apart from the gradients: w −= rate·weightDecay·w. */
  weightDecay: sgdFields.weightDecay.default(0),
  /** SGD for all other parameters. */
  others: z
    .strictObject({
      /** Factor on the run's learning rate. */
      learningRate: z.number().nonnegative().default(1),
      momentum: sgdFields.momentum.default(0.9),
      nesterov: sgdFields.nesterov.default(false),
      weightDecay: sgdFields.weightDecay.default(0.0005),
    })
    .prefault({}),
});

export type MuonOptions = z.output<typeof schema>;

/**
 * Muon (Jordan et al. 2024): the kernels of convolutions and fully connected layers move by rate·√max(1, filters / inputs of one)·O, O being the nearest
 * matrix with orthonormal rows or columns, nearly, to Nesterov's direction g + momentum·v with v = momentum·v + g; before that
 * w −= rate·weightDecay·w. All other parameters go by SGD.
 */
export const muon: OptimizerKindOf<typeof schema> = {
  kind: 'muon',
  schema,
  slots: ({ size }) => ({ velocity: size }),
  reduces: true,

  countWorkFloats: (parameters) => countKernelFloats(parameters.filter(isLearningKernel)),

  plan(site, { others, ...options }) {
    const parametersOf = (choose: (plan: PlannedParameter) => boolean) =>
      site.parameters.filter(({ plan }) => choose(plan));
    const rest = sgd.plan(
      {
        ...site,
        parameters: parametersOf((plan) => plan.kernel === undefined),
        learningRate: () => site.learningRate() * others.learningRate,
      },
      { kind: 'sgd', ...others },
    );
    const kernels = planKernels({ ...site, parameters: parametersOf(isLearningKernel) }, options);
    // Its segments are others than those of the passes around it, so they wait for each other.
    return [...rest.map((pass) => ({ ...pass, waits: true, strays: true })), ...kernels];
  },
};

/** Kernels that are frozen from the start need no memory. */
function isLearningKernel(plan: PlannedParameter): boolean {
  return plan.kernel !== undefined && countLearningEpochs(plan) > 0;
}
