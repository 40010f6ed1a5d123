import { type Block, paragraph } from '../document/blocks.js';
import type { NamedRun } from '../findings/compare.js';
import { discussBest } from '../findings/compare-many.js';
import { chartTrend } from '../findings/error-charts.js';
import { formatPoints, formatTimes, joinWords } from '../findings/words.js';
import { formatCount } from '../format-values.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { compareTwo, keepFinished, listErrors, NOUN, type Part } from './part.js';

/** From the widest to the narrowest, as the exercise lists them. */
function findRuns(runs: ExerciseRuns): (NamedRun & { x: number })[] {
  return keepFinished(
    runs.part('f').map((point) => {
      const named = nameRun(point, point.label);
      return named && { ...named, x: point.spec.width ?? 1 };
    }),
  );
}

export const PART_F: Part = {
  letter: 'f',
  title: 'The number of channels',
  question:
    'SK-s multiplies the number of channels of every convolutional layer, but for the fourth block’s, ' +
    'by s; SK-1 is SK. Train SK-2, SK-1.5, SK-1, SK-0.5 and SK-0.2. Report their error rates and ' +
    'comment.',
  table: {
    caption: 'SK-s by the multiplier s',
    nameTitle: 'network',
    rows: (runs) => runs.part('f').map((point) => ({ name: point.label, point })),
  },
  answer: (runs) => listErrors(findRuns(runs)),
  discuss(runs) {
    const points = findRuns(runs);
    const axes = { xTitle: 'multiplier of channels s', xScale: 'linear', yScale: 'linear' } as const;
    return [
      ...chartTrend('chart-f', 'SK-s: test error against s, with 95% intervals', points, axes),
      ...discussBest(points, runs.margin, NOUN),
      ...(points.length === 2 ? compareTwo(points[0]!, points[1]!, runs.margin) : []),
      ...discussCost(points),
    ];
  },
};

function discussCost(points: readonly (NamedRun & { x: number })[]): Block[] {
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const [narrow, wide] = [sorted[0], sorted.at(-1)];
  if (!narrow?.run.parameters || !wide?.run.parameters || narrow === wide) return [];
  const time =
    narrow.run.seconds && wide.run.seconds
      ? ` and takes ${formatTimes(wide.run.seconds / narrow.run.seconds)} as long`
      : '';
  const steps = sorted.slice(1).map((point, i) => {
    const gain = sorted[i]!.run.errorPercent - point.run.errorPercent;
    return `from ${sorted[i]!.name} to ${point.name} ${formatPoints(gain)} ${gain < 0 ? 'more' : 'fewer'}`;
  });
  return [
    paragraph(
      `${wide.name} has ${formatCount(wide.run.parameters)} parameters, ` +
        `${formatTimes(wide.run.parameters / narrow.run.parameters)} those of ${narrow.name} ` +
        `(${formatCount(narrow.run.parameters)}; they grow with s², since a convolution’s input and ` +
        `output channels both grow with s)${time}. What each step of width brings in errors: ` +
        `${joinWords(steps)}.`,
    ),
  ];
}
