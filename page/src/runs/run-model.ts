import type { RunsAnswer } from '../../../src/dashboard/answers/runs.js';
import type { CellValue, RunRow } from '../../../src/dashboard/run-rows.js';
import { type Column, RUN, STATE } from './column.js';

/** All runs of a database as the page knows them: what the server has answered, brought up to date by events. */
export class RunModel {
  /** By name: number and state, then what the server names, in its order. */
  readonly columns: ReadonlyMap<string, Column>;
  readonly runs: number[];
  readonly states: string[];
  readonly groups: number[];
  readonly #places = new Map<number, number>();

  constructor(answer: RunsAnswer) {
    this.runs = [...answer.runs];
    this.states = [...answer.states];
    this.groups = [...answer.groups];
    const own = { source: 'record', varies: true } as const;
    const columns: Column[] = [
      { ...own, name: RUN, label: 'run', kind: 'number', cells: this.runs },
      { ...own, name: STATE, label: 'state', kind: 'text', cells: this.states },
      ...answer.columns.map((column) => ({ ...column, cells: [...answer.values[column.name]!] })),
    ];
    this.columns = new Map(columns.map((column) => [column.name, column]));
    this.runs.forEach((run, place) => {
      this.#places.set(run, place);
    });
  }

  /** Where a run stands in every list; undefined for one that is not here. */
  placeOf(run: number): number | undefined {
    return this.#places.get(run);
  }

  /**
   * Takes in rows that are new or have changed.
   *
   * @returns false if they have a column that the server has not named yet, so that all has to be asked for again
   */
  update(rows: readonly RunRow[]): boolean {
    for (const row of rows) {
      const place = this.#places.get(row.run) ?? this.runs.length;
      this.#places.set(row.run, place);
      this.runs[place] = row.run;
      this.states[place] = row.state;
      this.groups[place] = row.group;
      for (const [name, column] of this.columns) {
        if (name !== RUN && name !== STATE) setCell(column, place, row.values[name] ?? null);
      }
    }
    return rows.every(({ values }) =>
      Object.entries(values).every(([name, value]) => value === null || this.columns.has(name)),
    );
  }

  /** Takes out runs that have been removed. */
  remove(gone: readonly number[]): void {
    const removed = new Set(gone);
    const kept = this.runs.flatMap((run, place) => (removed.has(run) ? [] : [place]));
    if (kept.length === this.runs.length) return;
    const lists = [...this.columns.values()].map(({ cells }) => cells);
    for (const list of [...lists, this.groups]) keepPlaces(list, kept);
    this.#places.clear();
    this.runs.forEach((run, place) => {
      this.#places.set(run, place);
    });
  }
}

function setCell(column: Column, place: number, value: CellValue): void {
  column.cells[place] = value;
  column.varies ||= value !== column.cells[0];
}

function keepPlaces<Item>(list: Item[], places: readonly number[]): void {
  places.forEach((place, i) => {
    list[i] = list[place]!;
  });
  list.length = places.length;
}
