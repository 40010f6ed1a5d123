/// <reference lib="esnext.disposable" preserve="true" />
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { cutWeights, layOutNetwork } from '../checkpoint/layout.js';
import { type LoadOptions, loadCheckpoint } from '../checkpoint/load.js';
import { MODEL_FILE } from '../checkpoint/run-files.js';
import { loadModel, type TrainedModel } from '../checkpoint/trained-model.js';
import { UserError, unknownName } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { loadPlugins } from '../plugins/load.js';
import type { NamedWeights } from '../run/types.js';
import { openDatabaseReadOnly } from './database.js';
import { withQuery } from './query.js';
import { findRunFolder } from './run-folder.js';
import { Store } from './store.js';
import { VIEW_COLUMNS, VIEW_NAMES, type ViewName, type ViewRows } from './view-rows.js';

export interface OpenStoreOptions {
  /** False to hand the store to `sweep`: then the file is made where it is missing. Default: true, and nothing is ever written. */
  readonly readonly?: boolean;
}

const optionsSchema = z.strictObject({ readonly: z.boolean().optional() });

/** What a row's columns must be; every column that is named. */
export type Where<View extends ViewName> = {
  readonly [Column in keyof ViewRows[View]]?: ViewRows[View][Column];
};

/** A value that SQLite takes for a `?`. */
export type QueryValue = string | number | bigint | null;

/** What experiments have recorded: a database that `sweep` or the commands write. Safe to read while others write. */
export class RecordedRuns implements Disposable {
  readonly file: string;
  readonly #db: Database.Database;
  readonly #store: Store | null;

  /** See `openStore`. */
  constructor(file: string, store: Store | null) {
    this.file = file;
    this.#store = store;
    this.#db = store?.db ?? openDatabaseReadOnly(file);
  }

  /**
   * The one that writes, for `sweep`.
   *
   * @throws UserError if the store was opened for reading only
   */
  get writer(): Store {
    if (this.#store && this.#db.open) return this.#store;
    throw new UserError(
      `${this.file}: expected a store that is open for writing, found one ${this.#db.open ? 'for reading only' : 'that is closed'}. ` +
        'Open it with { readonly: false }.',
    );
  }

  /**
   * Rows of a view: all, or those whose columns are as `where` says.
   *
   * @throws UserError for an unknown view or column
   */
  rows<View extends ViewName>(view: View, where: Where<View> = {}): ViewRows[View][] {
    const { sql, values } = selectFrom(view, where);
    return this.query<ViewRows[View]>(sql, ...values);
  }

  /**
   * The rows of a statement that reads.
   *
   * @throws UserError if the SQL is wrong or would write, or its parameters are not as many
   */
  query<Row = Record<string, unknown>>(sql: string, ...values: readonly QueryValue[]): Row[] {
    return this.#use(sql, (statement) => statement.all(...values) as Row[]);
  }

  /** The same, one row after another: for what is too much at once. */
  *iterate<Row = Record<string, unknown>>(sql: string, ...values: readonly QueryValue[]): Generator<Row> {
    yield* this.#use(sql, (statement) => statement.iterate(...values) as IterableIterator<Row>);
  }

  /**
   * The trained network of a run, from its folder beside the database.
   *
   * @throws UserError if there is no such run, or nothing is kept of it
   */
  async model(runId: number, options: LoadOptions = {}): Promise<TrainedModel> {
    return loadModel(this.#findModel(runId), options);
  }

  /** Its weights alone, by their names in the file: `conv1.kernel`. */
  async weights(runId: number, options: LoadOptions = {}): Promise<ReadonlyMap<string, NamedWeights>> {
    const plugins = await loadPlugins(options.plugins ?? []);
    const { spec, weights } = await loadCheckpoint(this.#findModel(runId), { ...options, plugins });
    const tensors = cutWeights(layOutNetwork(spec.network, plugins.layers).tensors, weights);
    return new Map(tensors.map(({ name, shape, values }) => [name, { shape, values }]));
  }

  /** May be called again. */
  close(): void {
    if (this.#store) this.#store.close();
    else this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #use<T>(sql: string, action: (statement: Database.Statement) => T): T {
    if (!this.#db.open)
      throw new UserError(`${this.file}: expected an open store, found it closed. Open it again.`);
    return withQuery(this.#db, sql, 'query', action);
  }

  #findModel(runId: number): string {
    const [run] = this.rows('all_runs', { run_id: runId });
    if (!run) throw new UserError(`run ${runId}: expected a run of ${this.file}, found none of that number.`);
    const file = join(findRunFolder(this.file, runId), MODEL_FILE);
    if (existsSync(file)) return file;
    throw new UserError(
      `run ${runId}: expected its network in ${file}, found no such file (the run is ${run.state}). ` +
        'Networks are kept of runs that are done, unless their checkpoints say otherwise.',
    );
  }
}

/**
 * Opens a database of experiments.
 *
 * @throws UserError if there is none (but where it is opened for writing), it is not one of Convoy's, cannot be read, or, for writing, lies on a
 *   network disk or may not be written
 */
export function openStore(file: string, options: OpenStoreOptions = {}): RecordedRuns {
  if (typeof file !== 'string' || file === '' || file === ':memory:') {
    throw new UserError(`openStore: expected a file, found ${JSON.stringify(file)}. Name one.`);
  }
  const { readonly = true } = parseWith(optionsSchema, options, 'openStore: options');
  return new RecordedRuns(file, readonly ? null : Store.open(file));
}

function selectFrom(view: ViewName, where: object): { sql: string; values: QueryValue[] } {
  if (!VIEW_NAMES.includes(view)) throw unknownName('rows', 'view', view, VIEW_NAMES);
  const columns = Object.keys(VIEW_COLUMNS[view]);
  const asked = Object.entries(where).filter(([, value]) => value !== undefined);
  for (const [column] of asked) {
    if (!columns.includes(column)) throw unknownName(`rows: ${view}`, 'column', column, columns);
  }
  const conditions = asked.map(([column]) => `${column} IS ?`).join(' AND ');
  return {
    sql: `SELECT * FROM ${view}${conditions && ` WHERE ${conditions}`}`,
    values: asked.map(([, value]) => value as QueryValue),
  };
}
