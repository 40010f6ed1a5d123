import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { getDataset } from '../../../src/dataset/get/get-dataset.js';
import { buildRecords, CLASS_LIST } from '../../helpers/cifar10-builder.js';
import { withFolder } from '../../helpers/idx-builder.js';
import { type Entry, FOLDER, listAll, makeEntries, makeEntry, pack } from './archive-entries.js';

const signal = new AbortController().signal;

describe('an archive that is not as it should be', () => {
  /** Taking it fails with one line that matches, and nothing is left but what was there. */
  async function expectRefusal(archive: Uint8Array, message: RegExp): Promise<void> {
    await withFolder(async (data) => {
      await writeFile(join(data, 'archive.tar.gz'), archive);
      const getting = getDataset('cifar10', {
        from: join(data, 'archive.tar.gz'),
        folder: join(data, 'new'),
        signal,
      });
      const error: unknown = await getting.catch((reason) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(message);
      expect((error as UserError).message).not.toContain('\n');
      expect(listAll(data)).toEqual(['archive.tar.gz']);
    });
  }

  const link = (name: string, type: 'link' | 'symlink'): Entry => ({
    header: { name, type, linkname: '/etc/passwd', size: 0 },
  });

  it.each<[string, Entry, RegExp]>([
    ['a path upwards', makeEntry('../evil', Buffer.of(1)), /found a file "\.\.\/evil"\. /],
    [
      'a path out of its folder',
      makeEntry(`${FOLDER}/../../evil`, Buffer.of(1)),
      /found a file "cifar-10-batches-bin\/\.\.\/\.\.\/evil"/,
    ],
    ['an absolute path', makeEntry('/tmp/evil', Buffer.of(1)), /found a file "\/tmp\/evil"/],
    [
      'another file',
      makeEntry(`${FOLDER}/data_batch_6.bin`, Buffer.of(1)),
      /found a file ".*data_batch_6\.bin"/,
    ],
    [
      'a file of that name elsewhere',
      makeEntry('data_batch_1.bin', Buffer.of(1)),
      /found a file "data_batch_1\.bin"/,
    ],
    [
      'a path hidden in an extended header',
      {
        header: { name: `${FOLDER}/data_batch_1.bin`, size: 1, pax: { path: '../../evil' } },
        body: Buffer.of(1),
      },
      /found a file "\.\.\/\.\.\/evil"/,
    ],
    ['a symbolic link', link(`${FOLDER}/data_batch_1.bin`, 'symlink'), /found a symlink /],
    ['a hard link', link(`${FOLDER}/data_batch_1.bin`, 'link'), /found a link /],
    [
      'a folder for a file',
      { header: { name: `${FOLDER}/test_batch.bin`, type: 'directory', size: 0 } },
      /found a directory /,
    ],
    [
      'a file twice',
      makeEntry(`${FOLDER}/data_batch_1.bin`, buildRecords([1])),
      /found ".*data_batch_1\.bin" twice/,
    ],
    [
      'the version for Python',
      { header: { name: 'cifar-10-batches-py/', type: 'directory', size: 0 } },
      /found a directory "cifar-10-batches-py\/"\. It is the version for Python: take the binary one, cifar-10-binary\.tar\.gz\.$/,
    ],
    ['a name with a line break', makeEntry('a\nb', Buffer.of(1)), /found a file "a\\nb"/],
  ])('is refused for %s', async (_what, entry, message) => {
    await expectRefusal(await pack([...makeEntries(), entry]), message);
  });

  it('is refused for a file that is missing', async () => {
    const archive = await pack(makeEntries({ 'test_batch.bin': null }));
    await expectRefusal(
      archive,
      /expected an archive with 7 files in cifar-10-batches-bin\/, found no test_batch\.bin\./,
    );
  });

  it('is refused for files that are too large, before they are read', async () => {
    const records = Buffer.alloc(3073 * 10_001);
    await expectRefusal(
      await pack(makeEntries({ 'data_batch_2.bin': records })),
      /at most 30730000 bytes in ".*data_batch_2\.bin", found 30733073\./,
    );
    const text = Buffer.alloc(20_000);
    await expectRefusal(
      await pack(makeEntries({ 'batches.meta.txt': text })),
      /at most 10000 bytes in ".*batches\.meta\.txt", found 20000\./,
    );
  });

  it('is refused for what follows without an end', async () => {
    const tar = await packTar(makeEntries());
    const zeros = gzipSync(Buffer.alloc(10_000_000));
    const bomb = Buffer.concat([gzipSync(tar), ...new Array<Buffer>(22).fill(zeros)]);
    await expectRefusal(bomb, /at most \d+ bytes beside its files when unpacked, found more\./);
  });

  it.each([
    [
      'a label of 10',
      { 'data_batch_4.bin': buildRecords([1, 10]) },
      /^\S+archive\.tar\.gz: data_batch_4\.bin: expected labels 0 to 9, found 10 for example 2\./,
    ],
    [
      'half a record',
      { 'test_batch.bin': buildRecords([1]).subarray(1) },
      /test_batch\.bin: expected .* whole records/,
    ],
    [
      'other classes',
      { 'batches.meta.txt': Buffer.from(CLASS_LIST.replace('ship', 'boat')) },
      /on line 9 ship, found "boat"/,
    ],
  ])('is refused for %s', async (_what, change, message) => {
    await expectRefusal(await pack(makeEntries(change as Record<string, Buffer>)), message);
  });

  it('is refused for damage', async () => {
    const archive = await pack(makeEntries());
    const tar = Buffer.from(await packTar(makeEntries()));
    await expectRefusal(
      archive.subarray(0, archive.length - 3000),
      /whole \.tar\.gz, found that it ends early\./,
    );
    await expectRefusal(gzipSync(tar.subarray(0, 20_000)), /whole \.tar\.gz, found that it ends early\./);
    await expectRefusal(gzipSync(tar.subarray(0, 512 + 1024)), /ends early\./);
    await expectRefusal(
      Buffer.from('<html>no such page</html>'),
      /gzipped data, found incorrect header check\./,
    );
    await expectRefusal(Buffer.alloc(0), /ends early/);
    await expectRefusal(
      gzipSync(Buffer.from('no archive'.repeat(100))),
      /a tar archive inside, found: Invalid tar/,
    );
    const flipped = Buffer.from(archive);
    flipped[flipped.length - 6]! ^= 1;
    await expectRefusal(flipped, /gzipped data, found incorrect data check\./);
    const header = Buffer.from(tar);
    header[600]! ^= 1;
    await expectRefusal(gzipSync(header), /a tar archive inside, found: Invalid tar header checksum\./);
  });
});

it('leaves nothing behind when it is interrupted', async () => {
  await withFolder(async (data) => {
    await writeFile(join(data, 'archive.tar.gz'), await pack(makeEntries()));
    const getting = getDataset('cifar10', {
      from: join(data, 'archive.tar.gz'),
      folder: join(data, 'new'),
      signal: AbortSignal.abort(),
    });
    await expect(getting).rejects.toThrow(/abort/);
    expect(listAll(data)).toEqual(['archive.tar.gz']);
    expect(existsSync(join(data, 'new'))).toBe(false);
  });
});
