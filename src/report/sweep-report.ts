import type Database from 'better-sqlite3';
import type { Dataset } from '../dataset/dataset.js';
import type { RecordedSweep } from '../experiment/find-runs.js';
import { computeGroup } from '../experiment/identity.js';
import { readRecordedSpec } from '../run/spec.js';
import { type Block, type Document, paragraph, type Section, warning } from './document/blocks.js';
import { describeDifference, measureSeedMargin, type NamedRun } from './findings/compare.js';
import { describeBest, discussBest } from './findings/compare-many.js';
import { describeConditions } from './findings/conditions.js';
import { describeConfusion, describeConfusions } from './findings/confusion.js';
import { chartErrors, chartTestCurves, chartTrend } from './findings/error-charts.js';
import { describeErrors, ERROR_COLUMNS, type ErrorRow, VALIDATION_ORDER } from './findings/error-table.js';
import { warnOfMissing } from './findings/missing.js';
import { showCommonMistakes, showMistakes } from './findings/mistakes.js';
import { chooseRanking, type Ranking, sortByRank } from './findings/ranking.js';
import { type ReportedPoint, RunReader } from './findings/reported-run.js';
import { formatNumberOf } from './findings/words.js';
import { writeRegressions } from './regression-report.js';
import { findVaryingFields, formatTitle, namePoints } from './varying-fields.js';

/** What the images of any data set are called. */
const NOUN = 'images';
/** More rows make a chart that nobody reads. */
const MAX_ROWS = 40;
/** From a range of so many times on, a logarithmic axis shows more. */
const LOG_RANGE = 20;

/** A network of a sweep: its points that differ in nothing but the seed. */
interface Group extends ErrorRow {
  /** The finished one with the lowest seed, under the group's name; null if none has finished. */
  readonly named: NamedRun | null;
}

/** A sweep with its runs. */
export interface SweepRuns {
  readonly name: string;
  readonly title: string | null;
  /** Those of which there is a run, finished or not. */
  readonly points: readonly ReportedPoint[];
  /** How many points have no run, of which the database knows nothing. */
  readonly unknown: number;
}

/** Reads the runs of a sweep. */
export function readSweepRuns(db: Database.Database, { name, title, points }: RecordedSweep): SweepRuns {
  const reader = new RunReader(db);
  const found = points.filter((point) => point !== null);
  return {
    name,
    title,
    points: found.map((run) =>
      reader.readPoint(
        { label: run.label, spec: readRecordedSpec(JSON.parse(run.spec), `run ${run.runId}`) },
        run,
      ),
    ),
    unknown: points.length - found.length,
  };
}

/**
 * Writes the report of any sweep: a table, charts, comparisons, mistakes.
 *
 * @param dataset for pictures of the images; null if it is not at hand
 * @param command runs what is missing
 */
export function writeSweep(sweep: SweepRuns, dataset: Dataset | null, command: string): Document {
  const regressions = sweep.points.filter(({ run }) => run?.fit);
  const classes = { ...sweep, points: sweep.points.filter(({ run }) => !run?.fit) };
  const ranking = rankPoints(classes.points);
  const groups = groupPoints(classes.points, ranking);
  const finished = groups.map(({ named }) => named).filter((named) => named !== null);
  const runs = finished.flatMap(({ seeds }) => seeds);
  const isAllDone = regressions.length > 0 && classes.points.length + classes.unknown === 0;
  return {
    title: sweep.title ?? `Sweep ${sweep.name}`,
    subtitle:
      `Sweep ${sweep.name}: ${runs.length + regressions.length} of ` +
      `${formatNumberOf(sweep.points.length + sweep.unknown, 'run')} finished`,
    sections: [
      ...(isAllDone
        ? []
        : [{ id: 'results', title: 'Results', blocks: writeResults(classes, groups, ranking, command) }]),
      ...(finished.length > 0 ? writeFindings(groups, finished, ranking, dataset) : []),
      ...(regressions.length > 0 ? reportRegressions(regressions) : []),
    ],
  };
}

function reportRegressions(points: readonly ReportedPoint[]): Section[] {
  const ranking = rankPoints(points);
  return writeRegressions(groupPoints(points, ranking), sortByRank(nameRows(points), ranking), ranking);
}

function rankPoints(points: readonly ReportedPoint[]): Ranking {
  return chooseRanking(points.flatMap(({ run }) => run ?? []));
}

function writeResults(
  { points, unknown }: SweepRuns,
  groups: readonly Group[],
  ranking: Ranking,
  command: string,
): Block[] {
  const rows = nameRows(points);
  const hasSeeds = rows.length > groups.length;
  return [
    ...(unknown > 0
      ? [
          warning(
            `${formatNumberOf(unknown, 'point')} of the sweep ${unknown === 1 ? 'has' : 'have'} not ` +
              `been run. This runs what is missing: \`${command}\`.`,
          ),
        ]
      : []),
    ...warnOfMissing(rows, command),
    describeErrors(
      `The networks, the fewest ${ranking.validates ? 'validation errors' : 'errors'} first`,
      'network',
      groups,
    ),
    ...(ranking.validates ? [paragraph(VALIDATION_ORDER)] : []),
    paragraph(ERROR_COLUMNS),
    ...(hasSeeds ? [describeErrors('All runs', 'run', sortByRank(rows, ranking))] : []),
  ];
}

function writeFindings(
  groups: readonly Group[],
  finished: readonly NamedRun[],
  { validates }: Ranking,
  dataset: Dataset | null,
): Section[] {
  const [best, second] = finished as [NamedRun, NamedRun | undefined];
  const widest = finished.reduce(
    (most, { seeds }) => (seeds.length > most.length ? seeds : most),
    best.seeds,
  );
  const margin = measureSeedMargin(widest);
  const runs = finished.flatMap(({ seeds }) => seeds);
  const shown = finished.slice(0, MAX_ROWS);
  return [
    {
      id: 'charts',
      title: 'Charts',
      blocks: [
        ...chartErrors('chart-errors', nameErrorChart(shown), sortByTestError(shown)),
        ...chartField(groups),
        ...chartTestCurves('chart-curves', 'Test error by epoch', finished),
      ],
    },
    ...(second === undefined
      ? []
      : [
          {
            id: 'comparison',
            title: 'Comparison',
            blocks: [
              paragraph(describeDifference(best, second, margin, NOUN)),
              ...discussBest(shown, margin, NOUN, validates ? best : undefined),
            ],
          },
        ]),
    {
      id: 'mistakes',
      title: 'What is missed',
      blocks: [
        paragraph(`${describeBest(best, validates)} ${describeConfusions(best.run)}`),
        describeConfusion(`${best.name}: which class is taken for which`, best.run),
        ...showMistakes(best, dataset),
        ...showCommonMistakes(shown, NOUN, dataset),
      ],
    },
    { id: 'conditions', title: 'How it was run', blocks: [describeConditions(runs)] },
  ];
}

/** Where a network has several seeds, one of its runs is drawn: an interval is that of one trained network. */
function nameErrorChart(shown: readonly NamedRun[]): string {
  const title = 'Test errors with 95% intervals';
  return shown.some(({ seeds }) => seeds.length > 1)
    ? `${title}, of each network’s run with the lowest seed`
    : title;
}

function sortByTestError(shown: readonly NamedRun[]): NamedRun[] {
  return [...shown].sort((a, b) => a.run.errorPercent - b.run.errorPercent);
}

/** Errors against the one number in which the networks differ; nothing if they differ otherwise. */
function chartField(groups: readonly Group[]): Block[] {
  const points = groups.map(({ point }) => point);
  const varying = findVaryingFields(points);
  const isWidth =
    varying.length === 0 && new Set(points.map(({ spec }) => spec.width)).size === points.length;
  const [key] = isWidth ? ['width'] : varying;
  const hasOneLabel = isWidth
    ? new Set(points.map(({ spec }) => spec.model)).size === 1
    : new Set(points.map(({ label }) => label)).size === 1;
  if (key === undefined || varying.length > 1 || !hasOneLabel) return [];
  const shown = groups.flatMap(({ named }) => {
    const x = named && (named.run.spec as Readonly<Record<string, unknown>>)[key];
    return named && typeof x === 'number' ? [{ ...named, x }] : [];
  });
  if (shown.length < 3) return [];
  const values = shown.map(({ x }) => x);
  const xScale =
    Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) >= LOG_RANGE ? 'log' : 'linear';
  const title = `Test error against ${formatTitle(key)}, with 95% intervals`;
  return chartTrend('chart-field', title, shown, { xTitle: formatTitle(key), xScale, yScale: 'linear' });
}

/** One row a point, whose run stands for itself alone. */
function nameRows(points: readonly ReportedPoint[]): ErrorRow[] {
  const name = namePoints(points);
  return points.map((point) => ({
    name: name(point),
    point: { ...point, seeds: point.run ? [point.run] : [] },
  }));
}

/** The networks, the best first. */
function groupPoints(points: readonly ReportedPoint[], ranking: Ranking): Group[] {
  const members = new Map<string, ReportedPoint[]>();
  for (const point of points) {
    const key = computeGroup(point.spec, point.run?.datasetSha256 ?? '');
    members.set(key, [...(members.get(key) ?? []), point]);
  }
  const first = [...members.values()].map((group) => {
    const sorted = [...group].sort((a, b) => a.spec.seed - b.spec.seed);
    const seeds = sorted.flatMap(({ run }) => (run === null ? [] : [run]));
    return { ...(sorted.find(({ run }) => run !== null) ?? sorted[0]!), seeds };
  });
  // Without the seeds, as each stands for all of its own.
  const name = namePoints(first.map((point) => ({ ...point, spec: { ...point.spec, seed: 0 } })));
  const groups = first.map((point): Group => {
    const text = name({ ...point, spec: { ...point.spec, seed: 0 } });
    return { name: text, point, named: point.run && { name: text, run: point.run, seeds: point.seeds } };
  });
  return sortByRank(groups, ranking);
}
