import type { Kernels } from '../kernels/kernels.js';
import type { BlockPass } from '../layers/pass.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';
import { listSegments } from './segments.js';

/**
 * A pass behind the update that looks how far each parameter has moved since the pass ran last. Its tasks are the update's, so each worker
 * looks at what it has just written.
 *
 * @param previous the weights as they were then, in the places of the weights; overwritten
 * @param reportMove called when a parameter has moved by more than epsilon, perhaps many times
 */
export function watchWeights(
  { plan, memory, kernels }: { plan: NetworkPlan; memory: ModelMemory; kernels: Kernels },
  previous: Float32Array,
  epsilon: number,
  reportMove: () => void,
): BlockPass {
  const segments = listSegments(plan);
  const measureChange = kernels.bindMeasureChange({ w: memory.weights, previous });
  return {
    name: 'weight change',
    over: 'blocks',
    waits: false,
    varies: true,
    blocks: segments.length,
    run(first, count) {
      for (let i = first; i < first + count; i++) {
        const { parameter, first: begin, count: floats } = segments[i]!;
        const change = measureChange(parameter.offset + begin, floats);
        if (change > epsilon) reportMove();
      }
    },
  };
}
