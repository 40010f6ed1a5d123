import { type Block, paragraph } from '../document/blocks.js';
import { LEVEL, type NamedRun } from '../findings/compare.js';
import { testEquality } from '../findings/compare-many.js';
import { chartErrors } from '../findings/error-charts.js';
import type { ReportedPoint } from '../findings/reported-run.js';
import { formatPoints, formatProbability } from '../findings/words.js';
import { formatCount } from '../format-values.js';
import { compareDeviations } from '../statistics/samples.js';
import { measureSpread } from '../statistics/spread.js';
import { type ExerciseRuns, nameRun } from './exercise-runs.js';
import { keepFinished, NOUN, type Part } from './part.js';
import { describeSeedBand } from './seed-band.js';

function nameSet({ spec }: ReportedPoint): string {
  return `${formatCount(spec.trainFirst)} to ${formatCount(spec.trainFirst + spec.trainCount! - 1)}`;
}

const findRuns = (runs: ExerciseRuns) =>
  keepFinished(runs.part('h').map((point) => nameRun(point, nameSet(point))));

const errorsOf = (points: readonly NamedRun[]) => points.map(({ run }) => run.errorPercent);

export const PART_H: Part = {
  letter: 'h',
  title: 'Other training sets of the same size',
  question:
    'How do different training sets affect the result? With SK-0.2, train six networks, the i-th on the ' +
    'training examples 10000(i−1)+1 to 10000i. Is a CNN stable for different training sets?',
  table: {
    caption: 'SK-0.2 by its training examples',
    nameTitle: 'training examples',
    rows: (runs) => runs.part('h').map((point) => ({ name: nameSet(point), point })),
  },
  answer: (runs) => {
    const errors = errorsOf(findRuns(runs));
    if (errors.length < 2) return '';
    const { n, mean, deviation, min, max } = measureSpread(errors);
    return (
      `${mean.toFixed(2)} ± ${deviation!.toFixed(2)}% over ${n} training sets (${min.toFixed(2)} to ` +
      `${max.toFixed(2)})`
    );
  },
  discuss(runs) {
    const points = findRuns(runs);
    return [
      ...chartErrors(
        'chart-h',
        'SK-0.2 on six training sets: test errors with 95% intervals',
        points,
        describeSeedBand(runs),
      ),
      ...discussSpread(points, runs),
    ];
  },
};

function discussSpread(points: readonly NamedRun[], runs: ExerciseRuns): Block[] {
  if (points.length < 2) return [];
  const sets = errorsOf(points);
  const { n, mean, deviation, min, max } = measureSpread(sets);
  const beside = describeBesideSeeds(sets, runs);
  return [
    paragraph(
      `Over ${n} training sets the error is ${mean.toFixed(2)} ± ${deviation!.toFixed(2)}% (mean and ` +
        `deviation), from ${min.toFixed(2)} to ${max.toFixed(2)}. ${beside}`,
    ),
    ...testEquality(points, NOUN),
    ...discussStability(deviation!, runs),
  ];
}

function describeBesideSeeds(sets: readonly number[], { smallSeeds }: ExerciseRuns): string {
  const seeds = smallSeeds.map((run) => run.errorPercent);
  const p = compareDeviations(sets, seeds);
  if (p === null) return 'How much of that the seeds would do alone is not known: part (i) has not been run.';
  const { n, mean, deviation } = measureSpread(seeds);
  const verdict =
    p < LEVEL
      ? 'the two deviations differ'
      : 'the two deviations cannot be told apart: as far as so few runs show, other examples matter no ' +
        'more than another seed';
  return (
    `Beside it, ${n} seeds on one training set give ${mean.toFixed(2)} ± ${deviation!.toFixed(2)}% ` +
    `(part i); by the F test (p = ${formatProbability(p)}), ${verdict}.`
  );
}

/** Whether the training sets matter, beside a difference that the exercise is about. */
function discussStability(deviation: number, runs: ExerciseRuns): Block[] {
  const [base, bn] = [runs.part('b')[0]?.run, runs.part('c')[0]?.run];
  const beside = base && bn ? Math.abs(base.errorPercent - bn.errorPercent) : null;
  return [
    paragraph(
      'All of them share one seed: initial weights and shuffling are the same, only the examples differ. ' +
        (beside === null
          ? ''
          : `The deviation of ${formatPoints(deviation)} stands beside ${formatPoints(beside)} between ` +
            'BASE and BN: ' +
            (deviation < beside / 2
              ? 'so far, training sets of this size give much the same network. '
              : 'training sets of this size matter about as much as the network. ')) +
        'Networks whose errors are closer than that cannot be ranked by one training set.',
    ),
  ];
}
