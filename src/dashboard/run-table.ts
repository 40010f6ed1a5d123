import type Database from 'better-sqlite3';
import { cutList } from '../core/cut-list.js';
import { withDatabaseErrors } from '../experiment/database-errors.js';
import { RECORDED_COLUMNS, SELECT_RECORDED } from './run-columns.js';
import { RUNS_EACH } from './run-pieces.js';
import type { CellValue, RunColumns } from './run-rows.js';
import { type SeedGroup, SpecShelf } from './spec-fields.js';

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
   * Reads runs of some numbers, those that are not kept left out. It takes several statements: within a transaction all is of one moment. Columns
   * are what is recorded, the fields that the specs of these runs have, and what tells networks of one label apart among all runs of the database.
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
    const recorded = RECORDED_COLUMNS.map(({ name }) => filler.column(name));
    for (const [run, state, ...cells] of statement.iterate(JSON.stringify(runs))) {
      const spec = this.#specs.find(run);
      // Begun since specs were read: the next look tells of it.
      if (spec === undefined) continue;
      const { group, seed } = spec;
      const place = filler.begin(run, state, group.run);
      recorded.forEach((column, i) => {
        column[place] = tellCell(cells[i]!);
      });
      filler.fill(place, group, () => [...group.fields, ...this.#specs.tellNetwork(group.network)]);
      filler.column('seed')[place] = seed;
    }
  }
}

/** JSON has no infinities. */
function tellCell(value: CellValue): CellValue {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Takes runs one after another, and puts their values into columns. */
class ColumnFiller {
  readonly #columns: RunColumns = { runs: [], states: [], groups: [], values: new Map() };
  /** What runs of a group have in common, with the columns that it goes into: looked up once a group, since there are many fields. */
  readonly #common = new Map<SeedGroup, readonly (readonly [CellValue[], CellValue])[]>();

  /** @param most runs that come */
  constructor(private readonly most: number) {}

  /** @returns its place in every column */
  begin(run: number, state: string, group: number): number {
    this.#columns.runs.push(run);
    this.#columns.states.push(state);
    this.#columns.groups.push(group);
    return this.#columns.runs.length - 1;
  }

  /** A column, made where it is missing. */
  column(name: string): CellValue[] {
    const { values } = this.#columns;
    let column = values.get(name);
    if (column === undefined) {
      column = new Array<CellValue>(this.most).fill(null);
      values.set(name, column);
    }
    return column;
  }

  /** Fills in what a run has in common with its group. */
  fill(place: number, group: SeedGroup, list: () => readonly (readonly [string, CellValue])[]): void {
    let common = this.#common.get(group);
    if (common === undefined) {
      common = list().map(([name, value]) => [this.column(name), value]);
      this.#common.set(group, common);
    }
    for (const [column, value] of common) column[place] = value;
  }

  finish(): RunColumns {
    for (const column of this.#columns.values.values()) column.length = this.#columns.runs.length;
    return this.#columns;
  }
}
