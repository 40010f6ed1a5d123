import type { RunSummary } from '../experiment/run-records.js';
import type { TestMetrics } from '../run/types.js';
import { formatNumber, NOTHING } from './format-values.js';
import { formatTestError } from './top-five.js';

/** By what runs are told apart, the least first: errors in percent of runs on classes, RMSE of regressions. */
export interface Measure {
  readonly title: string;
  readonly bestTitle: string;
  /** Of what is measured on validation images, by which runs are chosen where they have some. */
  readonly validationTitle: string;
  read(run: RunSummary): number | null;
  readBest(run: RunSummary): number | null;
  readValidation(run: RunSummary): number | null;
  format(value: number | null | undefined): string;
}

export const ERROR_PERCENT: Measure = {
  title: 'test error %',
  bestTitle: 'best %',
  read: ({ testErrorPercent }) => testErrorPercent,
  readBest: ({ bestTestErrorPercent }) => bestTestErrorPercent,
  validationTitle: 'val. error %',
  readValidation: ({ validationErrorPercent }) => validationErrorPercent,
  format: (value) => formatNumber(value, 2),
};

export const RMSE: Measure = {
  title: 'test RMSE',
  bestTitle: 'best RMSE',
  read: ({ testRmse }) => testRmse,
  readBest: ({ bestTestRmse }) => bestTestRmse,
  validationTitle: 'val. loss',
  readValidation: ({ validationLoss }) => validationLoss,
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

/**
 * `test error 8.00%`, or of a regression `test RMSE 0.1234, R² 0.9876`.
 *
 * @param classes of the data set; null if they are not known
 */
export function describeTest(tested: TestMetrics | undefined, classes: number | null): string {
  const noun = tested?.testRmse === undefined ? 'error ' : '';
  return `test ${noun}${describeTestShortly(tested, classes)}`;
}

/** Likewise without what it is of: `8.00%`, `RMSE 0.1234, R² 0.9876`. */
export function describeTestShortly(tested: TestMetrics | undefined, classes: number | null): string {
  return tested?.testRmse === undefined
    ? formatTestError(tested, classes)
    : `RMSE ${formatRmse(tested.testRmse)}, R² ${formatR2(tested.testR2)}`;
}
