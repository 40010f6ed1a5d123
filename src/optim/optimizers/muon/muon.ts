import { z } from 'zod';
import { countLearningEpochs } from '../../../layers/parameter.js';
import type { PlannedParameter } from '../../../network/plan.js';
import type { OptimizerKindOf } from '../optimizer.js';
import { sgd, sgdFields } from '../sgd.js';
import { countKernelFloats, planKernels } from './kernel-passes.js';

/** Behind 5 hardly anything changes; more than these are a mistake. */
const MOST_STEPS = 100;

/** Options that came after the first databases. */
const laterFields = z.strictObject({
  /** Which kernels go by Muon: `all`, or those of `convolutions`, and a fully connected layer's with the others. */
  kernels: z.enum(['all', 'convolutions']).default('all'),
  /** Of the iteration that makes O. */
  newtonSchulzSteps: z.int().min(1).max(MOST_STEPS).default(5),
  /** Whether a kernel with more filters than inputs of one moves by √(filters / inputs of one) times as much. */
  scaleByShape: z.boolean().default(true),
  /** Whether every step begins by scaling each kernel to the norm √filters. */
  normalizeKernels: z.boolean().default(false),
});
type LaterOptions = z.output<typeof laterFields>;
const LATER_DEFAULTS = laterFields.parse({});

const allFields = z.strictObject({
  kind: z.literal('muon'),
  /** Of the kernels; always Nesterov's. */
  momentum: sgdFields.momentum.default(0.95),
  /** Of the kernels, apart from the gradients: w −= rate·weightDecay·w. */
  weightDecay: sgdFields.weightDecay.default(0),
  ...laterFields.shape,
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

/** A later option that has its default is left out, so that a run keeps its identity when Muon learns new ones. */
const schema = allFields.transform(
  (options) =>
    Object.fromEntries(
      Object.entries(options).filter(
        ([key, value]) => value !== (LATER_DEFAULTS as Record<string, unknown>)[key],
      ),
    ) as MuonOptions,
);

export type MuonOptions = Omit<z.output<typeof allFields>, keyof LaterOptions> & Partial<LaterOptions>;

/**
 * Muon (Jordan et al. 2024): the kernels of convolutions and fully connected layers move by rate·√max(1, filters / inputs of one)·O, O being the nearest
 * matrix with orthonormal rows or columns, nearly, to Nesterov's direction g + momentum·v with v = momentum·v + g; before that
 * they are scaled to a norm of √filters, if that is asked for, and w −= rate·weightDecay·w. All other parameters go by SGD.
 */
export const muon: OptimizerKindOf<typeof schema> = {
  kind: 'muon',
  schema,
  slots: ({ size }) => ({ velocity: size }),
  reduces: true,

  countWorkFloats: (parameters, options) =>
    countKernelFloats(parameters.filter((plan) => goesByMuon(plan, options) && learns(plan))),

  plan(site, { others, ...given }) {
    const options = { ...LATER_DEFAULTS, ...given };
    const parametersOf = (choose: (plan: PlannedParameter) => boolean) =>
      site.parameters.filter(({ plan }) => choose(plan));
    const rest = sgd.plan(
      {
        ...site,
        parameters: parametersOf((plan) => !goesByMuon(plan, options)),
        learningRate: () => site.learningRate() * others.learningRate,
      },
      { kind: 'sgd', ...others },
    );
    const parameters = parametersOf((plan) => goesByMuon(plan, options) && learns(plan));
    const kernels = planKernels({ ...site, parameters }, options);
    // Its segments are others than those of the passes around it, so they wait for each other.
    return [...rest.map((pass) => ({ ...pass, waits: true, strays: true })), ...kernels];
  },
};

function goesByMuon({ kernel, coversInput }: PlannedParameter, { kernels }: Partial<LaterOptions>): boolean {
  return kernel !== undefined && !(kernels === 'convolutions' && coversInput);
}

/** Kernels that are frozen from the start need no memory. */
function learns(plan: PlannedParameter): boolean {
  return countLearningEpochs(plan) > 0;
}
