import type { RunSummary } from '../experiment/run-records.js';
import type { TestMetrics } from '../run/types.js';
import { formatNumber, NOTHING } from './format-values.js';

/** By what runs are told apart, the least first: errors in percent of runs on classes, RMSE of regressions. */
export interface Measure {
  readonly title: string;
  readonly bestTitle: string;
  read(run: RunSummary): number | null;
  readBest(run: RunSummary): number | null;
  format(value: number | null | undefined): string;
}

export const ERROR_PERCENT: Measure = {
  title: 'test error %',
  bestTitle: 'best %',
  read: ({ testErrorPercent }) => testErrorPercent,
  readBest: ({ bestTestErrorPercent }) => bestTestErrorPercent,
  format: (value) => formatNumber(value, 2),
};

export const RMSE: Measure = {
  title: 'test RMSE',
  bestTitle: 'best RMSE',
  read: ({ testRmse }) => testRmse,
  readBest: ({ bestTestRmse }) => bestTestRmse,
  format: formatRmse,
};

const TARGET_DIGITS = 4;

/** A target, or what is measured in its units, which may be of any size: `0.01234`, `1.234e+7`. */
export function formatTarget(value: number): string {
  return value.toPrecision(TARGET_DIGITS);
}

export function formatRmse(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : formatTarget(value);
}

export function formatR2(value: number | null | undefined): string {
  return formatNumber(value, 4);
}

type Tested = Partial<Pick<TestMetrics, 'testErrorPercent' | 'testRmse' | 'testR2'>>;

/** `test error 8.00%`, or of a regression `test RMSE 0.1234, R² 0.9876`. */
export function describeTest(tested: Tested | undefined): string {
  return `test ${describeTestShortly(tested, 'error ')}`;
}

/** Likewise without what the numbers are of: `8.00%`, `RMSE 0.1234, R² 0.9876`. */
export function describeTestShortly(tested: Tested | undefined, noun = ''): string {
  return tested?.testRmse === undefined
    ? `${noun}${ERROR_PERCENT.format(tested?.testErrorPercent)}%`
    : `RMSE ${formatRmse(tested.testRmse)}, R² ${formatR2(tested.testR2)}`;
}
