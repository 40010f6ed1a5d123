import { correctByHolm } from '../../../src/report/statistics/holm.js';
import { compareMeans } from '../../../src/report/statistics/samples.js';
import { measureSpread, type Spread } from '../../../src/report/statistics/spread.js';
import { type Column, readNumber } from './column.js';
import type { RunModel } from './run-model.js';

/** What runs are grouped by: their seeds left out, all else equal, or equal values of some columns. */
export type Grouping = 'seeds' | readonly string[];

/** Runs that are one row of the table. */
export interface RunGroup {
  /** Places of all its runs. */
  readonly places: readonly number[];
  /** Of those that are done: means are over these alone, since a run that is under way or has failed would mix half of a training in. */
  readonly finished: readonly number[];
}

/** Groups some runs, in the order of the first of each. */
export function groupRuns(places: readonly number[], by: Grouping, model: RunModel): RunGroup[] {
  const keyOf = nameKeys(by, model);
  const groups = new Map<unknown, { places: number[]; finished: number[] }>();
  for (const place of places) {
    const key = keyOf(place);
    const group = groups.get(key) ?? { places: [], finished: [] };
    groups.set(key, group);
    group.places.push(place);
    if (model.states[place] === 'done') group.finished.push(place);
  }
  return [...groups.values()];
}

function nameKeys(by: Grouping, model: RunModel): (place: number) => unknown {
  if (by === 'seeds') return (place) => model.groups[place];
  const columns = by.flatMap((name) => model.columns.get(name) ?? []);
  return (place) => JSON.stringify(columns.map(({ cells }) => cells[place]));
}

/** Finite values that a group's finished runs have in a column. */
export function valuesOf({ finished }: RunGroup, { cells }: Pick<Column, 'cells'>): number[] {
  return finished.map((place) => readNumber(cells[place])).filter(Number.isFinite);
}

/** Mean and sample deviation of a group in a column of numbers; null where no run has a value. */
export function spreadOf(group: RunGroup, column: Pick<Column, 'cells'>): Spread | null {
  const values = valuesOf(group, column);
  return values.length === 0 ? null : measureSpread(values);
}

/** How a group compares with the best one: see `compareWithBest`. */
export interface Comparison {
  readonly isBest: boolean;
  /** Null for the best, and where it cannot be told. */
  readonly p: number | null;
}

/**
 * Compares each group's mean in a column with the best group's by Welch's t test. The best is the one with the least mean, or the greatest, of those
 * with at least two runs; which one that is shows only after the fact, so this is corrected by Holm for all pairs of these.
 */
export function compareWithBest(
  groups: readonly RunGroup[],
  column: Pick<Column, 'cells'>,
  isGreaterBetter: boolean,
): Comparison[] {
  const samples = groups.map((group) => valuesOf(group, column));
  const means = samples.map((values) => (values.length > 1 ? measureSpread(values).mean : Number.NaN));
  const best = findBest(means, isGreaterBetter);
  const told = samples.map((values, i) =>
    best < 0 || i === best ? null : compareMeans(samples[best]!, values),
  );
  const count = means.filter((mean) => !Number.isNaN(mean)).length;
  const corrected = correctByHolm(
    told.filter((p) => p !== null),
    (count * (count - 1)) / 2,
  );
  let next = 0;
  return told.map((p, i) => ({ isBest: i === best, p: p === null ? null : corrected[next++]! }));
}

function findBest(means: readonly number[], isGreaterBetter: boolean): number {
  let best = -1;
  means.forEach((mean, i) => {
    if (Number.isNaN(mean)) return;
    if (best < 0 || (isGreaterBetter ? mean > means[best]! : mean < means[best]!)) best = i;
  });
  return best;
}
