import { computeGroup } from '../experiment/identity.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import type { RunSummary } from '../experiment/run-records.js';
import { formatNumberOf } from './findings/words.js';
import { formatCount, formatDuration, formatNumber } from './format-values.js';
import { measureSpread } from './statistics/spread.js';
import { type Column, formatTable } from './tables.js';
import { tellsTopFive } from './top-five.js';
import { findVaryingFields, formatField, formatTitle } from './varying-fields.js';

/** A point of a sweep and what the database says of it; null if it never ran. */
export interface PointResult {
  readonly point: SweepPoint;
  readonly run: RunSummary | null;
}

/** A point that ran, whatever came of it. */
interface RunResult extends PointResult {
  readonly run: RunSummary;
}

interface Group {
  readonly first: SweepPoint;
  /** Test errors of its finished runs. */
  readonly errors: readonly number[];
  /** Members that did not finish. */
  readonly others: number;
}

/**
 * The end of a sweep: a table of the points that ran, sorted by test error, and where there are several seeds a second one with
 * mean ± deviation over them; of the other points their number. Fields that are equal throughout are left out.
 */
export function formatSweepTables(results: readonly PointResult[]): string {
  const points = results.map(({ point }) => point);
  const varying = findVaryingFields(points);
  const hasSeeds = new Set(points.map(({ spec }) => spec.seed)).size > 1;
  const ran = results.filter((result): result is RunResult => result.run !== null);
  const groups = groupBySeeds(results);
  const sections = [
    ...(ran.length > 0 ? [formatRuns(ran, varying, hasSeeds)] : []),
    ...(groups.some(({ errors }) => errors.length > 1)
      ? [`Over seeds:\n\n${formatGroups(groups, varying)}`]
      : []),
    ...(ran.length < points.length ? [describeRest(points.length - ran.length)] : []),
  ];
  return sections.join('\n');
}

function describeRest(count: number): string {
  return `${formatNumberOf(count, 'point')} ${count === 1 ? 'has' : 'have'} not run.\n`;
}

function formatRuns(results: readonly RunResult[], varying: readonly string[], hasSeeds: boolean): string {
  const hasTopFive = results.some(({ point }) => tellsTopFive(point.dataset.classNames.length));
  const columns: Column[] = [
    { title: 'network', align: 'left' },
    ...varying.map((key) => rightColumn(formatTitle(key))),
    ...(hasSeeds ? [rightColumn('seed')] : []),
    rightColumn('test error %'),
    ...(hasTopFive ? [rightColumn('top-5 %')] : []),
    ...['best %', 'train loss', 'parameters', 'images/s', 'time'].map(rightColumn),
  ];
  const rows = sortByError(results, ({ run }) => (run.state === 'done' ? run.testErrorPercent : null)).map(
    ({ point, run }) => [
      point.label,
      ...varying.map((key) => formatField(point, key)),
      ...(hasSeeds ? [String(point.spec.seed)] : []),
      run.state === 'done' ? formatNumber(run.testErrorPercent, 2) : run.state,
      ...(hasTopFive ? [formatNumber(run.testTop5ErrorPercent, 2)] : []),
      formatNumber(run.bestTestErrorPercent, 2),
      formatNumber(run.trainLoss, 4),
      formatCount(run.parameters),
      formatCount(run.imagesPerSecond),
      formatDuration(run.seconds),
    ],
  );
  return formatTable(columns, rows);
}

function formatGroups(groups: readonly Group[], varying: readonly string[]): string {
  const columns: Column[] = [
    { title: 'network', align: 'left' },
    ...varying.map((key) => rightColumn(formatTitle(key))),
    ...['seeds', 'test error %', 'min', 'max'].map(rightColumn),
    { title: '', align: 'left' },
  ];
  const measured = groups.map((group) => ({
    ...group,
    spread: group.errors.length > 0 ? measureSpread(group.errors) : null,
  }));
  const rows = sortByError(measured, ({ spread }) => spread?.mean ?? null).map(
    ({ first, spread, others }) => [
      first.label,
      ...varying.map((key) => formatField(first, key)),
      String(spread?.n ?? 0),
      spread?.deviation == null
        ? formatNumber(spread?.mean, 2)
        : `${formatNumber(spread.mean, 2)} ± ${formatNumber(spread.deviation, 2)}`,
      formatNumber(spread?.min, 2),
      formatNumber(spread?.max, 2),
      others > 0 ? `${others} more not finished` : '',
    ],
  );
  return formatTable(columns, rows);
}

/** Those of which some member ran. */
function groupBySeeds(results: readonly PointResult[]): Group[] {
  const groups = new Map<string, PointResult[]>();
  for (const result of results) {
    const key = computeGroup(result.point.spec, result.point.dataset.sha256);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const begun = [...groups.values()].filter((members) => members.some(({ run }) => run !== null));
  return begun.map((members) => {
    const finished = members.filter(({ run }) => run?.state === 'done');
    const errors = finished.map(({ run }) => run!.testErrorPercent).filter((error) => error !== null);
    return { first: members[0]!.point, errors, others: members.length - finished.length };
  });
}

/** The lowest first; those without an error last, in their own order. */
function sortByError<T>(items: readonly T[], readError: (item: T) => number | null): T[] {
  const errorOf = (item: T) => readError(item) ?? Number.MAX_VALUE;
  return [...items].sort((a, b) => errorOf(a) - errorOf(b));
}

function rightColumn(title: string): Column {
  return { title, align: 'right' };
}
