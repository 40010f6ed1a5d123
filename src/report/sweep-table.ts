import { Identifier } from '../experiment/identity.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import type { RunSummary } from '../experiment/run-records.js';
import { formatNumberOf } from './findings/words.js';
import { formatCount, formatDuration, formatNumber } from './format-values.js';
import { ERROR_PERCENT, formatR2, type Measure, RMSE } from './measures.js';
import { measureSpread, type Spread } from './statistics/spread.js';
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

/** How the points of a table are measured and told apart. */
interface TableKind {
  readonly measure: Measure;
  readonly varying: readonly string[];
  readonly hasSeeds: boolean;
  /** Whether they are ranked by their validation images: all of them have some. */
  readonly validates: boolean;
}

interface Group {
  readonly first: SweepPoint;
  /** Of its finished runs. */
  readonly finished: readonly RunSummary[];
  /** Members that did not finish. */
  readonly others: number;
}

/**
 * The end of a sweep: a table of the points that ran, and where there are several seeds a second one with mean ± deviation over them; of the
 * other points their number. They are sorted by validation error, or by test error where not all have one: test images are no help in a choice
 * that the validation images were kept for. Fields that are equal throughout are left out.
 *
 * @param width of the terminal, as formatTable takes it
 */
export function formatSweepTables(results: readonly PointResult[], width?: number): string {
  const regressions = results.filter(({ point }) => point.dataset.targetNames);
  const others = results.filter(({ point }) => !point.dataset.targetNames);
  return [
    ...(others.length > 0 ? [formatTables(others, ERROR_PERCENT, width)] : []),
    ...(regressions.length > 0 ? [formatTables(regressions, RMSE, width)] : []),
  ].join('\n');
}

/** Those of points that are measured alike. */
function formatTables(results: readonly PointResult[], measure: Measure, width: number | undefined): string {
  const points = results.map(({ point }) => point);
  const kind = {
    measure,
    varying: findVaryingFields(points),
    hasSeeds: new Set(points.map(({ spec }) => spec.seed)).size > 1,
    validates: points.every(({ spec }) => spec.validationCount > 0),
  };
  const ran = results.filter((result): result is RunResult => result.run !== null);
  const groups = groupBySeeds(results);
  const sections = [
    ...(ran.length > 0 ? [formatRuns(ran, kind, width)] : []),
    ...(groups.some(({ finished }) => finished.length > 1)
      ? [`Over seeds:\n\n${formatGroups(groups, kind, width)}`]
      : []),
    ...(ran.length < points.length ? [describeRest(points.length - ran.length)] : []),
  ];
  return sections.join('\n');
}

function describeRest(count: number): string {
  return `${formatNumberOf(count, 'point')} ${count === 1 ? 'has' : 'have'} not run.\n`;
}

function formatRuns(
  results: readonly RunResult[],
  { measure, varying, hasSeeds, validates }: TableKind,
  width: number | undefined,
): string {
  const hasR2 = measure === RMSE;
  const hasTopFive = results.some(({ point }) => tellsTopFive(point.dataset.classNames.length));
  const hasValidation = results.some(({ point }) => point.spec.validationCount > 0);
  const columns: Column[] = [
    { title: 'network', align: 'left' },
    ...varying.map((key) => rightColumn(formatTitle(key))),
    ...(hasSeeds ? [rightColumn('seed')] : []),
    ...(hasValidation ? [rightColumn(measure.validationTitle)] : []),
    rightColumn(measure.title),
    ...(hasTopFive ? [rightColumn('top-5 %')] : []),
    // The least of all epochs is a choice by test images.
    ...(validates ? [] : [rightColumn(measure.bestTitle)]),
    ...(hasR2 ? [rightColumn('test R²')] : []),
    ...['train loss', 'parameters', 'images/s', 'time'].map(rightColumn),
  ];
  const rank = validates ? measure.readValidation : measure.read;
  const rows = sortByError(results, ({ run }) => (run.state === 'done' ? rank(run) : null)).map(
    ({ point, run }) => [
      point.label,
      ...varying.map((key) => formatField(point, key)),
      ...(hasSeeds ? [String(point.spec.seed)] : []),
      ...(hasValidation ? [formatValidation(measure, measure.readValidation(run))] : []),
      run.state === 'done' ? measure.format(measure.read(run)) : run.state,
      ...(hasTopFive ? [formatNumber(run.testTop5ErrorPercent, 2)] : []),
      ...(validates ? [] : [measure.format(measure.readBest(run))]),
      ...(hasR2 ? [formatR2(run.testR2)] : []),
      formatNumber(run.trainLoss, 4),
      formatCount(run.parameters),
      formatCount(run.imagesPerSecond),
      formatDuration(run.seconds),
    ],
  );
  return formatTable(columns, rows, width);
}

function formatGroups(
  groups: readonly Group[],
  { measure, varying, validates }: TableKind,
  width: number | undefined,
): string {
  const columns: Column[] = [
    { title: 'network', align: 'left' },
    ...varying.map((key) => rightColumn(formatTitle(key))),
    rightColumn('seeds'),
    ...(validates ? [rightColumn(measure.validationTitle)] : []),
    ...[measure.title, 'min', 'max'].map(rightColumn),
    { title: '', align: 'left' },
  ];
  const measured = groups.map((group) => ({
    ...group,
    test: measureSpreadOf(group, measure.read),
    validation: validates ? measureSpreadOf(group, measure.readValidation) : null,
  }));
  const rows = sortByError(
    measured,
    ({ test, validation }) => (validates ? validation : test)?.mean ?? null,
  ).map(({ first, finished, test, validation, others }) => [
    first.label,
    ...varying.map((key) => formatField(first, key)),
    String(finished.length),
    ...(validates ? [formatSpread(validation, (value) => formatValidation(measure, value))] : []),
    formatSpread(test, measure.format),
    measure.format(test?.min),
    measure.format(test?.max),
    others > 0 ? `${others} more not finished` : '',
  ]);
  return formatTable(columns, rows, width);
}

/** Null if no member has the value. */
function measureSpreadOf({ finished }: Group, read: (run: RunSummary) => number | null): Spread | null {
  const values = finished.map(read).filter((value) => value !== null);
  return values.length > 0 ? measureSpread(values) : null;
}

/** `1.50 ± 0.71`, of a single run `1.50`. */
function formatSpread(spread: Spread | null, format: (value: number | undefined) => string): string {
  return spread?.deviation == null
    ? format(spread?.mean)
    : `${format(spread.mean)} ± ${format(spread.deviation)}`;
}

/** An error in percent; of a regression its loss, as it has no error. */
function formatValidation(measure: Measure, value: number | null | undefined): string {
  return measure === RMSE ? formatNumber(value, 4) : measure.format(value);
}

/** Those of which some member ran. */
function groupBySeeds(results: readonly PointResult[]): Group[] {
  const identifier = new Identifier();
  const groups = new Map<string, PointResult[]>();
  for (const result of results) {
    const { spec, dataset } = result.point;
    const key = identifier.identifyGroup(spec, dataset.sha256);
    const members = groups.get(key);
    if (members) members.push(result);
    else groups.set(key, [result]);
  }
  const begun = [...groups.values()].filter((members) => members.some(({ run }) => run !== null));
  return begun.map((members) => {
    const finished = members.flatMap(({ run }) => (run?.state === 'done' ? [run] : []));
    return { first: members[0]!.point, finished, others: members.length - finished.length };
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
