import type { NetworkPlan, PlannedParameter } from '../network/plan.js';

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
  return plan.steps.flatMap((step) => step.parameters).flatMap(cutIntoSegments);
}

function cutIntoSegments(parameter: PlannedParameter): Segment[] {
  return Array.from({ length: Math.ceil(parameter.size / FLOATS_PER_SEGMENT) }, (_, i) => {
    const first = i * FLOATS_PER_SEGMENT;
    return { parameter, first, count: Math.min(FLOATS_PER_SEGMENT, parameter.size - first) };
  });
}
