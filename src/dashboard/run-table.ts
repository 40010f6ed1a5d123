import type Database from 'better-sqlite3';
import { cutList } from '../core/cut-list.js';
import { withDatabaseErrors } from '../experiment/database-errors.js';
import { RECORDED_COLUMNS, SELECT_RECORDED } from './run-columns.js';
import type { CellValue, RunColumns } from './run-rows.js';
import { SpecShelf } from './spec-fields.js';

/** Runs that one statement reads, so that no read is long. */
const RUNS_EACH = 500;

/** The table of a database's runs, read over one connection. */
export class RunTable {
  readonly #specs: SpecShelf;

  /** @param db opened for reading */
  constructor(private readonly db: Database.Database) {
    this.#specs = new SpecShelf(db);
  }

  /** Numbers of the kept runs, in the order in which they were begun. */
  listRuns(): number[] {
    const query = 'SELECT run_id FROM runs WHERE removed_at IS NULL ORDER BY run_id';
    return withDatabaseErrors(this.db.name, () => this.db.prepare<[], number>(query).pluck().all());
  }

  /**
   * Reads runs of some numbers, those that are not kept left out, by several short reads. Columns are what is recorded, and the fields that the
   * specs of these runs have.
   */
  read(runs: readonly number[]): RunColumns {
    return withDatabaseErrors(this.db.name, () => {
      this.#specs.learn();
      const filler = new ColumnFiller(runs.length);
      for (const piece of cutList(runs, RUNS_EACH)) this.#readPiece(piece, filler);
      return filler.finish();
    });
  }

  #readPiece(runs: readonly number[], filler: ColumnFiller): void {
    const statement = this.db.prepare<[string], [number, string, ...CellValue[]]>(SELECT_RECORDED).raw();
    for (const [run, state, ...cells] of statement.iterate(JSON.stringify(runs))) {
      const spec = this.#specs.find(run);
      // Begun since specs were read: the next look tells of it.
      if (spec === undefined) continue;
      const { group, seed } = spec;
      filler.begin(run, state, group.run);
      RECORDED_COLUMNS.forEach(({ name }, i) => {
        filler.set(name, cells[i]!);
      });
      for (const [name, value] of group.fields) filler.set(name, value);
      filler.set('seed', seed);
      for (const [name, value] of this.#specs.tellNetwork(group.network)) filler.set(name, value);
    }
  }
}

/** Takes runs one after another, and puts their values into columns. */
class ColumnFiller {
  readonly #columns: RunColumns = { runs: [], states: [], groups: [], values: new Map() };

  /** @param most runs that come */
  constructor(private readonly most: number) {}

  begin(run: number, state: string, group: number): void {
    this.#columns.runs.push(run);
    this.#columns.states.push(state);
    this.#columns.groups.push(group);
  }

  /** Of the run that began last. */
  set(name: string, value: CellValue): void {
    const { runs, values } = this.#columns;
    let column = values.get(name);
    if (column === undefined) {
      column = new Array<CellValue>(this.most).fill(null);
      values.set(name, column);
    }
    // JSON has no infinities.
    column[runs.length - 1] = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  }

  finish(): RunColumns {
    for (const column of this.#columns.values.values()) column.length = this.#columns.runs.length;
    return this.#columns;
  }
}
