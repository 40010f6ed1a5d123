import type { WholeRun } from '../experiment/whole-run.js';
import { formatCount, formatNumber } from '../report/format-values.js';
import { formatR2, formatRmse } from '../report/measures.js';

/** A column of runs side by side. */
export interface ComparedMeasure {
  readonly title: string;
  /** A text for each run: of the epoch whose weights were kept, or, until it is done, of the last one. */
  readonly values: readonly string[];
}

type Read = (run: WholeRun, kept: WholeRun['epochs'][number]) => number | null | undefined;

const MEASURES: readonly (readonly [title: string, read: Read, format: typeof formatRmse])[] = [
  ['epochs', ({ epochs }) => epochs.length, formatCount],
  ['validation error %', (_, kept) => kept.validationErrorPercent, formatPercent],
  [
    'test error %',
    ({ augmentedTestErrorPercent }, kept) => augmentedTestErrorPercent ?? kept.testErrorPercent,
    formatPercent,
  ],
  ['test RMSE', ({ augmentedTestRmse }, kept) => augmentedTestRmse ?? kept.testRmse, formatRmse],
  ['test R²', ({ augmentedTestR2 }, kept) => augmentedTestR2 ?? kept.testR2, formatR2],
];

/** What some of the runs have been measured by, finished or not. */
export function listMeasures(runs: readonly WholeRun[]): ComparedMeasure[] {
  return MEASURES.flatMap(([title, read, format]) => {
    const values = runs.map((run) => {
      const kept = run.epochs[(run.bestEpoch ?? run.epochs.length) - 1];
      return (kept && read(run, kept)) ?? null;
    });
    return values.some((value) => value !== null) ? [{ title, values: values.map(format) }] : [];
  });
}

function formatPercent(value: number | null | undefined): string {
  return formatNumber(value, 2);
}
