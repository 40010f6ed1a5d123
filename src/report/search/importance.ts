import type { Parameter } from '../../search/space.js';
import { measureRankShare } from '../statistics/rank-share.js';
import type { RecordedTrial } from './search-records.js';

/** How much of what trials come to is told by one parameter. */
export interface Importance {
  readonly parameter: Parameter;
  /** Of the variance of the trials' ranks, 0 to 1; null where there are too few trials. */
  readonly share: number | null;
}

/**
 * The importance of each parameter, the greatest first: ω², the share of the variance between trials' ranks that lies between the options of a choice, or
 * four parts of a range with equally many values each. Of a conditional parameter only the trials count that have it. What two parameters do only
 * together it does not see.
 *
 * @param ranked the best first
 */
export function measureImportance(
  parameters: readonly Parameter[],
  ranked: readonly RecordedTrial[],
): Importance[] {
  const measured = parameters.map((parameter): Importance => {
    const known = ranked.flatMap(({ settings }, rank) => {
      const value = settings[parameter.name];
      return value === undefined ? [] : [{ value, rank }];
    });
    return { parameter, share: measureRankShare(known, parameter.domain.kind === 'choice') };
  });
  return measured.sort((a, b) => (b.share ?? -1) - (a.share ?? -1));
}
