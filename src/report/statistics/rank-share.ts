/** A range is cut into so many parts of equally many values. */
const PARTS = 4;
/** Fewer values a part tell nothing. */
const LEAST_VALUES = 3;

/** What was chosen for something, and which rank it came to. */
export interface RankedValue {
  readonly value: unknown;
  readonly rank: number;
}

/**
 * ω², the share of the variance between ranks that lies between the options of a choice, or four parts of a range with equally many values each, less
 * what chance alone would give (Hays 1963). Ranks, so that one that came to nothing does not hide the others.
 *
 * @param isChoice whether the values have no order; else they are numbers
 * @returns 0 to 1; null where there are too few
 */
export function measureRankShare(known: readonly RankedValue[], isChoice: boolean): number | null {
  const keyOf = isChoice ? JSON.stringify : findPart(known.map(({ value }) => value as number));
  const groups = new Map<unknown, number[]>();
  for (const { value, rank } of known) {
    const key = keyOf(value as number);
    const group = groups.get(key);
    if (group) group.push(rank);
    else groups.set(key, [rank]);
  }
  return measureShare([...groups.values()]);
}

/** Equal values are in one part. */
function findPart(values: readonly number[]): (value: number) => number {
  const sorted = values.toSorted((a, b) => a - b);
  const places = new Map<number, number>();
  sorted.forEach((value, place) => {
    if (!places.has(value)) places.set(value, place);
  });
  return (value) => Math.floor((PARTS * places.get(value)!) / sorted.length);
}

function measureShare(groups: readonly (readonly number[])[]): number | null {
  const all = groups.flat();
  if (groups.length < 2 || all.length < LEAST_VALUES * groups.length) return null;
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
