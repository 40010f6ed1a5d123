import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWritable, writeWholeFile } from '../../src/core/write-whole-file.js';
import { makeFolder } from '../experiment/fake-runs.js';

describe('a whole file', () => {
  it('takes the place of another one', async () => {
    const file = join(makeFolder(), 'new', 'newer', 'a');
    await writeWholeFile(file, [Buffer.from('1'), Buffer.from('2')]);
    await writeWholeFile(file, [Buffer.from('34'), new Uint8Array(), Buffer.from('5')]);
    expect(readFileSync(file, 'utf8')).toBe('345');
    expect(readdirSync(join(file, '..'))).toEqual(['a']);
  });

  it('leaves links and devices what they are', async () => {
    const folder = makeFolder();
    const [file, link] = [join(folder, 'elsewhere', 'a'), join(folder, 'link')];
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(file, 'old');
    symlinkSync(file, link);
    await writeWholeFile(link, [Buffer.from('new')]);
    expect([readFileSync(file, 'utf8'), readlinkSync(link)]).toEqual(['new', file]);
    await writeWholeFile('/dev/null', [Buffer.from('1'), Buffer.from('2')]);
    await checkWritable('/dev/null');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('is made where a link leads that leads nowhere yet', async () => {
    const folder = makeFolder();
    const [file, link] = [join(folder, 'a'), join(folder, 'link')];
    symlinkSync('a', link);
    await writeWholeFile(link, [Buffer.from('new')]);
    expect([readFileSync(file, 'utf8'), readlinkSync(link)]).toEqual(['new', 'a']);
  });

  it.runIf(existsSync('/dev/full'))('says that a device is full', async () => {
    await expect(writeWholeFile('/dev/full', [Buffer.from('1')])).rejects.toThrow(
      '/dev/full: cannot be written: the disk is full. Give another path.',
    );
  });

  it('leaves what was there, and nothing else, if it cannot be written', async () => {
    const file = join(makeFolder(), 'a');
    writeFileSync(file, 'old');
    const full = function* () {
      yield Buffer.from('new');
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    await expect(writeWholeFile(file, full())).rejects.toThrow(
      `${file}: cannot be written: the disk is full. Give another path.`,
    );
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(join(file, '..'))).toEqual(['a']);
  });

  it.each([
    ['in a file', 'file/a', 'a part of the path is no folder'],
    ['over a folder', 'folder', ''],
  ])('is not written %s', async (_where, path, message) => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder', 'inside'), { recursive: true });
    const file = join(folder, path);
    await expect(writeWholeFile(file, [Buffer.from('1')])).rejects.toThrow(
      `${file}: cannot be written: ${message}`,
    );
    await expect(checkWritable(file)).rejects.toThrow(`${file}: `);
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder']);
  });

  it.runIf(process.platform === 'linux')('is not written where nobody can', async () => {
    await expect(checkWritable('/proc/new/a')).rejects.toThrow(
      '/proc/new/a: cannot be written: there is no such',
    );
  });

  // Root may write anywhere.
  it.skipIf(process.getuid?.() === 0)('is not written where one may not', async () => {
    const folder = makeFolder();
    chmodSync(folder, 0o500);
    await expect(checkWritable(join(folder, 'a'))).rejects.toThrow('the permissions do not allow it');
    chmodSync(folder, 0o700);
  });

  it('can be tried before', async () => {
    const file = join(makeFolder(), 'new', 'a');
    await checkWritable(file);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(join(file, '..'))).toEqual([]);
    writeFileSync(file, 'old');
    await checkWritable(file);
    expect(readFileSync(file, 'utf8')).toBe('old');
  });
});
