import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';

/**
 * ½ Σ λ·‖w‖² over all parameters, λ being `weightDecay` times the parameter's own factor: the term whose gradient is the update's λ·w.
 * Summed in double precision, parameter by parameter in the plan's order.
 */
export function computeRegularization(
  plan: Pick<NetworkPlan, 'steps'>,
  { weights }: Pick<ModelMemory, 'weights'>,
  weightDecay: number,
): number {
  let sum = 0;
  for (const parameter of plan.steps.flatMap((step) => step.parameters)) {
    const decay = weightDecay * parameter.weightDecayFactor;
    if (decay === 0) continue;
    let squares = 0;
    for (let i = parameter.offset; i < parameter.offset + parameter.size; i++) squares += weights[i]! ** 2;
    sum += 0.5 * decay * squares;
  }
  return sum;
}
