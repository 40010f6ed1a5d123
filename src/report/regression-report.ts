import { drawCurves } from './charts/curves.js';
import { MAX_SERIES } from './charts/look.js';
import { type Block, paragraph, type Section } from './document/blocks.js';
import type { NamedRun } from './findings/compare.js';
import { describeConditions } from './findings/conditions.js';
import { tellLeftOut } from './findings/error-charts.js';
import { type ErrorRow, measureMean, VALIDATION_ORDER } from './findings/error-table.js';
import type { Ranking } from './findings/ranking.js';
import { type ReportedPoint, readCurve } from './findings/reported-run.js';
import { joinWords } from './findings/words.js';
import { formatCount, formatNumber, NOTHING } from './format-values.js';
import { formatR2, formatRmse } from './measures.js';
import { measureSpread } from './statistics/spread.js';

/** What the measures mean. */
const MEASURES =
  'RMSE is the root of the mean squared error over all targets of all test images, in the targets’ units. R² is 1 less the squared errors over the ' +
  'squares about the test images’ own mean, the mean over the targets. n counts the runs of this sweep that differ in nothing but the seed; where ' +
  'there are several, the mean and sample deviation of their RMSE stand beside it.';

/** A line below which nothing is drawn, as a share of the least RMSE: there is no zero on a logarithmic scale. */
const FLOOR_SHARE = 0.1;

/**
 * The regressions of a sweep: a table of networks and one of runs, and RMSE by epoch.
 *
 * @param groups networks, the best first
 * @param runs likewise, where they are more than the networks
 */
export function writeRegressions(
  groups: readonly (ErrorRow & { readonly named: NamedRun | null })[],
  runs: readonly ErrorRow[],
  { validates }: Ranking,
): Section[] {
  const named = groups.map((group) => group.named).filter((run) => run !== null);
  return [
    {
      id: 'regressions',
      title: 'Regressions',
      blocks: [
        describeRows(
          `The networks, the least ${validates ? 'validation loss' : 'RMSE'} first`,
          'network',
          groups,
        ),
        ...(validates ? [paragraph(VALIDATION_ORDER)] : []),
        paragraph(MEASURES),
        ...(runs.length > groups.length ? [describeRows('All runs', 'run', runs)] : []),
        ...chartRmse(named),
        describeConditions(named.flatMap(({ seeds }) => seeds)),
      ],
    },
  ];
}

function describeRows(caption: string, nameTitle: string, rows: readonly ErrorRow[]): Block {
  const hasValidation = rows.some(({ point }) => point.run!.validationLoss !== null);
  const titles = [
    ...(hasValidation ? ['validation loss'] : []),
    'test RMSE',
    'R²',
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
    rows: rows.map(({ name, point }) => [
      name,
      ...(hasValidation ? [formatNumber(measureMean(point, 'validationLoss'), 4)] : []),
      ...describePoint(point),
    ]),
  };
}

function describePoint({ run, seeds }: ReportedPoint): string[] {
  const { n, mean, deviation } = measureSpread(seeds.map(({ fit }) => fit!.rmse));
  return [
    formatRmse(run!.fit!.rmse),
    formatR2(run!.fit!.r2),
    String(n),
    deviation === null ? NOTHING : `${formatRmse(mean)} ± ${formatRmse(deviation)}`,
    formatCount(run!.parameters),
    formatNumber(run!.seconds, 1),
    String(run!.runId),
  ];
}

function chartRmse(runs: readonly NamedRun[]): Block[] {
  const curves = runs
    .slice(0, MAX_SERIES)
    .map(({ name, run }) => ({ name, points: readCurve(run, 'testRmse') }));
  const values = curves
    .flatMap(({ points }) => points.map(([, rmse]) => rmse ?? 0))
    .filter((rmse) => rmse > 0);
  if (values.length === 0) return [];
  const told = curves.map(
    ({ name, points }) => `${name} from ${formatRmse(points[0]?.[1])} to ${formatRmse(points.at(-1)?.[1])}`,
  );
  const leftOut = tellLeftOut(runs.length);
  const text = {
    id: 'chart-rmse',
    title: 'Test RMSE by epoch',
    description: `Test RMSE by epoch, on a logarithmic scale: ${joinWords(told)}.`,
    ...(leftOut && { note: leftOut }),
  };
  const axis = { title: 'RMSE', floor: FLOOR_SHARE * Math.min(...values) };
  return [{ kind: 'chart', chart: drawCurves(text, curves, axis) }];
}
