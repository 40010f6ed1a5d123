import { type Block, paragraph } from '../document/blocks.js';
import type { NamedRun } from '../findings/compare.js';
import { describeEquality } from '../findings/compare-many.js';
import { chartErrors } from '../findings/error-charts.js';
import { describeVote } from '../findings/vote.js';
import { formatPoints } from '../findings/words.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { keepFinished, NOUN, type Part } from './part.js';
import { describeSeedBand } from './seed-band.js';

/** Seed 0, which earlier parts have, and the part's own. */
const listPoints = (runs: ExerciseRuns) => [...new Set([runs.small, ...runs.part('i')])];

const findRuns = (runs: ExerciseRuns) =>
  keepFinished(listPoints(runs).map((point) => nameRun(point, `seed ${point.spec.seed}`)));

export const PART_I: Part = {
  letter: 'i',
  title: 'Randomness',
  question:
    'How does randomness affect the learning? Besides the seed 0, use the seeds 1, 12, 123, 1234, 12345 ' +
    'and 123456 to train six different SK-0.2 networks. What are their error rates? Comment on your ' +
    'observations.',
  table: {
    caption: 'SK-0.2 by its seed',
    nameTitle: 'seed',
    rows: (runs) => listPoints(runs).map((point) => ({ name: String(point.spec.seed), point })),
  },
  answer: ({ margin }) =>
    margin === null
      ? ''
      : `${margin.mean.toFixed(2)} ± ${margin.deviation.toFixed(2)}% over ${margin.n} seeds`,
  discuss(runs) {
    const points = findRuns(runs);
    return [
      ...chartErrors(
        'chart-i',
        'SK-0.2 with several seeds: test errors with 95% intervals',
        points,
        describeSeedBand(runs),
      ),
      ...discussMargin(points, runs),
      ...describeEquality(points, NOUN),
      ...describeVote(points, NOUN),
    ];
  },
};

function discussMargin(points: readonly NamedRun[], { margin }: ExerciseRuns): Block[] {
  if (margin === null) return [];
  const errors = points.map(({ run }) => run.errorPercent);
  return [
    paragraph(
      `Over ${margin.n} seeds the error is ${margin.mean.toFixed(2)} ± ${margin.deviation.toFixed(2)}% ` +
        `(mean and deviation), from ${Math.min(...errors).toFixed(2)} to ` +
        `${Math.max(...errors).toFixed(2)}. The seed decides on initial weights and on the order of the ` +
        'examples; data, network and recipe are the same. Two such runs lie within ' +
        `${formatPoints(margin.points)} of each other 19 times out of 20, if their errors are normally ` +
        'distributed: this is the seed margin that the other parts are held against.',
    ),
  ];
}
