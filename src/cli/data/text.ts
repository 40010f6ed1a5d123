import { formatShape } from '../../core/shape.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { DatasetStatistics } from '../../dataset/statistics.js';
import { describeTargets, type TargetRange } from '../../dataset/target-ranges.js';
import { formatCount } from '../../report/format-values.js';
import { formatTarget } from '../../report/measures.js';

/** `50,000 training and 10,000 test images of 32×32×3`. */
export function formatSizes({ train, test, shape }: Dataset): string {
  return `${formatCount(train.count)} training and ${formatCount(test.count)} test images of ${formatShape(shape)}`;
}

/** Means and deviations of the channels. */
export function formatMoments({ means, deviations }: DatasetStatistics): string {
  const format = (values: readonly number[]) => values.map((value) => value.toFixed(5)).join(', ');
  return `mean ${format(means)}; deviation ${format(deviations)} (pixels 0 to 1)`;
}

/** A data set's classes or targets as a table. */
export function formatAnswers(dataset: Dataset, statistics: DatasetStatistics): string {
  return dataset.targetNames
    ? formatTargets(describeTargets(dataset.targetNames, dataset.train))
    : formatClasses(dataset, statistics);
}

/** Name, and least, mean and greatest of the training images. */
function formatTargets(targets: readonly TargetRange[]): string {
  return formatLines([
    ['target', 'least', 'mean', 'greatest'],
    ...targets.map(({ name, least, mean, greatest }) => [name, ...[least, mean, greatest].map(formatTarget)]),
  ]);
}

/** Name, training images, test images. */
function formatClasses({ classNames }: Dataset, statistics: DatasetStatistics): string {
  const rows = classNames.map((name, i) => [
    name,
    formatCount(statistics.trainCounts[i]!),
    formatCount(statistics.testCounts[i]!),
  ]);
  return formatLines([['class', 'training', 'test'], ...rows]);
}

function formatLines(table: readonly (readonly string[])[]): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map(([name, ...numbers]) => {
      const cells = numbers.map((number, i) => number.padStart(widths[i + 1]!));
      return `  ${[name!.padEnd(widths[0]!), ...cells].join('  ')}\n`;
    })
    .join('');
}
