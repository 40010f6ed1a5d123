import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrangeRuns, type RunsAnswer } from '../../src/dashboard/answers/runs.js';
import { RunTable } from '../../src/dashboard/run-table.js';
import { openDatabase, openDatabaseReadOnly } from '../../src/experiment/database.js';
import { writeManyRuns } from '../helpers/many-runs.js';

const folder = mkdtempSync(join(tmpdir(), 'convoy-runs-'));
const file = join(folder, 'runs.db');
let reader: Database.Database;

beforeAll(() => {
  writeManyRuns(file, { runs: 30, running: 2 });
  reader = openDatabaseReadOnly(file);
});
afterAll(() => {
  reader.close();
  rmSync(folder, { recursive: true });
});

function answer(table = new RunTable(reader)): RunsAnswer {
  return arrangeRuns('1', table.read(table.listRuns()));
}

const column = (name: string) => answer().columns.find((found) => found.name === name);

describe('the table of runs', () => {
  it('has every run, in the order in which they were begun, with its state', () => {
    const { runs, states } = answer();
    expect(runs).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(states.slice(0, 2)).toEqual(['done', 'done']);
    expect(states.slice(-2)).toEqual(['running', 'running']);
  });

  it('says of each field whether it varies', () => {
    const varying = answer().columns.filter(({ source, varies }) => source === 'field' && varies);
    expect(varying.map(({ name }) => name).sort()).toEqual(['learningRate.rate', 'seed', 'width']);
    expect(column('batchSize')).toMatchObject({ kind: 'number', source: 'field', varies: false });
    expect(column('learningRate.rate')).toMatchObject({ label: 'learning rate', kind: 'number' });
    expect(column('started_at')).toMatchObject({ kind: 'time', source: 'record' });
  });

  it('fills in the defaults of fields that are not recorded', () => {
    expect(answer().values.labelSmoothing).toEqual(new Array(30).fill(0));
  });

  it('agrees with the view all_runs', () => {
    const { values, runs } = answer();
    const names = [
      'test_error_percent',
      'best_test_error_percent',
      'plain_test_error_percent',
      'train_loss',
      'test_loss',
      'completed_epochs',
      'sweep',
      'label',
      'workers',
      'kernels',
      'started_at',
      'finished_at',
      'parameters',
      'numerics',
    ];
    const rows = reader.prepare(`SELECT ${names.join(', ')} FROM all_runs ORDER BY run_id`).all();
    const told = runs.map((_, i) => Object.fromEntries(names.map((name) => [name, values[name]![i]])));
    expect(told).toEqual(rows);
  });

  it('leaves out columns that hold nothing, and keeps fields that do', () => {
    expect(column('validation_loss')).toBeUndefined();
    expect(column('test_rmse')).toBeUndefined();
    expect(column('clipNorm')).toMatchObject({ varies: false });
  });

  it('groups runs that differ in nothing but the seed, as the view seed_groups does', () => {
    const { runs, groups } = answer();
    const rows = reader.prepare('SELECT run_id, group_id FROM seed_groups').raw().all() as number[][];
    const told = new Map(runs.map((run, i) => [run, groups[i]]));
    expect(rows.length).toBeGreaterThan(20);
    for (const [run, group] of rows) expect(told.get(run!)).toBe(group);
  });

  it('tells seconds and speed of a run under way by its epochs', () => {
    const { values } = answer();
    expect(values.seconds!.at(-1)).toBe(10);
    expect(values.completed_epochs!.at(-1)).toBe(5);
  });

  it('is empty for an empty database', () => {
    const empty = openDatabase(':memory:');
    const table = new RunTable(empty);
    expect(arrangeRuns('1', table.read(table.listRuns()))).toMatchObject({
      columns: [],
      runs: [],
      values: {},
    });
    empty.close();
  });
});

describe('runs that are told apart', () => {
  it('have columns for what differs in networks of one name', () => {
    const db = openDatabase(join(folder, 'networks.db'));
    writeManyRuns(join(folder, 'networks.db'), { runs: 2 });
    db.exec(`UPDATE runs SET label = 'custom', spec = json_set(spec, '$.network.layers[0].filters', 7) WHERE run_id = 1;
      UPDATE runs SET label = 'custom' WHERE run_id = 2`);
    const { values, columns } = answer(new RunTable(db));
    expect(columns.filter(({ name }) => name.startsWith('network.'))).toMatchObject([
      { kind: 'text', source: 'field', varies: true },
    ]);
    expect(values['network.convolution1.filters'] ?? values['network.conv1.filters']).toEqual(['7', '4']);
    db.close();
  });

  it('have the text Infinity for a loss that is', () => {
    const db = openDatabase(join(folder, 'infinite.db'));
    writeManyRuns(join(folder, 'infinite.db'), { runs: 2 });
    db.exec('UPDATE epochs SET test_loss = 9e999 WHERE run_id = 2 AND epoch = 10');
    expect(answer(new RunTable(db)).values.test_loss![1]).toBe('Infinity');
    db.close();
  });

  it('have the last values beside those of the epoch that was kept', () => {
    const db = openDatabase(join(folder, 'kept.db'));
    writeManyRuns(join(folder, 'kept.db'), { runs: 2 });
    db.exec('UPDATE runs SET best_epoch = 4 WHERE run_id = 1');
    const { values } = answer(new RunTable(db));
    const error = (epoch: number) =>
      db.prepare('SELECT test_error_percent FROM epochs WHERE run_id = 1 AND epoch = ?').pluck().get(epoch);
    expect(values.test_error_percent![0]).toBe(error(4));
    expect(values.last_test_error_percent).toEqual([error(10), null]);
    db.close();
  });
});
