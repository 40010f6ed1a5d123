import type Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlAnswer, SqlRequest } from '../../../src/dashboard/answers/sql.js';
import { answerQuery, MAX_TABLE_ROWS } from '../../../src/dashboard/sql/answer-query.js';
import { openDatabase, openDatabaseReadOnly } from '../../../src/experiment/database.js';
import { VIEW_NAMES } from '../../../src/experiment/view-rows.js';
import { makeLastingFolder } from '../../helpers/lasting-folder.js';

const file = `${makeLastingFolder()}/experiments.db`;
let db: Database.Database;

beforeAll(() => {
  const writer = openDatabase(file);
  writer.exec(
    "CREATE TABLE secrets (word TEXT); INSERT INTO secrets VALUES ('open sesame'); CREATE VIEW leak AS SELECT * FROM secrets",
  );
  writer.exec("INSERT INTO sweeps (name, created_at) VALUES ('<b>bold</b>', '2026-01-01')");
  writer.close();
  db = openDatabaseReadOnly(file);
});
afterAll(() => db.close());

function ask(sql: string, format: SqlRequest['format'] = 'table'): SqlAnswer | string {
  return answerQuery(db, { sql, format });
}

describe('a question', () => {
  it.each(VIEW_NAMES)('may be of %s, sorted, grouped and joined with itself', (view) => {
    const whole = `SELECT * FROM ${view}`;
    expect(ask(whole)).toMatchObject({ rows: [] });
    expect(ask(`${whole} ORDER BY 2 DESC LIMIT 3 OFFSET 1`)).toMatchObject({ rows: [] });
    expect(
      ask(`SELECT count(*), max(one.rowid) FROM (${whole}) AS a JOIN (SELECT 1 AS rowid) AS one`),
    ).toMatchObject({ rows: [[0, null]] });
    expect(ask(`${whole} EXCEPT ${whole} UNION ${whole} INTERSECT ${whole}`)).toMatchObject({ rows: [] });
  });

  it.each([
    ['SELECT name FROM sweeps', [['<b>bold</b>']]],
    ["WITH t(a) AS (VALUES (1), (2)) SELECT sum(a), avg(a), group_concat(a, '-') FROM t", [[3, 1.5, '1-2']]],
    [
      "SELECT key, value FROM json_each('[7,8]')",
      [
        [0, 7],
        [1, 8],
      ],
    ],
    ['SELECT fullkey FROM json_tree(\'{"a":1}\') WHERE atom IS NOT NULL', [['$.a']]],
    [
      "SELECT '{\"a\":5}' ->> '$.a', sqrt(16), upper('a'), round(2.5), median(value) FROM json_each('[1,2,9]')",
      [[5, 4, 'A', 3, 2]],
    ],
    ['SELECT row_number() OVER (ORDER BY name), lag(name) OVER () FROM sweeps', [[1, null]]],
    ['-- why\n/* and ** how */ select 1', [[1]]],
    [
      "VALUES (1, x'00ff', NULL, 9007199254740993, 9e999)",
      [[1, '00ff', null, '9007199254740993', 'Infinity']],
    ],
    ["SELECT 'ATTACH; DROP TABLE runs -- '", [['ATTACH; DROP TABLE runs -- ']]],
    [
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n',
      [[1], [2], [3]],
    ],
    [
      'SELECT count(*) FROM runs JOIN epochs USING (run_id) LEFT JOIN confusion USING (run_id) WHERE runs.run_id IN (SELECT run_id FROM predictions)',
      [[0]],
    ],
  ])('is answered: %s', (sql, rows) => {
    expect(ask(sql)).toMatchObject({ rows, isCut: false });
  });

  it.each([
    ["ATTACH '/etc/passwd' AS other", 'Begin with SELECT'],
    ["ATTACH 'file:x?mode=rwc' AS other", 'Begin with SELECT'],
    ['DETACH main', 'Begin with SELECT'],
    ['PRAGMA writable_schema = 1', 'Begin with SELECT'],
    ['PRAGMA journal_mode = DELETE', 'Begin with SELECT'],
    ['/* SELECT */ PRAGMA query_only = 0', 'Begin with SELECT'],
    ['EXPLAIN PRAGMA temp_store_directory = "/"', 'Begin with SELECT'],
    ['EXPLAIN SELECT 1', 'Begin with SELECT'],
    ['QUERY PLAN SELECT 1', 'Begin with SELECT'],
    ['VACUUM', 'Begin with SELECT'],
    ["VACUUM INTO '/tmp/copy.db'", 'Begin with SELECT'],
    ['BEGIN IMMEDIATE', 'Begin with SELECT'],
    ['DELETE FROM runs', 'Begin with SELECT'],
    ['DELETE FROM runs RETURNING *', 'Begin with SELECT'],
    ['CREATE TEMP TABLE t AS SELECT 1', 'Begin with SELECT'],
    ['REINDEX', 'Begin with SELECT'],
    ['WITH t AS (SELECT 1) DELETE FROM runs RETURNING *', 'writes'],
    ['WITH t AS (SELECT 1) INSERT INTO sweeps (name) SELECT 1 RETURNING *', 'writes'],
    ['SELECT 1; SELECT 2', 'more than one'],
    ['SELECT 1; DROP TABLE runs', 'more than one'],
    ['', 'Begin with SELECT'],
    ['SELECT', 'incomplete input'],
    ['SELECT ?', 'parameter'],
    ['SELECT * FROM none', 'no such table'],
    ['SELECT * FROM secrets', 'the table secrets'],
    ['SELECT * FROM leak', 'the table secrets'],
    ['SELECT (SELECT word FROM secrets) FROM sweeps', 'the table secrets'],
    [
      'SELECT 1 WHERE EXISTS (SELECT 1 FROM sweeps WHERE name IN (SELECT word FROM secrets))',
      'the table secrets',
    ],
    ['SELECT * FROM processes', 'the table processes'],
    ['SELECT sql FROM sqlite_schema', 'the table sqlite_schema'],
    ['SELECT sql FROM main.sqlite_master', 'the table sqlite_schema'],
    ['SELECT * FROM sqlite_temp_schema', 'another database'],
    ['SELECT * FROM sqlite_sequence', 'the table sqlite_sequence'],
    ["SELECT * FROM pragma_table_info('runs')", 'a table that is a function'],
    ['SELECT * FROM pragma_database_list', 'a table that is a function'],
    ['SELECT * FROM dbstat', 'a table that is a function'],
    ["SELECT * FROM json_each('[1]') JOIN pragma_compile_options", 'a table that is a function'],
    ['SELECT * FROM fts3tokenize', 'a table that is a function'],
    ["SELECT load_extension('/tmp/evil.so')", 'load_extension'],
    ["SELECT fts3_tokenizer('simple')", 'fts3_tokenizer'],
    ["SELECT rtreecheck('main', 'runs')", 'rtreecheck'],
    ['SELECT zeroblob(1000000000)', 'the function zeroblob'],
    ['SELECT randomblob(1000000000)', 'the function randomblob'],
    ["SELECT sqlite_log(1, 'x')", 'the function sqlite_log'],
    ["SELECT readfile('/etc/passwd')", 'no such function'],
    ['SELECT name FROM sweeps ORDER BY load_extension(name)', 'load_extension'],
    ['SELECT count(*) FILTER (WHERE zeroblob(9) IS NOT name) FROM sweeps', 'the function zeroblob'],
    [
      'SELECT name FROM sweeps GROUP BY 1 HAVING sqlite_compileoption_used(name)',
      'the function sqlite_compileoption_used',
    ],
  ])('is refused: %s', (sql, why) => {
    expect(() => ask(sql)).toThrow(why);
  });

  it('is never tried for ever', () => {
    expect(() => ask('/**/'.repeat(20_000))).toThrow('Begin with SELECT');
  });
});

describe('an answer', () => {
  const count = (n: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${n}) SELECT i FROM n`;

  it('says that it was cut', () => {
    expect(ask(count(MAX_TABLE_ROWS))).toMatchObject({ isCut: false });
    const { rows, isCut } = ask(count(MAX_TABLE_ROWS + 1)) as SqlAnswer;
    expect([rows.length, isCut]).toEqual([MAX_TABLE_ROWS, true]);
    const long = ask(`SELECT printf('%.*c', 20000, 'x') AS text FROM (${count(1999)})`) as SqlAnswer;
    expect(long.isCut).toBe(true);
    expect(long.rows[0]![0]).toMatch(/^x{10000} … \(20000 characters\)$/);
  });

  it('is whole as a file, or none', () => {
    expect(ask("SELECT 1 AS a, 'b,\"' AS b", 'csv')).toBe('a,b\r\n1,"b,"""\r\n');
    expect(JSON.parse(ask('SELECT 1 AS a', 'json') as string)).toEqual([{ a: 1 }]);
    expect(() => ask(count(100_001), 'csv')).toThrow('expected at most 100000 rows');
  });
});
