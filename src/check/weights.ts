import { RandomStream } from '../core/rng.js';
import type { NetworkPlan, PlannedParameter } from '../network/plan.js';

/** Deviation of the weights that a network's first loss is measured with: small, so that all classes come out equally likely. */
export const SMALL_DEVIATION = 0.001;
/** Deviation of what is added to parameters that begin as constants, so that none sits where a gradient is special. */
const OFFSET_DEVIATION = 0.1;

/** Weights that begin as random numbers are gaussian and small; the others have their first values. */
export function drawSmallWeights(plan: NetworkPlan): Float64Array {
  return drawWeights(plan, (parameter, random) =>
    isRandom(parameter) ? SMALL_DEVIATION * random : firstValue(parameter),
  );
}

/** Weights that keep the size of numbers through all layers (He et al., ICCV 2015), so that every derivative can be seen. */
export function drawGenericWeights(plan: NetworkPlan): Float64Array {
  return drawWeights(plan, (parameter, random) =>
    isRandom(parameter)
      ? Math.sqrt(2 / parameter.fanIn) * random
      : firstValue(parameter) + OFFSET_DEVIATION * random,
  );
}

function drawWeights(
  plan: NetworkPlan,
  draw: (parameter: PlannedParameter, random: number) => number,
): Float64Array {
  const weights = new Float64Array(plan.weightFloats);
  const stream = new RandomStream([plan.steps.length, 0]);
  for (const step of plan.steps) {
    for (const parameter of step.parameters) {
      const { offset, size, absent = [] } = parameter;
      for (let i = offset; i < offset + size; i++) weights[i] = draw(parameter, stream.nextNormal());
      for (const index of absent) weights[offset + index] = 0;
    }
    for (const { offset, size, initial } of step.state) weights.fill(initial, offset, offset + size);
  }
  return weights;
}

function isRandom({ initializer: { kind } }: PlannedParameter): boolean {
  return kind !== 'zero' && kind !== 'constant';
}

function firstValue({ initializer }: PlannedParameter): number {
  return initializer.kind === 'constant' ? initializer.value : 0;
}
