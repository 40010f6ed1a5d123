import type { BlockPass } from '../layers/pass.js';
import type { UpdatedParameter, UpdateSite } from './optimizers/optimizer.js';
import type { Segment } from './segments.js';

/** How an optimizer moves what learns, segment by segment. */
interface SegmentMoves<Piece> {
  /** Called by every worker before its segments of a step. */
  begin?(): void;
  /**
   * @param rate of the step with the parameter's factor
   * @returns whether every weight is still finite
   */
  move(segment: Piece, rate: number): boolean;
}

/** The one pass of an optimizer that moves segments one by one, each by itself; it sums the parts' gradients in passing where the site asks for it. */
export function planSegmentUpdate<Piece extends Segment<UpdatedParameter>>(
  site: UpdateSite,
  segments: readonly Piece[],
  moves: SegmentMoves<Piece>,
): BlockPass {
  return {
    name: site.reduces ? 'reduction and update' : 'update',
    over: 'blocks',
    waits: site.reduces,
    blocks: segments.length,
    run(firstSegment, segmentCount) {
      const learningRate = site.learningRate();
      moves.begin?.();
      for (let i = firstSegment; i < firstSegment + segmentCount; i++) {
        const segment = segments[i]!;
        const { parameter, first, count } = segment;
        if (!parameter.learns()) continue;
        if (site.reduces) parameter.reduce(first, count);
        const rate = learningRate * parameter.plan.learningRateFactor;
        if (!moves.move(segment, rate)) site.reportNonFinite();
      }
    },
  };
}
