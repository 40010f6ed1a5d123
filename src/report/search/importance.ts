import type { Domain } from '../../search/domain.js';
import type { Parameter } from '../../search/space.js';
import type { RecordedTrial } from './search-records.js';

/** How much of what trials come to is told by one parameter. */
export interface Importance {
  readonly parameter: Parameter;
  /** Of the variance of the trials' ranks, 0 to 1; null where there are too few trials. */
  readonly share: number | null;
}

/** A range is cut into so many parts of equally many trials. */
const PARTS = 4;
/** Fewer trials a part tell nothing. */
const LEAST_TRIALS = 3;

/**
 * The importance of each parameter, the greatest first: ω², the share of the variance between trials' ranks that lies between the options of a choice, or
 * the quarters of a range, less what chance alone would give (Hays 1963). Of a conditional parameter only the trials count that have it. Ranks, so
 * that one trial that came to nothing does not hide the others. What two parameters do only together it does not see.
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
    return { parameter, share: measureShare(groupRanks(parameter.domain, known)) };
  });
  return measured.sort((a, b) => (b.share ?? -1) - (a.share ?? -1));
}

interface RankedValue {
  readonly value: unknown;
  readonly rank: number;
}

function groupRanks({ kind }: Domain, known: readonly RankedValue[]): number[][] {
  const keyOf = kind === 'choice' ? JSON.stringify : findPart(known.map(({ value }) => value as number));
  const groups = new Map<unknown, number[]>();
  for (const { value, rank } of known) {
    const key = keyOf(value as number);
    groups.set(key, [...(groups.get(key) ?? []), rank]);
  }
  return [...groups.values()];
}

/** Equal values are in one part. */
function findPart(values: readonly number[]): (value: number) => number {
  const sorted = values.toSorted((a, b) => a - b);
  return (value) => Math.floor((PARTS * sorted.indexOf(value)) / sorted.length);
}

function measureShare(groups: readonly (readonly number[])[]): number | null {
  const all = groups.flat();
  if (groups.length < 2 || all.length < LEAST_TRIALS * groups.length) return null;
  const mean = average(all);
  const total = sumSquares(all, mean);
  const within = groups.reduce((sum, group) => sum + sumSquares(group, average(group)), 0);
  const noise = within / (all.length - groups.length);
  return Math.max(0, (total - within - (groups.length - 1) * noise) / (total + noise));
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function sumSquares(numbers: readonly number[], mean: number): number {
  return numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
}
