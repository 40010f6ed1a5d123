import type { NetworkPlan, PlannedParameter, Slot } from '../network/plan.js';

/** Parameters that one task works on: small enough to share out a small net, large enough for the calls not to show. */
const FLOATS_PER_SEGMENT = 2048;

/** A piece of one parameter. */
export interface Segment {
  readonly parameter: PlannedParameter;
  /** Within the parameter. */
  readonly first: number;
  readonly count: number;
}

/** All parameters, cut up in the plan's order. */
export function listSegments(plan: NetworkPlan): Segment[] {
  return plan.steps
    .flatMap((step) => step.parameters)
    .flatMap((parameter) => cut(parameter.size).map((piece) => ({ parameter, ...piece })));
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
