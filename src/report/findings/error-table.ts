import type { Block } from '../document/blocks.js';
import { formatCount, formatNumber, NOTHING } from '../format-values.js';
import { measureSpread } from '../statistics/spread.js';
import { tellsTopFive } from '../top-five.js';
import type { ReportedPoint, ReportedRun } from './reported-run.js';
import { formatInterval } from './words.js';

/** A row of a table of errors. */
export interface ErrorRow {
  readonly name: string;
  /** Texts for the table's own columns. */
  readonly extra?: readonly string[];
  readonly point: ReportedPoint;
}

/** The usual table of a report: one row a point, with its error, what that is worth, and its cost. */
export function describeErrors(
  caption: string,
  nameTitle: string,
  rows: readonly ErrorRow[],
  extraTitles: readonly string[] = [],
): Block {
  const hasValidation = rows.some(({ point }) => point.run?.validationErrorPercent != null);
  const hasTopFive = rows.some(({ point }) => tellsTopFive(point.run?.classes ?? null));
  const titles = [
    ...extraTitles,
    ...(hasValidation ? ['validation error %'] : []),
    'test error %',
    ...(hasTopFive ? ['top-5 %'] : []),
    '95% interval',
    'n',
    'mean ± deviation',
    'parameters',
    'seconds',
    'run',
  ];
  return {
    kind: 'table',
    caption,
    columns: [
      { title: nameTitle, align: 'left' },
      ...titles.map((title) => ({ title, align: 'right' as const })),
    ],
    rows: rows.map(({ name, extra = [], point }) => [
      name,
      ...extra,
      ...(hasValidation ? [formatNumber(measureMean(point, 'validationErrorPercent'), 2)] : []),
      ...describePoint(point, hasTopFive),
    ]),
  };
}

function describePoint({ run, state, seeds }: ReportedPoint, hasTopFive: boolean): string[] {
  const topFive = hasTopFive ? [formatNumber(run && readTopFive(run), 2)] : [];
  if (run === null) return [state, ...topFive, NOTHING, '0', NOTHING, NOTHING, NOTHING, NOTHING];
  const { n, mean, deviation } = measureSpread(seeds.map((seed) => seed.errorPercent));
  return [
    formatNumber(run.errorPercent, 2),
    ...topFive,
    formatInterval(run.interval),
    String(n),
    deviation === null ? NOTHING : `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`,
    formatCount(run.parameters),
    formatNumber(run.seconds, 1),
    String(run.runId),
  ];
}

/** Over the seeds; null if none has the value. */
export function measureMean(
  { seeds }: ReportedPoint,
  key: 'validationErrorPercent' | 'validationLoss',
): number | null {
  const values = seeds.flatMap((run) => run[key] ?? []);
  return values.length === 0 ? null : measureSpread(values).mean;
}

/** Of the test that the run's error is of. */
function readTopFive({ augmentedTestTop5ErrorPercent, epochs, bestEpoch }: ReportedRun): number | null {
  return (
    augmentedTestTop5ErrorPercent ?? epochs[(bestEpoch ?? epochs.length) - 1]?.testTop5ErrorPercent ?? null
  );
}

/** What is to be said where the order is that of the validation images. */
export const VALIDATION_ORDER =
  'The order is that of the error (of a regression, the loss) on the images which were kept for validation, its mean over the seeds: the test images have no part in ' +
  'the choice, so that they tell what the chosen network is worth.';

/** What the columns of `describeErrors` mean. */
export const ERROR_COLUMNS =
  'The error is that of the weights that the run ended with. n counts the recorded runs that differ ' +
  'from it in nothing but the seed (itself included); where there are several, their mean and sample ' +
  'deviation stand beside it. Seconds are wall time of training and testing, with as many runs side by ' +
  'side as the machine had room for.';
