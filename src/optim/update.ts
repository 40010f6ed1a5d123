import { UserError } from '../core/errors.js';
import type { Kernels } from '../kernels/kernels.js';
import { countLearningEpochs } from '../layers/parameter.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { OptimizerNeeds } from '../network/optimizer-memory.js';
import type { NetworkPlan, PlannedParameter } from '../network/plan.js';
import { type Clipping, planClipping } from './clipping.js';
import type {
  OptimizerKinds,
  OptimizerOptions,
  UpdatedParameter,
  UpdateSite,
} from './optimizers/optimizer.js';
import { findOptimizer, OPTIMIZER_KINDS } from './optimizers/registry.js';
import { bindParameterReduction, bindShardJoin, planReduction } from './reduction.js';

/**
 * What an optimizer needs for a planned network: the same in every thread.
 *
 * @throws UserError if the kind, one of the user's own, asks for something else than floats
 */
export function planOptimizer(
  plan: NetworkPlan,
  options: OptimizerOptions,
  kinds = OPTIMIZER_KINDS,
): OptimizerNeeds {
  return planSlots(listParameters(plan), options, kinds);
}

/** The same for the parameters of a plan. */
export function planSlots(
  parameters: readonly PlannedParameter[],
  options: OptimizerOptions,
  kinds: OptimizerKinds,
): OptimizerNeeds {
  const kind = findOptimizer(options.kind, kinds);
  const checkFloats = (what: string, floats: unknown) => {
    if (Number.isInteger(floats) && (floats as number) >= 0) return floats as number;
    throw new UserError(
      `optimizer ${kind.kind}: ${what}: expected a whole number of floats, found ${floats}. Mend the kind.`,
    );
  };
  return {
    slots: parameters.flatMap((parameter) =>
      Object.entries(kind.slots(parameter, options)).map(([name, floats]) => ({
        name,
        parameter: parameter.label,
        size: checkFloats(`slot ${name} of ${parameter.label}`, floats),
      })),
    ),
    workFloats: checkFloats('countWorkFloats', kind.countWorkFloats?.(parameters, options) ?? 0),
  };
}

/** A network in one thread. */
interface UpdateWhere {
  readonly plan: NetworkPlan;
  readonly memory: ModelMemory;
  readonly kernels: Kernels;
  readonly batch: Batch;
}

interface UpdateHooks extends Pick<UpdateSite, 'reportNonFinite'> {
  /**
   * Of the step at hand.
   *
   * @param fallEpochs see ParameterPlan
   */
  learningRate(fallEpochs?: number): number;
}

export interface Update {
  readonly optimizer: OptimizerOptions;
  /** Among which it is. Absent: the built-in ones. */
  readonly kinds?: OptimizerKinds;
  /** Null for none. */
  readonly clipping: Clipping | null;
}

/**
 * The passes of a step behind those that make the gradients: their reduction, clipping, the optimizer's own. Parameters that are frozen stay as they
 * are, and so do their slots.
 */
export function planUpdate(
  where: UpdateWhere,
  { optimizer, kinds = OPTIMIZER_KINDS, clipping }: Update,
  hooks: UpdateHooks,
): BlockPass[] {
  const { plan, memory, kernels, batch } = where;
  const kind = findOptimizer(optimizer.kind, kinds);
  const reduces = kind.reduces === true && clipping === null;
  const parameters = listParameters(plan).map((parameter) => bindParameter(where, parameter));
  const { learningRate, reportNonFinite } = hooks;
  const site = { kernels, batch, parameters, reduces, work: memory.work, reportNonFinite };
  const passes = [
    ...(reduces ? [] : [planReduction(parameters)]),
    ...(clipping ? planClipping(site, clipping) : []),
    ...planByRate(parameters, (group, fallEpochs) =>
      kind.plan({ ...site, parameters: group, learningRate: () => learningRate(fallEpochs) }, optimizer),
    ),
  ];
  // Rates are the step's, and what is frozen is the epoch's.
  return passes.map((pass) => ({ ...pass, varies: true }));
}

/**
 * Plans the parameters of each rate by themselves, so that an optimizer knows of one rate. Groups use the same work and are cut into segments of their own,
 * so each waits for what is before it, and what follows for it.
 */
function planByRate(
  parameters: readonly UpdatedParameter[],
  planGroup: (group: readonly UpdatedParameter[], fallEpochs: number | undefined) => BlockPass[],
): BlockPass[] {
  const falls = [...new Set(parameters.map(({ plan }) => plan.fallEpochs))];
  if (falls.length <= 1) return planGroup(parameters, falls[0]);
  return falls.flatMap((fallEpochs) => {
    const group = parameters.filter(({ plan }) => plan.fallEpochs === fallEpochs);
    const passes = planGroup(group, fallEpochs);
    return passes.map((pass, i) => ({
      ...pass,
      ...(i === 0 && { waits: true }),
      ...(i === passes.length - 1 && { strays: true }),
    }));
  });
}

export function listParameters(plan: NetworkPlan): PlannedParameter[] {
  return plan.steps.flatMap((step) => step.parameters);
}

function bindParameter(where: UpdateWhere, plan: PlannedParameter): UpdatedParameter {
  const { memory, kernels, batch } = where;
  const { label, offset, size } = plan;
  const { gradient, shardGradients, rankGradients } = memory;
  const learningEpochs = countLearningEpochs(plan);
  const slots = memory.slots
    .filter(({ parameter }) => parameter === label)
    .map(({ name, values }) => [name, values] as const);
  return {
    plan,
    weights: memory.weights.subarray(offset, offset + size),
    gradient: gradient.subarray(offset, offset + size),
    slots: Object.fromEntries(slots),
    learns: () => batch.epoch < learningEpochs,
    // What ranks have joined is there.
    reduce: rankGradients
      ? () => {}
      : shardGradients
        ? bindShardJoin(kernels, where.plan, { shardGradients, gradient }, plan)
        : bindParameterReduction(where, memory, plan),
  };
}
