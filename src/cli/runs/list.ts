import type Database from 'better-sqlite3';
import { listRuns, type RunFilter, type RunSummary, selectRunRows } from '../../experiment/run-records.js';
import { readSpecs } from '../../experiment/run-specs.js';
import { joinWords } from '../../report/findings/words.js';
import { formatDuration, formatNumber } from '../../report/format-values.js';
import { type Column, formatTable } from '../../report/tables.js';
import { tellsTopFive } from '../../report/top-five.js';
import { findVaryingFields, formatField, formatTitle } from '../../report/varying-fields.js';
import { NUMERICS } from '../../run/numerics.js';
import { formatRows, type RowFormat } from './query.js';

/** Of what differs between runs, as a line has room for no more. */
const MAX_VARYING = 4;
/** Fields that have a column of their own. */
const TOLD: ReadonlySet<string> = new Set(['epochs']);

/** Prints the runs, in the order in which they were begun: as a table in short, else with all columns of their view. */
export function formatList(db: Database.Database, filter: RunFilter, format: RowFormat): string {
  if (format !== 'table') return formatRows(selectRunRows(db, filter), format);
  const runs = listRuns(db, filter);
  const varying = describeVarying(db, runs);
  const columns = [...listColumns(runs, varying.slice(0, MAX_VARYING))];
  const table = formatTable(
    columns,
    runs.map((run) => columns.map(({ cell }) => cell(run))),
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

function* listColumns(runs: readonly RunSummary[], varying: readonly RunColumn[]): Generator<RunColumn> {
  yield { title: 'id', align: 'right', cell: (run) => String(run.runId) };
  yield { title: 'state', align: 'left', cell: (run) => run.state };
  yield { title: 'sweep', align: 'left', cell: (run) => run.sweep };
  yield { title: 'network', align: 'left', cell: (run) => run.label };
  yield* varying;
  yield { title: 'seed', align: 'right', cell: (run) => String(run.seed) };
  yield { title: 'epochs', align: 'right', cell: formatEpochs };
  yield { title: 'test error %', align: 'right', cell: (run) => formatNumber(run.testErrorPercent, 2) };
  if (runs.some(({ classes }) => tellsTopFive(classes))) {
    yield { title: 'top-5 %', align: 'right', cell: (run) => formatNumber(run.testTop5ErrorPercent, 2) };
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

/** What the runs differ in besides their networks' names and seeds. */
function describeVarying(db: Database.Database, runs: readonly RunSummary[]): RunColumn[] {
  const specs = readSpecs(
    db,
    runs.map(({ runId }) => runId),
  );
  const byId = new Map(specs.map((run) => [run.runId, run]));
  const keys = findVaryingFields(specs).filter((key) => !TOLD.has(key));
  return keys.map((key) => ({
    title: formatTitle(key),
    align: 'right',
    cell: ({ runId }) => formatField(byId.get(runId)!, key),
  }));
}

function formatEpochs({ epochs, epochsAsked }: RunSummary): string {
  return epochs === Math.ceil(epochsAsked) ? String(epochsAsked) : `${epochs}/${epochsAsked}`;
}
