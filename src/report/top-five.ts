import type { TestMetrics } from '../run/types.js';
import { formatNumber } from './format-values.js';

/** Of so few classes the top-5 error says little. */
const FEW_CLASSES = 10;

/**
 * Whether the top-5 error is told beside the error.
 *
 * @param classes of the data set; null for a run that has not told them
 */
export function tellsTopFive(classes: number | null): boolean {
  return classes !== null && classes > FEW_CLASSES;
}

/** `8.25%`, and of many classes `8.25% (top-5 1.50%)`. */
export function formatTestError(metrics: TestMetrics | undefined, classes: number | null): string {
  const error = `${formatNumber(metrics?.testErrorPercent, 2)}%`;
  if (!tellsTopFive(classes)) return error;
  return `${error} (top-5 ${formatNumber(metrics?.testTop5ErrorPercent, 2)}%)`;
}
