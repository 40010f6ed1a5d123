import type Database from 'better-sqlite3';
import { listRuns, type RunFilter, type RunSummary, selectRunRows } from '../../experiment/run-records.js';
import { readSpecs } from '../../experiment/run-specs.js';
import { joinWords } from '../../report/findings/words.js';
import { formatDuration, formatNumber } from '../../report/format-values.js';
import { ERROR_PERCENT, formatR2, type Measure, RMSE } from '../../report/measures.js';
import { type Column, formatTable } from '../../report/tables.js';
import { tellsTopFive } from '../../report/top-five.js';
import { findVaryingFields, formatField, formatTitle } from '../../report/varying-fields.js';
import { NUMERICS } from '../../run/numerics.js';
import { widthOf } from '../streams.js';
import { printRows, type RowTarget } from './query.js';

/** Of what differs between runs, as a line has room for no more. */
const MAX_VARYING = 4;
/** Fields that have a column of their own. */
const TOLD: ReadonlySet<string> = new Set(['epochs', 'learningRate', 'trainCount']);

/** Prints the runs, in the order in which they were begun: as a table in short, else with all columns of their view. */
export async function printList(db: Database.Database, filter: RunFilter, target: RowTarget): Promise<void> {
  if (target.format === 'table') target.out.write(formatList(db, filter, widthOf(target.out)));
  else await printRows(selectRunRows(db, filter), target);
}

/** As a table. */
export function formatList(db: Database.Database, filter: RunFilter, width?: number): string {
  const runs = listRuns(db, filter);
  const specs = readSpecsById(db, runs);
  const varying = describeVarying(specs);
  const columns = [...listColumns(runs, specs, varying.slice(0, MAX_VARYING))];
  const table = formatTable(
    columns,
    runs.map((run) => columns.map(({ cell }) => cell(run))),
    width,
  );
  const others = varying.slice(MAX_VARYING).map(({ title }) => title);
  return others.length === 0
    ? table
    : `${table}\nThey differ in ${joinWords(others)} as well; see runs diff.\n`;
}

/** A column and what stands in it. */
interface RunColumn extends Column {
  readonly cell: (run: RunSummary) => string;
}

/** What the runs' specs say, by their numbers. */
type Specs = ReadonlyMap<number, ReturnType<typeof readSpecs>[number]>;

function* listColumns(
  runs: readonly RunSummary[],
  specs: Specs,
  varying: readonly RunColumn[],
): Generator<RunColumn> {
  yield { title: 'id', align: 'right', cell: (run) => String(run.runId) };
  yield { title: 'state', align: 'left', cell: (run) => run.state };
  yield { title: 'sweep', align: 'left', cell: (run) => run.sweep };
  yield { title: 'network', align: 'left', cell: (run) => run.label };
  yield* varying;
  yield { title: 'seed', align: 'right', cell: (run) => String(run.seed) };
  yield fieldColumn('images', 'trainCount', specs);
  yield { title: 'epochs', align: 'right', cell: formatEpochs };
  yield fieldColumn('rate', 'learningRate', specs);
  if (runs.some(({ validationErrorPercent }) => validationErrorPercent !== null)) {
    yield {
      title: ERROR_PERCENT.validationTitle,
      align: 'right',
      cell: (run) => formatNumber(run.validationErrorPercent, 2),
    };
  }
  if (runs.length === 0 || !runs.every(isRegression)) yield measureColumn(ERROR_PERCENT);
  if (runs.some(({ classes }) => tellsTopFive(classes))) {
    yield { title: 'top-5 %', align: 'right', cell: (run) => formatNumber(run.testTop5ErrorPercent, 2) };
  }
  if (runs.some(isRegression)) {
    yield measureColumn(RMSE);
    yield { title: 'test R²', align: 'right', cell: (run) => formatR2(run.testR2) };
  }
  yield { title: 'time', align: 'right', cell: (run) => formatDuration(run.seconds) };
  if (runs.some(({ numerics }) => numerics !== NUMERICS)) {
    yield { title: 'numerics', align: 'right', cell: (run) => String(run.numerics) };
  }
  if (runs.some(({ removedAt }) => removedAt !== null)) {
    yield { title: 'removed', align: 'left', cell: (run) => run.removedAt ?? '' };
  }
  if (runs.some(({ tags }) => tags !== null)) {
    yield { title: 'tags', align: 'left', cell: (run) => run.tags ?? '' };
  }
  if (runs.some(({ note }) => note !== null)) {
    yield { title: 'note', align: 'left', cell: (run) => run.note ?? '' };
  }
}

/** As far as its epochs tell. */
function isRegression({ testRmse }: RunSummary): boolean {
  return testRmse !== null;
}

function measureColumn({ title, read, format }: Measure): RunColumn {
  return { title, align: 'right', cell: (run) => format(read(run)) };
}

function readSpecsById(db: Database.Database, runs: readonly RunSummary[]): Specs {
  const ids = runs.map(({ runId }) => runId);
  return new Map(readSpecs(db, ids).map((run) => [run.runId, run]));
}

/** What the runs differ in besides their networks' names, their seeds and what has a column of its own. */
function describeVarying(specs: Specs): RunColumn[] {
  const keys = findVaryingFields([...specs.values()]).filter((key) => !TOLD.has(key));
  return keys.map((key) => fieldColumn(formatTitle(key), key, specs));
}

function fieldColumn(title: string, key: string, specs: Specs): RunColumn {
  return { title, align: 'right', cell: ({ runId }) => formatField(specs.get(runId)!, key) };
}

function formatEpochs({ epochs, epochsAsked }: RunSummary): string {
  return epochs === Math.ceil(epochsAsked) ? String(epochsAsked) : `${epochs}/${epochsAsked}`;
}
