import { readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readCsv } from '../../src/sources/csv-table.js';
import { openDataset, reopenDataset } from '../../src/sources/open-dataset.js';
import { withFolder } from '../helpers/idx-builder.js';

vi.mock('../../src/sources/csv-table.js', { spy: true });

const ROWS = ['label,a,b,c,d', '"a, big cat",1,2,3,4', 'dog,3,4,5,6', 'dog,7,8,9,0', '"a, big cat",0,0,0,1'];

/** With a table `set.csv`, and a cache beside it. */
const withTable = (action: (table: string, cache: string) => Promise<void>, rows = ROWS) =>
  withFolder(async (folder) => {
    const [table, cache] = [join(folder, 'set.csv'), join(folder, 'cache')];
    vi.stubEnv('CONVOY_CACHE', cache);
    await writeFile(table, rows.join('\n'));
    await action(table, cache).finally(() => vi.unstubAllEnvs());
  });

beforeEach(() => {
  vi.mocked(readCsv).mockClear();
});

describe('a table', () => {
  it('is parsed once for all who train on it', () =>
    withTable(async (table) => {
      const first = await openDataset(table, { testFraction: 0.5 });
      const again = await reopenDataset(JSON.parse(JSON.stringify(first.source)));
      expect(again.sha256).toBe(first.sha256);
      expect(again.classNames).toEqual(['a, big cat', 'dog']);
      await openDataset(table, { testFraction: 0.5, splitSeed: 3 });
      expect(readCsv).toHaveBeenCalledTimes(1);
    }));

  it('is kept with numbers from 0 to 1, and with numbers for classes', () =>
    withTable(
      async (table) => {
        const options = { range: 1, testFraction: 0.5 } as const;
        const first = await openDataset(table, options);
        expect((await openDataset(table, options)).sha256).toBe(first.sha256);
        expect(first.classNames).toEqual(['0', '1']);
        expect(readCsv).toHaveBeenCalledTimes(1);
      },
      ['0,0.5,1,0,0.25', '1,0,0,0,1', '0,0.5,1,0,0.25', '1,0,0,0,1'],
    ));

  it('is parsed again once it, or how it is read, is another, or what is kept is damaged', () =>
    withTable(async (table, cache) => {
      const { sha256 } = await openDataset(table, { testFraction: 0.5 });
      const [kept] = await readdir(cache);
      await truncate(join(cache, kept!), 300);
      expect((await openDataset(table, { testFraction: 0.5 })).sha256).toBe(sha256);
      expect(readCsv).toHaveBeenCalledTimes(2);
      await writeFile(table, ROWS.join('\n').replace('9', '8'));
      expect((await openDataset(table, { testFraction: 0.5 })).sha256).not.toBe(sha256);
      expect(readCsv).toHaveBeenCalledTimes(3);
      await expect(openDataset(table, { range: 1 })).rejects.toThrow(/expected a number from 0 to 1/);
      expect(readCsv).toHaveBeenCalledTimes(4);
    }));
});

describe('drafts of processes that were killed', () => {
  it('go once nobody has written to them for an hour, also where everything is kept', () =>
    withTable(async (table, cache) => {
      await openDataset(table, { testFraction: 0.5 });
      const [kept] = await readdir(cache);
      const [old, fresh] = ['old.safetensors.1.part', 'fresh.safetensors.1.part'];
      for (const name of [old, fresh]) await writeFile(join(cache, name), 'half');
      const before = Date.now() / 1000 - 2 * 60 * 60;
      for (const name of [old, kept!]) await utimes(join(cache, name), before, before);
      await openDataset(table, { testFraction: 0.5 });
      expect((await readdir(cache)).sort()).toEqual([fresh, kept].sort());
    }));
});
