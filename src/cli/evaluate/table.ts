import type { NamedEvaluation } from '../../checkpoint/evaluation.js';
import { formatCount, formatNumber } from '../../report/format-values.js';
import { formatTable } from '../../report/tables.js';

/** A line a network, and a line a class of the last of them. */
export function formatEvaluations(
  evaluations: readonly NamedEvaluation[],
  classNames: readonly string[],
): string {
  const networks = formatTable(
    [
      { title: 'network', align: 'left' },
      { title: 'images', align: 'right' },
      { title: 'loss', align: 'right' },
      { title: 'error %', align: 'right' },
      { title: 'top-5 error %', align: 'right' },
    ],
    evaluations.map(({ name, images, loss, errorPercent, top5ErrorPercent }) => [
      name,
      formatCount(images),
      formatNumber(loss, 4),
      formatNumber(errorPercent, 2),
      formatNumber(top5ErrorPercent, 2),
    ]),
  );
  const { name, classes } = evaluations.at(-1)!;
  const ofClasses = formatTable(
    [
      { title: `class (${name})`, align: 'left' },
      { title: 'images', align: 'right' },
      { title: 'errors', align: 'right' },
      { title: 'error %', align: 'right' },
    ],
    classes
      .map(({ images, errors }, label) => [
        classNames[label] ?? `class ${label}`,
        formatCount(images),
        formatCount(errors),
        formatNumber(images > 0 ? (100 * errors) / images : null, 2),
      ])
      // Outputs that no image has as its label are classes that the data set does not know.
      .filter((_, label) => label < classNames.length),
  );
  return `${networks}\n${ofClasses}`;
}
