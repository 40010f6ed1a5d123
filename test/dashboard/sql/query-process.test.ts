import { describe, expect, it, onTestFinished } from 'vitest';
import { runQueryProcess } from '../../../src/dashboard/sql/query-process.js';
import { openStore } from '../../experiment/fake-runs.js';
import { Asker } from '../ask.js';

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
const never = new AbortController().signal;

describe('a question in a process', () => {
  const run = (sql: string, options: Partial<Parameters<typeof runQueryProcess>[1]> = {}) =>
    runQueryProcess({ file: openStore().db.name, sql, format: 'table' }, { signal: never, ...options });

  it('is answered', async () => {
    expect(await run('SELECT count(*) AS runs FROM all_runs')).toMatchObject({
      titles: ['runs'],
      rows: [[0]],
    });
  });

  it.each([
    ['SELECT ?', /^sql: .*parameter/i],
    ['SELECT * FROM none', /^sql: .*no such table/],
  ])('says of %s what is wrong', async (sql, why) => {
    await expect(run(sql)).rejects.toThrow(why);
  });

  it('says of a process that ended otherwise how it did', async () => {
    const before = process.execArgv;
    process.execArgv = ['--no-such-flag'];
    onTestFinished(() => {
      process.execArgv = before;
    });
    await expect(run('SELECT 1')).rejects.toThrow('found that its process ended with exit code 9');
  });

  it('ends at the time limit', async () => {
    const startMs = performance.now();
    await expect(run(ENDLESS, { limitMs: 1000 })).rejects.toThrow('expected an answer within 1 s');
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it('ends when nobody waits for it', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    await expect(run(ENDLESS, { signal: controller.signal })).rejects.toThrow('abort');
  });

  it.each([
    // Rows that are sorted, rows that are gathered, a text of texts.
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i || printf('%.*c', 999999, 'x') FROM n ORDER BY 1",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n LIMIT 999), t AS MATERIALIZED (SELECT i || printf('%.*c', 999999, 'x') AS x FROM n) SELECT count(*) FROM t, t AS u",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 999) SELECT length(group_concat(printf('%.*c', 999999, 'x'))) FROM n",
  ])('ends when it takes too much memory: %s', async (sql) => {
    // The limit of time is another test's.
    await expect(run(sql, { limitMs: 50_000 })).rejects.toThrow('of memory');
  });
});

describe('/api/sql', () => {
  const start = () => Asker.start({ files: [openStore().db.name] });

  it('gives tables and files', async () => {
    const asker = await start();
    const sql = "SELECT '<b>' AS a";
    const table = await asker.send('/api/sql', { sql, format: 'table' });
    expect(JSON.parse(table.text)).toMatchObject({ titles: ['a'], rows: [['<b>']] });
    const csv = await asker.send('/api/sql', { sql, format: 'csv' });
    expect(csv).toMatchObject({ status: 200, text: 'a\r\n<b>\r\n' });
    expect(csv.headers['content-disposition']).toBe('attachment; filename="rows.csv"');
  });

  it('says in a line why not', async () => {
    const { status, text } = await (await start()).send('/api/sql', {
      sql: 'DROP TABLE runs',
      format: 'table',
    });
    expect(status).toBe(422);
    expect(JSON.parse(text).error).toMatch(/^sql: expected a statement that reads/);
  });

  it.each([
    [415, '{"sql":"SELECT 1","format":"table"}', 'text/plain'],
    [415, 'sql=SELECT+1', 'application/x-www-form-urlencoded'],
    [400, '{', 'application/json'],
    [400, '{"sql":"SELECT 1"}', 'application/json'],
    [400, '{"sql":"SELECT 1","format":"exe"}', 'application/json'],
    [400, '{"sql":"SELECT 1","format":"csv","file":"/etc/passwd"}', 'application/json'],
    [413, `{"sql":"${'x'.repeat(200_000)}","format":"table"}`, 'application/json'],
  ])('answers %i to %.40s of type %s', async (status, body, type) => {
    const asker = await start();
    const headers = { cookie: asker.cookie, 'content-type': type };
    expect((await asker.ask('/api/sql', { method: 'POST', headers }, body)).status).toBe(status);
  });

  it('answers two at once', async () => {
    const asker = await start();
    const ask = (sql: string) => asker.send('/api/sql', { sql, format: 'table' });
    const slow =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT count(*) FROM n';
    const replies = await Promise.all([ask(slow), ask(slow), ask('SELECT 1')]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect((await ask('SELECT 1')).status).toBe(200);
  });
});
