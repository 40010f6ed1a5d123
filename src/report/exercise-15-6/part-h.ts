import { type Block, paragraph } from '../document/blocks.js';
import { LEVEL, type NamedRun } from '../findings/compare.js';
import { describeEquality, testEquality } from '../findings/compare-many.js';
import { chartErrors } from '../findings/error-charts.js';
import type { ReportedPoint } from '../findings/reported-run.js';
import { formatPoints, formatProbability } from '../findings/words.js';
import { formatCount } from '../format-values.js';
import { compareDeviations, predictDifference } from '../statistics/samples.js';
import { measureSpread, type Spread } from '../statistics/spread.js';
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
  const { n, mean, deviation, min, max } = measureSpread(errorsOf(points));
  const comparison = compareWithSeeds(points, runs);
  return [
    paragraph(
      `Over ${n} training sets the error is ${mean.toFixed(2)} ± ${deviation!.toFixed(2)}% (mean and ` +
        `deviation), from ${min.toFixed(2)} to ${max.toFixed(2)}. ${describeBesideSeeds(comparison)}`,
    ),
    ...describeEquality(points, NOUN),
    paragraph(`${concludeEquality(points)} ${concludeBesideSeeds(comparison)}`.trim()),
    ...discussRanking(points, runs),
  ];
}

/** The spread over training sets beside that over seeds. */
interface SeedComparison {
  readonly sets: Spread;
  readonly seeds: Spread;
  /** Of the F test. */
  readonly p: number;
}

/** Null where too few seeds have been run, or a spread is zero. */
function compareWithSeeds(points: readonly NamedRun[], { smallSeeds }: ExerciseRuns): SeedComparison | null {
  const [sets, seeds] = [errorsOf(points), smallSeeds.map((run) => run.errorPercent)];
  const p = compareDeviations(sets, seeds);
  return p === null ? null : { sets: measureSpread(sets), seeds: measureSpread(seeds), p };
}

function describeBesideSeeds(comparison: SeedComparison | null): string {
  if (comparison === null) return 'How much of that the seeds would do alone is not known: see part (i).';
  const { n, mean, deviation } = comparison.seeds;
  const verdict =
    comparison.p < LEVEL ? 'the two deviations differ' : 'the two deviations cannot be told apart';
  return (
    `Beside it, ${n} seeds on one training set give ${mean.toFixed(2)} ± ${deviation!.toFixed(2)}% ` +
    `(part i); by the F test (p = ${formatProbability(comparison.p)}), ${verdict}.`
  );
}

function concludeEquality(points: readonly NamedRun[]): string {
  const p = testEquality(points);
  if (p === null) return '';
  return p < LEVEL
    ? 'So another training set of this size makes another network, better or worse.'
    : 'So these digits do not show that another training set of this size makes a better or worse network.';
}

function concludeBesideSeeds(comparison: SeedComparison | null): string {
  if (comparison === null) return '';
  const { sets, seeds, p } = comparison;
  if (p >= LEVEL)
    return 'Whether other examples move the error more than another seed does, so few runs do not tell.';
  const more = sets.deviation! > seeds.deviation! ? 'more' : 'less';
  return `Other examples move the error ${more} than another seed does.`;
}

/** Which differences are greater than those between training sets, with one that the exercise is about as an example. */
function discussRanking(points: readonly NamedRun[], runs: ExerciseRuns): Block[] {
  if (points.length < 3) return [];
  const margin = predictDifference(errorsOf(points))!;
  const [base, bn] = [runs.part('b')[0]?.run, runs.part('c')[0]?.run];
  const apart = base && bn ? Math.abs(base.errorPercent - bn.errorPercent) : null;
  const example =
    apart === null
      ? ''
      : ` BASE and BN lie ${formatPoints(apart)} apart, ` +
        (apart > margin
          ? 'which is more.'
          : 'which is within that: if it is so for them too, another training set could turn their order round.');
  return [
    paragraph(
      'All of them share one seed: initial weights and shuffling are the same, only the examples differ. Two such networks lie within ' +
        `${formatPoints(margin)} of each other 19 times out of 20, if their errors are normally distributed; networks that are closer ` +
        `cannot be ranked by one training set.${example}`,
    ),
  ];
}
