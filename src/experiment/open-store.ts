/// <reference lib="esnext.disposable" preserve="true" />
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { cutWeights, layOutNetwork } from '../checkpoint/layout.js';
import { type LoadOptions, loadCheckpoint, loadOptionsSchema } from '../checkpoint/load.js';
import { MODEL_FILE } from '../checkpoint/run-files.js';
import { loadModel, type TrainedModel } from '../checkpoint/trained-model.js';
import { describeValue } from '../core/describe-value.js';
import { UserError, unknownName } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { loadPlugins } from '../plugins/load.js';
import type { NamedWeights } from '../run/types.js';
import { openDatabase, openDatabaseReadOnly } from './database.js';
import { withQuery } from './query.js';
import { findRunFolder } from './run-folder.js';
import { VIEW_COLUMNS, VIEW_NAMES, type ViewName, type ViewRows } from './view-rows.js';

export interface OpenStoreOptions {
  /** False to make the file where it is missing, and to hand it to `sweep`. Default: true. */
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
  readonly readonly: boolean;
  readonly #db: Database.Database;
  /** Rows that somebody may yet ask for. The connection is busy with them until then. */
  readonly #unfinished = new Set<Iterator<unknown>>();

  /** See `openStore`. */
  constructor(file: string, readonly: boolean) {
    this.file = file;
    this.readonly = readonly;
    this.#db = readonly ? openDatabaseReadOnly(file) : openDatabase(file);
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
    const rows = this.#use(sql, (statement) => statement.iterate(...values) as IterableIterator<Row>);
    this.#unfinished.add(rows);
    try {
      for (const row of rows) {
        yield row;
        this.#checkOpen();
      }
    } finally {
      this.#unfinished.delete(rows);
    }
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
    parseWith(loadOptionsSchema, options, 'weights: options');
    const plugins = await loadPlugins(options.plugins ?? []);
    const { spec, weights } = await loadCheckpoint(this.#findModel(runId), { ...options, plugins });
    const tensors = cutWeights(layOutNetwork(spec.network, plugins.layers).tensors, weights);
    return new Map(tensors.map(({ name, shape, values }) => [name, { shape, values }]));
  }

  /** May be called again. Whoever still goes through rows is told that it is closed. */
  close(): void {
    for (const rows of this.#unfinished) rows.return?.();
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #checkOpen(): void {
    if (!this.#db.open)
      throw new UserError(`${this.file}: expected an open store, found it closed. Open it again.`);
  }

  #use<T>(sql: string, action: (statement: Database.Statement) => T): T {
    this.#checkOpen();
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
  return new RecordedRuns(file, readonly);
}

function selectFrom(view: ViewName, where: object): { sql: string; values: QueryValue[] } {
  if (!VIEW_NAMES.includes(view)) throw unknownName('rows', 'view', view, VIEW_NAMES);
  if (typeof where !== 'object' || where === null) {
    throw new UserError(
      `rows: ${view}: expected columns and their values, found ${describeValue(where)}. Leave it out for all rows.`,
    );
  }
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
