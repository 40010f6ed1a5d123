import type { NetworkPlan, PlannedParameter, Slot } from '../network/plan.js';
import type { UpdatedParameter } from './optimizers/optimizer.js';

/** Parameters that one task works on: small enough to share out a small net, large enough for the calls not to show. */
const FLOATS_PER_SEGMENT = 2048;

/** A piece of one parameter. */
export interface Segment<Parameter = PlannedParameter> {
  readonly parameter: Parameter;
  /** Within the parameter. */
  readonly first: number;
  readonly count: number;
}

/** All parameters of some steps, cut up in their order. */
export function listSegments({ steps }: Pick<NetworkPlan, 'steps'>): Segment[] {
  return steps
    .flatMap((step) => step.parameters)
    .flatMap((parameter) => cut(parameter.size).map((piece) => ({ parameter, ...piece })));
}

/** Parameters with their memory, cut up likewise. */
export function cutParameters(parameters: readonly UpdatedParameter[]): Segment<UpdatedParameter>[] {
  return parameters.flatMap((parameter) =>
    cut(parameter.plan.size).map((piece) => ({ parameter, ...piece })),
  );
}

/** The same, with what is bound to kernels once a parameter. */
export function cutAndBind<Bound extends object>(
  parameters: readonly UpdatedParameter[],
  bind: (parameter: UpdatedParameter) => Bound,
): (Segment<UpdatedParameter> & Bound)[] {
  return parameters.flatMap((parameter) => {
    const bound = bind(parameter);
    return cutParameters([parameter]).map((segment) => ({ ...segment, ...bound }));
  });
}

/** How many segments some parameters are cut into. */
export function countSegments(parameters: readonly PlannedParameter[]): number {
  return parameters.reduce((sum, { size }) => sum + Math.ceil(size / FLOATS_PER_SEGMENT), 0);
}

/** All state, cut up likewise, by its places in the weights. */
export function listStateSegments(plan: NetworkPlan): Slot[] {
  return plan.steps
    .flatMap((step) => step.state)
    .flatMap(({ offset, size }) =>
      cut(size).map(({ first, count }) => ({ offset: offset + first, size: count })),
    );
}

function cut(size: number): Pick<Segment, 'first' | 'count'>[] {
  return Array.from({ length: Math.ceil(size / FLOATS_PER_SEGMENT) }, (_, i) => {
    const first = i * FLOATS_PER_SEGMENT;
    return { first, count: Math.min(FLOATS_PER_SEGMENT, size - first) };
  });
}
