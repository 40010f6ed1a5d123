import type { Answers } from '../../experiment/answers.js';
import type { WholeRun } from '../../experiment/whole-run.js';

/** How often test images of one class are taken for another one, or rightly for their own. */
export interface ConfusionCell {
  readonly label: number;
  readonly predicted: number;
  /** At least 1. */
  readonly images: number;
}

/** What a run's mistakes are counted from. */
export interface CountedRun extends Pick<WholeRun, 'confusion'> {
  /** Of a run with too many classes for a matrix, all that there is. */
  readonly answers: Answers | null;
}

/** The cells of a run's confusion matrix that are not empty, row by row. */
export function countCells({ confusion, answers }: CountedRun): ConfusionCell[] {
  if (confusion.length > 0 || answers === null) {
    return confusion.flatMap((row, label) =>
      row.map((images, predicted) => ({ label, predicted, images })).filter(({ images }) => images > 0),
    );
  }
  const counts = new Map<number, Map<number, number>>();
  answers.predicted.forEach((predicted, i) => {
    const label = answers.labels[i]!;
    const row = counts.get(label) ?? new Map<number, number>();
    counts.set(label, row.set(predicted, (row.get(predicted) ?? 0) + 1));
  });
  return [...counts]
    .flatMap(([label, row]) => [...row].map(([predicted, images]) => ({ label, predicted, images })))
    .sort((a, b) => a.label - b.label || a.predicted - b.predicted);
}

/** Of those, the mistakes, the most frequent first. */
export function rankMistakes(cells: readonly ConfusionCell[]): ConfusionCell[] {
  return cells
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.images - a.images || a.label - b.label || a.predicted - b.predicted);
}

/** Of so many classes a matrix is shown whole; one of more fits no page, and is empty for the most part. */
export const MATRIX_CLASSES = 20;

/** Of more classes, so many mistakes are shown. */
export const SHOWN_MISTAKES = 20;
