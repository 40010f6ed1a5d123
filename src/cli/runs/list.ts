import type Database from 'better-sqlite3';
import { listRuns, type RunFilter, type RunSummary, selectRunRows } from '../../experiment/run-records.js';
import { formatDuration, formatNumber } from '../../report/format-values.js';
import { type Column, formatTable } from '../../report/tables.js';
import { NUMERICS } from '../../run/numerics.js';
import { formatRows, type RowFormat } from './query.js';

const COLUMNS: readonly Column[] = [
  { title: 'id', align: 'right' },
  { title: 'state', align: 'left' },
  { title: 'sweep', align: 'left' },
  { title: 'network', align: 'left' },
  { title: 'seed', align: 'right' },
  { title: 'epochs', align: 'right' },
  { title: 'test error %', align: 'right' },
  { title: 'time', align: 'right' },
];
/** Told where some run is of another version than this program's. */
const NUMERICS_COLUMN: Column = { title: 'numerics', align: 'right' };

/** Prints the runs, in the order in which they were begun: as a table in short, else with all columns of `all_runs`. */
export function formatList(db: Database.Database, filter: RunFilter, format: RowFormat): string {
  if (format !== 'table') return formatRows(selectRunRows(db, filter), format);
  const runs = listRuns(db, filter);
  const tellsNumerics = runs.some(({ numerics }) => numerics !== NUMERICS);
  const columns = tellsNumerics ? [...COLUMNS, NUMERICS_COLUMN] : COLUMNS;
  return formatTable(
    columns,
    runs.map((run) => [...formatRun(run), ...(tellsNumerics ? [String(run.numerics)] : [])]),
  );
}

function formatRun(run: RunSummary): string[] {
  return [
    String(run.runId),
    run.state,
    run.sweep,
    run.label,
    String(run.seed),
    run.epochs === Math.ceil(run.epochsAsked) ? String(run.epochsAsked) : `${run.epochs}/${run.epochsAsked}`,
    formatNumber(run.testErrorPercent, 2),
    formatDuration(run.seconds),
  ];
}
