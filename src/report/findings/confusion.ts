import type { Block } from '../document/blocks.js';
import type { ReportedRun } from './reported-run.js';
import { addArticle, joinWords } from './words.js';

/** Pairs of classes that a sentence names. */
const NAMED_PAIRS = 3;

/** The confusion matrix as a table: rows are labels, columns predictions, mistakes shaded by their number. */
export function describeConfusion(caption: string, { confusion, runId }: ReportedRun): Block {
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

/** The most frequent mistakes, and the hardest and easiest class. */
export function describeConfusions({ confusion }: ReportedRun): string {
  const pairs = confusion
    .flatMap((row, label) => row.map((images, predicted) => ({ label, predicted, images })))
    .filter(({ label, predicted, images }) => label !== predicted && images > 0)
    .sort((a, b) => b.images - a.images)
    .slice(0, NAMED_PAIRS);
  if (pairs.length === 0) return 'There is no mistake.';
  const told = pairs.map(
    ({ label, predicted, images }) =>
      `${addArticle(String(label))} for ${addArticle(String(predicted))} (${images} times)`,
  );
  const classes = confusion
    .map((row, label) => ({ label, percent: measureErrors(row, label) }))
    .filter(({ percent }) => Number.isFinite(percent))
    .sort((a, b) => b.percent - a.percent);
  const [hardest, easiest] = [classes[0]!, classes.at(-1)!];
  return (
    `Most often it takes ${joinWords(told)}. The hardest class is ${hardest.label}, with ` +
    `${hardest.percent.toFixed(1)}% wrong, the easiest ${easiest.label}, with ` +
    `${easiest.percent.toFixed(1)}%.`
  );
}

function measureErrors(row: readonly number[], label: number): number {
  const images = row.reduce((sum, count) => sum + count, 0);
  return (100 * (images - row[label]!)) / images;
}
