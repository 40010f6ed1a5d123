import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRunFolder, readRunId } from '../../src/experiment/run-folder.js';
import { makeFolder } from './fake-runs.js';

describe('the folder of a run', () => {
  it('is of one database alone, whatever the databases of a folder are called', () => {
    const folder = makeFolder();
    const names = ['x', 'x.db', 'x.db.db', 'x-1', 'x-1.db', 'x.run', 'x.run.db', 'x.sqlite', 'x.sqlite.db'];
    const folders = names.flatMap((name) => [1, 12].map((id) => findRunFolder(join(folder, name), id)));
    expect(new Set(folders).size).toBe(folders.length);
    expect(folders.map((place) => readRunId(basename(place)))).toEqual(names.flatMap(() => [1, 12]));
    expect(findRunFolder(join(folder, 'x.db'), 12)).toBe(join(folder, 'runs', 'x-12'));
    expect(findRunFolder(join(folder, 'x'), 12)).toBe(join(folder, 'runs', 'x-12.run'));
  });

  it('stays where it was of a database without an ending, unless it may be that of another one', () => {
    const folder = makeFolder();
    const [plain, former, own] = ['x', 'runs/x-1', 'runs/x-1.run'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(former, { recursive: true });
    expect(findRunFolder(plain, 1)).toBe(former);
    expect(findRunFolder(plain, 2)).toBe(join(folder, 'runs/x-2.run'));
    writeFileSync(join(folder, 'x.db'), '');
    expect([findRunFolder(plain, 1), findRunFolder(`${plain}.db`, 1)]).toEqual([own, former]);
  });

  it('lies beside the file that a link leads to', () => {
    const [folder, other] = [makeFolder(), makeFolder()];
    writeFileSync(join(folder, 'x.db'), '');
    symlinkSync(join(folder, 'x.db'), join(other, 'y'));
    expect(findRunFolder(join(other, 'y'), 1)).toBe(join(folder, 'runs', 'x-1'));
  });

  it.each(['x', 'x-0', 'x-1-before-1', 'x-1.run-before-2', 'x-1.other'])(
    'is none that is called %s',
    (name) => {
      const runId = readRunId(name);
      expect(Number.isNaN(runId) || !findRunFolder('x', runId).endsWith(`/${name}`)).toBe(true);
    },
  );
});
