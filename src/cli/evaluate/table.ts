import type { Evaluation } from '../../checkpoint/evaluation.js';
import type { TargetEvaluation } from '../../checkpoint/target-evaluation.js';
import { formatCount, formatNumber } from '../../report/format-values.js';
import { formatR2, formatRmse } from '../../report/measures.js';
import { formatTable } from '../../report/tables.js';

/** Of one network, or of several together. */
export type NamedEvaluation = { readonly name: string } & (Evaluation | TargetEvaluation);

/**
 * A line a network, and a line a class or target of the last of them.
 *
 * @param width of the terminal, in characters
 */
export function formatEvaluations(
  evaluations: readonly NamedEvaluation[],
  classNames: readonly string[],
  width: number,
): string {
  const last = evaluations.at(-1)!;
  const parts =
    'targets' in last
      ? [
          formatFits(
            evaluations.filter((one) => 'targets' in one),
            width,
          ),
          formatTargets(last, width),
        ]
      : [
          formatErrors(
            evaluations.filter((one) => 'classes' in one),
            width,
          ),
          formatClasses(last, classNames, width),
        ];
  return parts.join('\n');
}

function formatErrors(evaluations: readonly (NamedEvaluation & Evaluation)[], width: number): string {
  return formatTable(
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
    width,
  );
}

/** Outputs beyond the classes' names are classes that the data set does not know. */
function formatClasses(
  { name, classes }: NamedEvaluation & Evaluation,
  classNames: readonly string[],
  width: number,
): string {
  return formatTable(
    [
      { title: `class (${name})`, align: 'left' },
      { title: 'images', align: 'right' },
      { title: 'errors', align: 'right' },
      { title: 'error %', align: 'right' },
    ],
    classes
      .slice(0, classNames.length)
      .map(({ name: className, images, errors }) => [
        className,
        formatCount(images),
        formatCount(errors),
        formatNumber(images > 0 ? (100 * errors) / images : null, 2),
      ]),
    width,
  );
}

function formatFits(evaluations: readonly (NamedEvaluation & TargetEvaluation)[], width: number): string {
  return formatTable(
    [
      { title: 'network', align: 'left' },
      { title: 'images', align: 'right' },
      { title: 'loss', align: 'right' },
      { title: 'RMSE', align: 'right' },
      { title: 'R²', align: 'right' },
    ],
    evaluations.map(({ name, images, loss, rmse, r2 }) => [
      name,
      formatCount(images),
      formatNumber(loss, 4),
      formatRmse(rmse),
      formatR2(r2),
    ]),
    width,
  );
}

function formatTargets({ name, targets }: NamedEvaluation & TargetEvaluation, width: number): string {
  return formatTable(
    [
      { title: `target (${name})`, align: 'left' },
      { title: 'RMSE', align: 'right' },
      { title: 'R²', align: 'right' },
    ],
    targets.map(({ name: target, rmse, r2 }) => [target, formatRmse(rmse), formatR2(r2)]),
    width,
  );
}
