import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { openStore } from '../../src/experiment/open-store.js';
import { Store } from '../../src/experiment/store.js';
import { VIEW_COLUMNS, VIEW_NAMES } from '../../src/experiment/view-rows.js';
import { claimRuns, makeFolder, makeMetrics, makeResult, planGrid } from './fake-runs.js';

/** Three runs of a sweep, of which two are done, the first one by a search's trial besides. */
async function record(): Promise<string> {
  const file = join(makeFolder(), 'runs.db');
  const store = Store.open(file);
  const points = await planGrid({ base: { model: 'SK', width: 0.2 }, grid: { seed: [0, 1, 2] } });
  const ids = claimRuns(store, 'seeds', points) as number[];
  for (const [i, errors] of [
    [9, 4],
    [90, 80],
  ].entries()) {
    const epochs = errors.map((error, at) => makeMetrics(at + 1, error));
    for (const metrics of epochs) store.addEpoch(ids[i]!, metrics);
    store.finishRun(ids[i]!, { result: makeResult(points[i]!.spec, { epochs }) });
  }
  store.db
    .prepare(`INSERT INTO searches SELECT sweep_id, '{"objective": "test_error_percent"}' FROM sweeps`)
    .run();
  store.db
    .prepare(
      `INSERT INTO search_trials SELECT sweep_id, 1, 'complete', '{"seed": 0}', 2, 4, '[4]' FROM sweeps`,
    )
    .run();
  store.db.prepare('INSERT INTO trial_runs SELECT sweep_id, 1, 1, ? FROM sweeps').run(points[0]!.identity);
  store.close();
  return file;
}

const NAMES = {
  text: ['string'],
  'text?': ['string', 'null'],
  number: ['number'],
  'number?': ['number', 'null'],
  any: ['string', 'number', 'null'],
};

describe('the rows of views', () => {
  it('have the columns that the database gives, and that the docs list views for', () => {
    const file = join(makeFolder(), 'empty.db');
    openStore(file, { readonly: false }).close();
    using store = openStore(file);
    for (const view of VIEW_NAMES) {
      const columns = store.query<{ name: string }>('SELECT name FROM pragma_table_info(?)', view);
      expect(columns.map(({ name }) => name).sort(), view).toEqual(Object.keys(VIEW_COLUMNS[view]).sort());
    }
    const page = readFileSync(join(findPackageRoot(), 'docs', 'sweeps.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, view]) => view);
    expect(listed.sort()).toEqual([...VIEW_NAMES].sort());
  });

  it('have the types that are said of them', async () => {
    using store = openStore(await record());
    for (const view of VIEW_NAMES.filter((name) => name !== 'settings')) {
      const rows = store.rows(view);
      expect(rows.length, view).toBeGreaterThan(0);
      for (const row of rows) {
        for (const [column, type] of Object.entries(VIEW_COLUMNS[view])) {
          const value: unknown = (row as Record<string, unknown>)[column];
          expect(NAMES[type], `${view}.${column}`).toContain(value === null ? 'null' : typeof value);
        }
      }
    }
  });

  it('are all, or those that are asked for', async () => {
    using store = openStore(await record());
    expect(store.rows('all_runs').map(({ state }) => state)).toEqual(['done', 'done', 'running']);
    const [done, ...others] = store.rows('all_runs', { state: 'done', seed: 0, note: null });
    expect(others).toEqual([]);
    expect(done).toMatchObject({ seed: 0, test_error_percent: 4 });
    expectTypeOf(done!.seed).toEqualTypeOf<number>();
    expectTypeOf(done!.best_epoch).toEqualTypeOf<number | null>();
    expect(store.rows('learning_curves', { run_id: done!.run_id }).map(({ epoch }) => epoch)).toEqual([1, 2]);
    // @ts-expect-error there is no such view
    expect(() => store.rows('runs')).toThrow(UserError);
    // @ts-expect-error there is no such column
    expect(() => store.rows('results', { lr: 1 })).toThrow("rows: results: unknown column 'lr'.");
  });
});

describe('a query', () => {
  it('takes parameters, and gives rows at once or one by one', async () => {
    using store = openStore(await record());
    const sql = 'SELECT epoch FROM learning_curves WHERE test_error_percent < ? ORDER BY epoch';
    expect(store.query(sql, 5)).toEqual([{ epoch: 2 }]);
    expect([...store.iterate<{ epoch: number }>(sql, 10)].map(({ epoch }) => epoch)).toEqual([1, 2]);
    // Left early, it lets go of the connection.
    for (const row of store.iterate(sql, 10)) {
      expect(row).toEqual({ epoch: 1 });
      break;
    }
    expect(store.query(sql, 5)).toHaveLength(1);
  });

  it.each([
    ['SELEC 1', [], 'syntax error'],
    ['DELETE FROM runs', [], 'expected a statement that reads'],
    ['SELECT ?', [], 'Too few parameter values'],
    ['SELECT 1', [2], 'Too many parameter values'],
    ['SELECT 1; SELECT 2', [], 'more than one statement'],
  ])('that is wrong is refused in one line: %s', async (sql, values, message) => {
    const file = await record();
    for (const readonly of [true, false]) {
      using store = openStore(file, { readonly });
      expect(() => store.query(sql, ...values)).toThrow(UserError);
      expect(() => store.query(sql, ...values)).toThrow(message);
    }
  });
});

describe('a store', () => {
  it('is made for writing alone', () => {
    const file = join(makeFolder(), 'none.db');
    expect(() => openStore(file)).toThrow(UserError);
    expect(existsSync(file)).toBe(false);
    expect(() => openStore('')).toThrow('openStore: expected a file, found "".');
    expect(() => openStore(file, { readOnly: true } as object)).toThrow("unknown field 'readOnly'");
  });

  it('that is closed says so', async () => {
    const store = openStore(await record());
    store.close();
    store.close();
    expect(() => store.rows('results')).toThrow('expected an open store, found it closed');
  });

  it('is closed while somebody goes through rows, who is told', async () => {
    const store = openStore(await record());
    const sql = 'SELECT epoch FROM learning_curves ORDER BY epoch';
    const [left, going] = [store.iterate(sql), store.iterate(sql)];
    left.next();
    const read: unknown[] = [];
    const readOn = () => {
      for (const row of going) {
        read.push(row);
        store.close();
      }
    };
    expect(readOn).toThrow(UserError);
    expect(read).toEqual([{ epoch: 1 }]);
    expect(() => left.next()).toThrow('expected an open store, found it closed');
  });

  it('takes columns for a view, or nothing', async () => {
    using store = openStore(await record());
    for (const where of [null, 'run_id']) {
      expect(() => store.rows('results', where as never)).toThrow(/^rows: results: expected columns and/);
    }
  });

  it('names the run whose network is not kept', async () => {
    using store = openStore(await record());
    await expect(store.model(1)).rejects.toThrow(
      /^run 1: expected its network in .*model\.safetensors, found no such file \(the run is done\)/,
    );
    await expect(store.weights(9)).rejects.toThrow('run 9: expected a run of');
  });
});
