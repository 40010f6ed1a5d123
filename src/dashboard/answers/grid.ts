import type Database from 'better-sqlite3';
import { HTTPException } from 'hono/http-exception';
import { nameCommand } from '../../core/command-name.js';
import { UserError } from '../../core/errors.js';
import { quoteWord } from '../../core/quote-word.js';
import { findSweep } from '../../experiment/find-runs.js';
import { RunReader } from '../../report/findings/reported-run.js';
import { formatSetting } from '../../search/format-settings.js';
import { type Answer, readRunIds } from '../answer.js';
import { findGridFields, type GridField } from '../grid/fields.js';
import {
  type FieldImportance,
  IMPORTANCE_EXPLAINED,
  measureFields,
  measureTogether,
} from '../grid/importance.js';
import { GRID_MEASURES, type GridMeasure } from '../grid/measures.js';
import { listSettings, type Setting } from '../grid/settings.js';
import { type Candidate, judgeCandidates, type Verdict } from '../grid/verdict.js';
import type { RunTable } from '../run-table.js';
import { arrangeRuns, type RunsAnswer } from './runs.js';

/** What the page of a grid shows. */
export interface GridAnswer {
  /** Names of all sweeps that have finished runs, the newest first. */
  readonly sweeps: readonly string[];
  /** Of which this is; null for all runs. */
  readonly sweep: string | null;
  /** What there is to compare by. */
  readonly measures: readonly Pick<GridMeasure, 'name' | 'label' | 'sign' | 'decimals'>[];
  /** By which it is done; null if nothing is finished. */
  readonly measure: string | null;
  /** Finished runs that are compared, and others, which are not. */
  readonly runs: number;
  readonly unfinished: number;
  readonly fields: readonly GridField[];
  /** The best first. */
  readonly settings: readonly Setting[];
  /** The greatest first. */
  readonly importance: readonly FieldImportance[];
  readonly together: number | null;
  /** How they are computed. */
  readonly explanation: string;
  /** The field that the next is about, and which is shown if none is asked for: the most important one. */
  readonly field: string | null;
  /** Which of its values wins, each at its best; null for a field of very many values. */
  readonly fieldVerdict: Verdict | null;
  /** Which setting wins. */
  readonly settingVerdict: Verdict | null;
  /** In place of verdicts, why these runs answer no one question; null where they do. */
  readonly unjudged: string | null;
  /** Writes the report of the sweep; null for all runs. */
  readonly report: string | null;
}

/** What is asked of a grid. */
export interface GridQuestion {
  /** Empty for all runs; null for the newest sweep. */
  readonly sweep?: string | null | undefined;
  readonly runs?: readonly number[] | undefined;
  readonly measure?: string | undefined;
  readonly field?: string | undefined;
}

interface ChosenRun {
  readonly run: number;
  readonly state: string;
}

/** Of more values, which one is best is a matter of a range, not of a winner. */
const MOST_LEVELS = 24;

/** An address of more would be refused by the server's HTTP. */
const MOST_RUNS = 10_000;

/** `grid?sweep=widths&measure=test_error_percent&x=width` */
export const GRID: Answer = {
  path: 'grid',
  answer: ({ database, query }) => {
    const runs = query.has('runs') ? readRunIds(query, MOST_RUNS) : undefined;
    const question: GridQuestion = {
      sweep: query.get('sweep') ?? (runs === undefined ? null : ''),
      runs,
      measure: query.get('measure') ?? undefined,
      field: query.get('x') ?? undefined,
    };
    return database.readOnce(`grid ${JSON.stringify(question)}`, (db, table) =>
      describeGrid(db, table, database.file, question),
    );
  },
};

/**
 * @param file the database as the user has named it
 * @throws HTTPException 404 for a measure or field that these runs do not have
 */
export function describeGrid(
  db: Database.Database,
  table: RunTable,
  file: string,
  question: GridQuestion,
): GridAnswer {
  const sweeps = listSweeps(db);
  const sweep = (question.sweep === null ? sweeps[0] : question.sweep) || null;
  const chosen = chooseRuns(db, sweep, question.runs);
  const done = arrangeRuns(
    '',
    table.read(chosen.filter(({ state }) => state === 'done').map(({ run }) => run)),
  );
  const measures = GRID_MEASURES.filter(({ name }) => done.values[name]?.some(isNumber));
  const measure = chooseMeasure(measures, done, question.measure);
  const measured = measure ? done.runs.filter((_, i) => isNumber(done.values[measure.name]![i])) : [];
  const isWhole = !measure || measured.length === done.runs.length;
  const columns = nameOptimizers(isWhole ? done : arrangeRuns('', table.read(measured)));
  const fields = findGridFields(columns);
  const settings = measure ? listSettings(columns, fields, measure) : [];
  const importance = measureFields(fields, settings);
  const field = chooseField(fields, question.field ?? importance[0]?.field);
  const reader = new RunReader(db);
  const unjudged = findMixture(columns);
  const judge = (candidates: readonly Candidate[]) =>
    measure && unjudged === null ? judgeReadable(candidates, measure, reader) : null;
  return {
    sweeps,
    sweep,
    measures: measures.map(({ name, label, sign, decimals }) => ({ name, label, sign, decimals })),
    measure: measure?.name ?? null,
    runs: measure ? columns.runs.length : 0,
    unfinished: chosen.length - (measure ? columns.runs.length : 0),
    fields,
    settings,
    importance,
    together: measureTogether(settings),
    explanation: IMPORTANCE_EXPLAINED,
    field: field?.name ?? null,
    fieldVerdict:
      field && field.levels.length <= MOST_LEVELS ? judge(listBestByLevel(field, settings)) : null,
    settingVerdict: judge(settings.map((setting) => ({ name: setting.name, setting, among: 1 }))),
    unjudged,
    report:
      sweep === null ? null : [nameCommand('report'), ...[sweep, '--db', file].map(quoteWord)].join(' '),
  };
}

/** A spec without an optimizer means SGD, as in the views of the database. */
function nameOptimizers(table: RunsAnswer): RunsAnswer {
  const name = 'optimizer.kind';
  const kinds = table.values[name]?.map((kind) => kind ?? 'sgd');
  return kinds === undefined ? table : { ...table, values: { ...table.values, [name]: kinds } };
}

/** The run that speaks for each point of a sweep, whichever sweep has trained it, or all kept runs; of these, those that are asked for. */
function chooseRuns(db: Database.Database, sweep: string | null, runs: GridQuestion['runs']) {
  const asked = runs && new Set(runs);
  return (sweep === null ? listKept(db) : listPoints(db, sweep)).filter(({ run }) => asked?.has(run) ?? true);
}

function listKept(db: Database.Database): ChosenRun[] {
  return db.prepare<[], ChosenRun>('SELECT run_id AS run, state FROM kept_runs ORDER BY run_id').all();
}

function listPoints(db: Database.Database, sweep: string): ChosenRun[] {
  if (db.prepare('SELECT 1 FROM sweeps WHERE name = ?').get(sweep) === undefined) return [];
  return findSweep(db, sweep)
    .points.flatMap((point) => (point === null ? [] : [{ run: point.runId, state: point.state }]))
    .sort((a, b) => a.run - b.run);
}

function listSweeps(db: Database.Database): string[] {
  const query = `
    SELECT name FROM sweeps
    WHERE EXISTS (
      SELECT 1 FROM sweep_points JOIN kept_runs USING (identity) WHERE sweep_points.sweep_id = sweeps.sweep_id AND state = 'done'
    )
    ORDER BY sweep_id DESC`;
  return db.prepare<[], string>(query).pluck().all();
}

/** The best on other data, or at another task, has won nothing. */
function findMixture({ values }: RunsAnswer): string | null {
  if (new Set(values.dataset_sha256).size > 1) {
    const names = [...new Set(values.dataset)].join(', ');
    return `These runs are not of the same data (${names}), so none of them wins. Choose runs of one data set: a sweep, or some in the table of runs.`;
  }
  if (new Set(values.test_rmse?.map(isNumber)).size > 1) {
    return 'These runs are not of the same task: some tell classes, others a number. Choose runs of one task: a sweep, or some in the table of runs.';
  }
  return null;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

/** A run that this program cannot make sense of, such as a newer one's, takes no more away than what its answers would have told. */
function judgeReadable(
  candidates: readonly Candidate[],
  measure: GridMeasure,
  reader: RunReader,
): Verdict | null {
  try {
    return judgeCandidates(candidates, measure, (runId) => reader.read(runId));
  } catch (error) {
    if (!(error instanceof UserError) || error.cause !== undefined) throw error;
    const [winner, ...others] = candidates as [Candidate, ...Candidate[]];
    const rivals = others.map(({ name, setting }) => {
      const behind = measure.sign * (setting.mean - winner.setting.mean);
      return { name, run: setting.runs[0]!, behind, p: null };
    });
    const sentence = `${winner.name} has the best ${measure.label}. Whether that is more than chance cannot be told: ${error.message}`;
    return { answer: 'untested', winner: winner.name, winnerRuns: winner.setting.runs, sentence, rivals };
  }
}

/** What all of them have comes first. */
function chooseMeasure(
  measures: readonly GridMeasure[],
  done: RunsAnswer,
  asked?: string,
): GridMeasure | null {
  if (asked !== undefined) return find('measure', measures, asked);
  return measures.find(({ name }) => done.values[name]!.every(isNumber)) ?? measures[0] ?? null;
}

function chooseField(fields: readonly GridField[], asked?: string): GridField | null {
  return asked === undefined ? null : find('x', fields, asked);
}

function find<T extends { readonly name: string }>(what: string, some: readonly T[], asked: string): T {
  const found = some.find(({ name }) => name === asked);
  if (found) return found;
  throw new HTTPException(404, {
    message: `expected ${what}=${some.map(({ name }) => name).join(' or ') || 'nothing: no run is finished'}, found ${what}=${asked.slice(0, 80)}`,
  });
}

/** Of each value of a field the setting that is best with it; the best first. */
function listBestByLevel({ name, label, levels }: GridField, settings: readonly Setting[]): Candidate[] {
  const best = levels.flatMap((level) => {
    const having = settings.filter(({ values }) => values[name] === level);
    const [setting] = having;
    if (setting === undefined) return [];
    const told = level === null ? `no ${label}` : `${label} ${formatSetting(level)}`;
    return [{ name: told, setting, among: having.length }];
  });
  return best.sort((a, b) => settings.indexOf(a.setting) - settings.indexOf(b.setting));
}
