import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openDatabase, openDatabaseReadOnly } from '../../src/experiment/database.js';
import { MIGRATIONS, readSql, SCHEMA_VERSION } from '../../src/experiment/schema.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { makeOldDatabase } from './old-database.js';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

function readViews(db: Database.Database): unknown[] {
  return db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view' AND name <> 'my_own' ORDER BY name")
    .all();
}

describe('a database of an older version', () => {
  const fresh = openDatabase(':memory:');
  const views = readViews(fresh);
  const olderVersions = Array.from({ length: SCHEMA_VERSION - 1 }, (_, i) => i + 1);

  it.each(olderVersions)('%d is brought up to date, with its runs and the views of a new one', (version) => {
    const file = makeOldDatabase(version);
    expect(() => openDatabaseReadOnly(file)).toThrow(`found schema version ${version}`);
    const db = openDatabase(file);
    expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(readViews(db)).toEqual(views);
    expect(readWholeRun(db, 1)).toMatchObject({
      state: 'done',
      parameters: 9,
      numerics: 0,
      confusion: [[5]],
      predictions: 0,
      epochs: [{ epoch: 1, trainLoss: 2.5, validationLoss: null, testErrorPercent: 10 }],
    });
    const read = (sql: string) => db.prepare(sql).all();
    expect(read('SELECT test_error_percent, plain_test_error_percent, numerics FROM results')).toEqual([
      { test_error_percent: 10, plain_test_error_percent: 10, numerics: 0 },
    ]);
    expect(read('SELECT sweep, run_id FROM sweep_results')).toEqual([{ sweep: 'first', run_id: 1 }]);
    expect(read('SELECT n, mean_error_percent FROM error_by_group')).toEqual([
      { n: 1, mean_error_percent: 10 },
    ]);
    expect(read('SELECT test_error_percent, validation_loss FROM learning_curves')).toEqual([
      { test_error_percent: 10, validation_loss: null },
    ]);
    expect(read('SELECT * FROM test_predictions')).toEqual([]);
    expect(read('PRAGMA foreign_key_check')).toEqual([]);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(read('SELECT * FROM my_own'), "a user's own view").toEqual([
      { label: 'BN', test_error_percent: 10 },
    ]);
    db.close();
    openDatabaseReadOnly(file).close();
  });

  it('has the tables and indices of a new one in the end', () => {
    const select = "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'index') ORDER BY name";
    const db = openDatabase(makeOldDatabase(1));
    expect(db.prepare(select).all()).toEqual(fresh.prepare(select).all());
    db.close();
  });
});

/** The beginnings of SHA-256 of what has been released. */
const RELEASED_MIGRATIONS: Readonly<Record<string, string>> = {
  'schema.sql': 'ef1f6cabd545bb71',
  'add-predictions.sql': '02ba012cbd3f8fef',
  'add-validation.sql': '946ed99ee0276f77',
  'add-best-epoch.sql': '0c443771618f2b47',
  'add-augmented-test.sql': 'e10abb04ee3c5c78',
  'add-numerics.sql': '5dae1d31ae218bab',
  'add-sweep-source.sql': 'c9f8e46ca3cd1d7c',
  'add-owners.sql': 'e508d8c787b500bc',
  'add-curation.sql': '2b9adb25186ff16b',
  'add-wide-classes.sql': '93b56d04136efb25',
  'add-regression.sql': 'd4e43997cd5ef7ad',
  'add-settings.sql': '2df888de2310bb60',
  'add-class-errors.sql': '86444d54beea2b5c',
  'add-searches.sql': '43866867143c6931',
  'add-stop-requests.sql': 'e52648f3a4b3f725',
};
/** Of `views.sql`, by the schema version. */
const VIEWS = [15, '2824a69ae7f79ae4'] as const;

describe('what is released', () => {
  it.each(Object.entries(RELEASED_MIGRATIONS))('does not change: %s', (file, hash) => {
    expect(
      hashOf(readSql(`migrations/${file}`)),
      'Databases exist that have taken this step. Leave the file as it was and add another migration.',
    ).toBe(hash);
  });

  it('is told here of every migration', () => {
    expect(Object.keys(RELEASED_MIGRATIONS)).toEqual(MIGRATIONS);
  });

  it('has other views under another version alone', () => {
    expect(
      [SCHEMA_VERSION, hashOf(readSql('views.sql'))],
      'views.sql has changed, but databases of this schema version keep the views that they have. Add a migration, if only an empty ' +
        'one, and put version and hash here.',
    ).toEqual(VIEWS);
  });
});
