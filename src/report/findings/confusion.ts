import type { Block } from '../document/blocks.js';
import {
  type ConfusionCell,
  countCells,
  MATRIX_CLASSES,
  rankMistakes,
  SHOWN_MISTAKES,
} from './confusion-cells.js';
import type { ReportedRun } from './reported-run.js';
import { addArticle, formatNumberOf, joinWords } from './words.js';

/** Pairs of classes that a sentence names. */
const NAMED_PAIRS = 3;

/** Which classes are taken for which: a matrix, or the most frequent mistakes where there are many classes. */
export function describeConfusion(caption: string, run: ReportedRun): Block {
  const { length } = run.confusion;
  return length > 0 && length <= MATRIX_CLASSES ? showMatrix(caption, run) : showMistakes(caption, run);
}

/** Rows are labels, columns predictions, mistakes shaded by their number. */
function showMatrix(caption: string, { confusion, runId }: ReportedRun): Block {
  const greatest = Math.max(
    1,
    ...confusion.flatMap((row, label) => row.filter((_, predicted) => predicted !== label)),
  );
  return {
    kind: 'table',
    caption: `${caption} (run ${runId}). Rows: what it is; columns: what it is taken for.`,
    columns: [
      { title: 'label', align: 'right' },
      ...confusion.map((_, predicted) => ({ title: String(predicted), align: 'right' as const })),
      { title: 'wrong %', align: 'right' },
    ],
    rows: confusion.map((row, label) => [
      String(label),
      ...row.map((images) => (images === 0 ? '' : String(images))),
      measureErrors(row, label).toFixed(1),
    ]),
    shades: confusion.map((row, label) => [
      0,
      ...row.map((images, predicted) => (predicted === label ? 0 : images / greatest)),
      0,
    ]),
  };
}

function showMistakes(caption: string, run: ReportedRun): Block {
  const cells = countCells(run);
  const images = sumByLabel(cells);
  const mistakes = rankMistakes(cells);
  const shown = mistakes.slice(0, SHOWN_MISTAKES);
  const greatest = shown[0]?.images ?? 1;
  return {
    kind: 'table',
    caption: `${caption} (run ${run.runId}). The most frequent of ${formatNumberOf(mistakes.length, 'pair')} of classes.`,
    columns: ['label', 'taken for', 'images', 'of its class'].map((title) => ({ title, align: 'right' })),
    rows: shown.map((cell) => [
      String(cell.label),
      String(cell.predicted),
      String(cell.images),
      String(images.get(cell.label)),
    ]),
    shades: shown.map((cell) => [0, 0, cell.images / greatest, 0]),
  };
}

/** The most frequent mistakes, and the hardest and easiest class. */
export function describeConfusions(run: ReportedRun): string {
  const cells = countCells(run);
  const pairs = rankMistakes(cells).slice(0, NAMED_PAIRS);
  if (pairs.length === 0) return 'There is no mistake.';
  const told = pairs.map(
    ({ label, predicted, images }) =>
      `${addArticle(String(label))} for ${addArticle(String(predicted))} (${images} times)`,
  );
  const right = sumByLabel(cells.filter(({ label, predicted }) => label === predicted));
  const classes = [...sumByLabel(cells)]
    .map(([label, images]) => ({ label, percent: (100 * (images - (right.get(label) ?? 0))) / images }))
    .sort((a, b) => b.percent - a.percent);
  const [hardest, easiest] = [classes[0]!, classes.at(-1)!];
  return (
    `Most often it takes ${joinWords(told)}. The hardest class is ${hardest.label}, with ` +
    `${hardest.percent.toFixed(1)}% wrong, the easiest ${easiest.label}, with ` +
    `${easiest.percent.toFixed(1)}%.`
  );
}

/** Images of each class that has some, in the classes' order. */
function sumByLabel(cells: readonly ConfusionCell[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { label, images } of cells) sums.set(label, (sums.get(label) ?? 0) + images);
  return sums;
}

function measureErrors(row: readonly number[], label: number): number {
  const images = row.reduce((sum, count) => sum + count, 0);
  return (100 * (images - row[label]!)) / images;
}
