import { formatShape } from '../../core/shape.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { DatasetStatistics } from '../../dataset/statistics.js';
import { formatCount } from '../../report/format-values.js';

/** `50,000 training and 10,000 test images of 32×32×3`. */
export function formatSizes({ train, test, shape }: Dataset): string {
  return `${formatCount(train.count)} training and ${formatCount(test.count)} test images of ${formatShape(shape)}`;
}

/** Means and deviations of the channels. */
export function formatMoments({ means, deviations }: DatasetStatistics): string {
  const format = (values: readonly number[]) => values.map((value) => value.toFixed(5)).join(', ');
  return `mean ${format(means)}; deviation ${format(deviations)} (pixels 0 to 1)`;
}

/** A data set's classes as a table: name, training images, test images. */
export function formatClasses({ classNames }: Dataset, statistics: DatasetStatistics): string {
  const rows = classNames.map((name, i) => [
    name,
    formatCount(statistics.trainCounts[i]!),
    formatCount(statistics.testCounts[i]!),
  ]);
  const table = [['class', 'training', 'test'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map(
      ([name, train, test]) =>
        `  ${name!.padEnd(widths[0]!)}  ${train!.padStart(widths[1]!)}  ${test!.padStart(widths[2]!)}\n`,
    )
    .join('');
}
