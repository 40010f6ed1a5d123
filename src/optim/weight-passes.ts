import type { BlockPass } from '../layers/pass.js';
import type { NetworkPlan, Slot } from '../network/plan.js';
import { listSegments, listStateSegments } from './segments.js';

/**
 * Passes behind the update that average all that is saved of a network, parameters and running statistics. Parameters are cut up as for the update,
 * so that each worker averages what it has just written.
 *
 * @param share of the step at hand; null if there is nothing to do
 * @param average called for pieces of the weights
 */
export function planAverage(
  plan: NetworkPlan,
  name: string,
  share: () => number | null,
  average: (share: number, first: number, count: number) => void,
): BlockPass[] {
  const over = (what: string, pieces: readonly Slot[]): BlockPass => ({
    name: what,
    over: 'blocks',
    waits: false,
    varies: true,
    blocks: pieces.length,
    run(first, count) {
      const now = share();
      if (now === null) return;
      for (let i = first; i < first + count; i++) {
        const { offset, size } = pieces[i]!;
        average(now, offset, size);
      }
    },
  });
  const parameters = listSegments(plan).map(({ parameter, first, count }) => ({
    offset: parameter.offset + first,
    size: count,
  }));
  return [over(name, parameters), over(`${name} of statistics`, listStateSegments(plan))];
}
