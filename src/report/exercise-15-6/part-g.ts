import { type Block, paragraph } from '../document/blocks.js';
import type { NamedRun } from '../findings/compare.js';
import { chartTrend } from '../findings/error-charts.js';
import type { ReportedPoint } from '../findings/reported-run.js';
import { formatPercent } from '../findings/words.js';
import { formatCount } from '../format-values.js';
import { fitPowerLaw } from '../statistics/power-law.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { compareTwo, keepFinished, type Part } from './part.js';

const countOf = ({ spec }: ReportedPoint) => spec.trainCount!;
const countSteps = ({ spec }: ReportedPoint) => spec.epochs * Math.ceil(spec.trainCount! / spec.batchSize);

function findRuns(runs: ExerciseRuns): (NamedRun & { x: number; steps: number })[] {
  return keepFinished(
    runs.part('g').map((point) => {
      const named = nameRun(point, `SK-0.2 with ${formatCount(countOf(point))} examples`);
      return named && { ...named, x: countOf(point), steps: countSteps(point) };
    }),
  );
}

export const PART_G: Part = {
  letter: 'g',
  title: 'The size of the training set',
  question:
    'Experiment with training sets of different sizes on SK-0.2: the first 500, 1,000, 2,000, 5,000, ' +
    '10,000, 20,000 and all 60,000 training examples. What error rates do you get? Comment on your ' +
    'observations.',
  table: {
    caption: 'SK-0.2 by the number of training examples',
    nameTitle: 'training examples',
    extraTitles: ['steps'],
    rows: (runs) =>
      runs.part('g').map((point) => ({
        name: `first ${formatCount(countOf(point))}`,
        extra: [formatCount(countSteps(point))],
        point,
      })),
  },
  answer: (runs) => {
    const points = findRuns(runs);
    return points.map(({ x, run }) => `${formatCount(x)}: ${formatPercent(run.errorPercent)}`).join(', ');
  },
  discuss(runs) {
    const points = findRuns(runs);
    const axes = { xTitle: 'training examples', xScale: 'log', yScale: 'log' } as const;
    return [
      ...chartTrend(
        'chart-g',
        'SK-0.2: test error against training examples, both logarithmic, with 95% intervals',
        points,
        axes,
      ),
      ...discussLaw(points),
      ...compareTwo(points.at(-1) ?? null, points.at(-2) ?? null, runs.margin),
      ...discussSteps(points),
    ];
  },
};

function discussLaw(points: readonly (NamedRun & { x: number })[]): Block[] {
  const law = fitPowerLaw(points.map(({ x, run }) => [x, run.errorPercent]));
  const [first, last] = [points[0], points.at(-1)];
  if (law === null || first === undefined || last === undefined) return [];
  const fewer = 100 * (1 - 2 ** law.exponent);
  const trend =
    fewer > 0
      ? `On the whole, twice the examples mean ${fewer.toFixed(0)}% fewer errors`
      : `On the whole, twice the examples mean ${(-fewer).toFixed(0)}% more errors`;
  return [
    paragraph(
      `With ${formatCount(first.x)} examples ${formatPercent(first.run.errorPercent)} of the test ` +
        `digits are wrong, with ${formatCount(last.x)} ${formatPercent(last.run.errorPercent)}. ${trend} ` +
        '(the error goes with the number of examples to the power of ' +
        `${law.exponent.toFixed(2).replace('-', '−')}, by the straight line of least squares in the ` +
        'chart’s scales).' +
        describeSlopes(points),
    ),
  ];
}

/** What the first and the last doubling are worth. */
function describeSlopes(points: readonly (NamedRun & { x: number })[]): string {
  const worth = points.slice(1).flatMap((point, i) => {
    const law = fitPowerLaw([points[i]!, point].map(({ x, run }) => [x, run.errorPercent]));
    return law === null ? [] : [100 * (1 - 2 ** law.exponent)];
  });
  if (worth.length < 2) return '';
  const tell = (percent: number) =>
    percent >= 0 ? `${percent.toFixed(0)}% fewer` : `${(-percent).toFixed(0)}% more`;
  const last = points.at(-1)!;
  const before = points.at(-2)!;
  return (
    ` Piece by piece, from ${formatCount(points[0]!.x)} to ${formatCount(points[1]!.x)} ` +
    `examples a doubling brings ${tell(worth[0]!)} errors, from ${formatCount(before.x)} to ` +
    `${formatCount(last.x)} ${tell(worth.at(-1)!)}.`
  );
}

function discussSteps(points: readonly (NamedRun & { x: number; steps: number })[]): Block[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  return [
    paragraph(
      'More examples are not all that changes: the number of epochs is fixed, so ' +
        `${formatCount(first.x)} examples mean ${formatCount(first.steps)} steps of gradient descent and ` +
        `${formatCount(last.x)} examples ${formatCount(last.steps)}. Part of the errors of the small sets ` +
        'may be those of a training that ended early, not of a lack of examples; to tell, the small sets ' +
        'would have to be trained for as many steps.',
    ),
  ];
}
