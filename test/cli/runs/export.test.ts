import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { runs } from '../fake-command.js';
import { recordSeeds } from './recorded-seeds.js';

describe('runs export', () => {
  it('writes runs with their specs as CSV, quoted where it is needed', async () => {
    const { db } = await recordSeeds(2);
    await runs(['note', '2', 'a "note",\nof two lines', '--db', db]);
    const { exitCode, out } = await runs(['export', '--csv', '--db', db]);
    const [titles, first] = out.split('\r\n');
    expect(exitCode).toBe(0);
    expect(titles).toMatch(/^run_id,sweep,state,.*,dataset_sha256,spec,environment$/);
    expect(first).toMatch(/^1,seeds,done,.*,"\{""activation"":""relu"",/);
    expect(out).toContain(',"a ""note"",\nof two lines",');
  });

  it('writes JSON with specs as objects, of the runs that are asked for', async () => {
    const { db } = await recordSeeds(3);
    await runs(['tag', '2', 'x', '--db', db]);
    await runs(['rm', '1', '--db', db]);
    const read = async (...args: string[]) =>
      JSON.parse((await runs(['export', '--json', '--db', db, ...args])).out);
    expect(await read()).toMatchObject([
      { run_id: 2, spec: { width: 0.2, seed: 1 }, environment: { kernels: 'fake' } },
      { run_id: 3 },
    ]);
    expect(await read('--tag', 'x')).toMatchObject([{ run_id: 2, tags: 'x' }]);
    expect(await read('--state', 'failed')).toEqual([]);
    expect(await read('--epochs', '--sweep', 'seeds')).toMatchObject([
      { run_id: 2, epoch: 1, seed: 1, train_loss: 1 },
      { run_id: 2, epoch: 2 },
      { run_id: 3, epoch: 1 },
      { run_id: 3, epoch: 2 },
    ]);
  });

  it('writes a file, by its ending, whole or not at all', async () => {
    const { db } = await recordSeeds(1);
    const file = join(db, '../out/runs.json');
    expect((await runs(['export', file, '--db', db])).out).toBe(`${file}: 1 run\n`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1);
    const csv = join(db, '../epochs.txt');
    expect((await runs(['export', csv, '--csv', '--epochs', '--db', db])).out).toBe(`${csv}: 2 epochs\n`);
    expect(readFileSync(csv, 'utf8')).toMatch(/^sweep,label,seed,run_id,epoch,/);
    const below = join(file, 'x.csv');
    const refused = await runs(['export', below, '--db', db]);
    expect([refused.exitCode, refused.err]).toEqual([2, expect.stringContaining('cannot be written')]);
    expect(existsSync(below)).toBe(false);
  });

  it('writes Parquet, as a query does', async () => {
    const { db } = await recordSeeds(2);
    const file = join(db, '../runs.parquet');
    expect((await runs(['export', file, '--db', db])).out).toBe(`${file}: 2 runs\n`);
    const bytes = readFileSync(file);
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    });
    expect(rows).toMatchObject([
      { run_id: 1n, seed: 0n, width: 0.2, state: 'done', note: null },
      { run_id: 2n, seed: 1n },
    ]);
    const { exitCode, out } = await runs(['query', 'SELECT seed FROM results', '--parquet', '--db', db]);
    expect([exitCode, out.slice(0, 4), out.slice(-4)]).toEqual([0, 'PAR1', 'PAR1']);
    const twice = await runs(['query', 'SELECT 1 AS a, 2 AS a', '--parquet', '--db', db]);
    expect([twice.exitCode, twice.out, twice.err]).toEqual([
      2,
      '',
      expect.stringContaining("two called 'a'"),
    ]);
    const both = await runs(['query', 'SELECT 1', '--parquet', '--csv', '--db', db]);
    expect([both.exitCode, both.err]).toEqual([2, expect.stringContaining('--csv')]);
  });

  it('writes runs that have been removed, in place of the others', async () => {
    const { db } = await recordSeeds(2);
    await runs(['rm', '1', '--db', db]);
    const { out } = await runs(['export', '--json', '--removed', '--db', db]);
    expect(JSON.parse(out)).toMatchObject([{ run_id: 1, spec: { seed: 0 } }]);
    const epochs = await runs(['export', '--json', '--removed', '--epochs', '--db', db]);
    expect(JSON.parse(epochs.out)).toMatchObject([{ run_id: 1 }, { run_id: 1 }]);
  });

  it.each([[[]], [['runs.txt']]])('wants a format: %j', async (args) => {
    const { db } = await recordSeeds(1);
    const { exitCode, err } = await runs(['export', ...args, '--db', db]);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining('expected --csv, --json or --parquet, or a file that ends in'),
    ]);
  });
});
