import { studentQuantile } from '../../core/distributions.js';
import { computeWilsonInterval, type Interval } from '../../report/statistics/proportion.js';
import { measureSpread } from '../../report/statistics/spread.js';
import type { RunsAnswer } from '../answers/runs.js';
import type { CellValue } from '../run-rows.js';
import { type GridField, nameSetting } from './fields.js';
import type { GridMeasure } from './measures.js';

/** Runs that differ in nothing but the seed, and what they come to. */
export interface Setting {
  /** What varies, in words; the network's label where nothing does. */
  readonly name: string;
  /** Of the grid's fields. */
  readonly values: Readonly<Record<string, CellValue>>;
  readonly runs: readonly number[];
  /** The measure of each run. */
  readonly results: readonly number[];
  readonly mean: number;
  /** Of the sample; null for one run. */
  readonly deviation: number | null;
  /** 95%: of the mean over seeds (Student); of one run, what its test images leave open (Wilson). Null where nothing tells. */
  readonly interval: Interval | null;
}

/** The settings of some finished runs, the best first. */
export function listSettings(
  table: RunsAnswer,
  fields: readonly GridField[],
  measure: GridMeasure,
): Setting[] {
  const groups = new Map<number, number[]>();
  table.groups.forEach((group, place) => {
    const places = groups.get(group);
    if (places) places.push(place);
    else groups.set(group, [place]);
  });
  const settings = [...groups.values()].map((places): Setting => {
    const results = places.map((place) => table.values[measure.name]![place] as number);
    const values = Object.fromEntries(fields.map(({ name }) => [name, table.values[name]![places[0]!]!]));
    const { mean, deviation } = measureSpread(results);
    return {
      name: nameSetting(fields, values) || String(table.values.label?.[places[0]!] ?? 'this setting'),
      values,
      runs: places.map((place) => table.runs[place]!),
      results,
      mean,
      deviation,
      interval:
        deviation === null
          ? boundByImages(mean, measure, countImages(table, measure, places[0]!))
          : boundMean(results, measure),
    };
  });
  return settings.sort((a, b) => measure.sign * (a.mean - b.mean) || a.runs[0]! - b.runs[0]!);
}

function boundMean(results: readonly number[], { limits: [least, most] }: GridMeasure): Interval {
  const { n, mean, deviation } = measureSpread(results);
  const half = (studentQuantile(0.05, n - 1) * deviation!) / Math.sqrt(n);
  return { low: Math.max(least, mean - half), high: Math.min(most, mean + half) };
}

function boundByImages(
  percent: number,
  { imagesField }: GridMeasure,
  images: number | null,
): Interval | null {
  if (imagesField === null || images === null) return null;
  const { low, high } = computeWilsonInterval(Math.round((percent * images) / 100), images);
  return { low: 100 * low, high: 100 * high };
}

function countImages({ values }: RunsAnswer, { imagesField }: GridMeasure, place: number): number | null {
  const count = imagesField === null ? null : values[imagesField]?.[place];
  return typeof count === 'number' && count > 0 ? count : null;
}
