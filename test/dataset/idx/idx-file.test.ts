import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import type { IdxKind } from '../../../src/dataset/idx/idx.js';
import { type IdxFile, readIdxFile } from '../../../src/dataset/idx/idx-file.js';
import { bigEndian, buildImages, buildLabels, withFolder } from '../../helpers/idx-builder.js';

function readBytes(bytes: Uint8Array, kind: IdxKind): Promise<IdxFile> {
  return withFolder(async (folder) => {
    const path = join(folder, 'file');
    await writeFile(path, bytes);
    return readIdxFile(path, kind);
  });
}

/** Reading fails with one line that names the file and matches. */
async function expectRefusal(bytes: Uint8Array, kind: IdxKind, message: RegExp): Promise<void> {
  const error: unknown = await readBytes(bytes, kind).catch((reason) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
  expect((error as UserError).message).toMatch(/^\S+\/file: expected .*, found .*\. .*\.$/);
}

const images = buildImages(3, { height: 2, width: 5 });
const labels = buildLabels([7, 0, 9, 3]);

describe('readIdxFile', () => {
  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzipped', (bytes: Buffer) => gzipSync(bytes)],
    [
      'gzipped in two parts',
      (bytes: Buffer) => Buffer.concat([gzipSync(bytes.subarray(0, 6)), gzipSync(bytes.subarray(6))]),
    ],
  ])('reads images and labels, %s', async (_how, pack) => {
    const file = await readBytes(pack(images), 'images');
    expect(file).toMatchObject({ count: 3, height: 2, width: 5 });
    expect([...file.data]).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(file.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...(await readBytes(pack(labels), 'labels')).data]).toEqual([7, 0, 9, 3]);
  });

  it('reads a file of many chunks', async () => {
    const pixels = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) ^ (i >> 8));
    const bytes = buildImages(3000, { height: 10, width: 100, pixels });
    for (const packed of [bytes, gzipSync(bytes, { level: 1 })]) {
      expect(Buffer.compare((await readBytes(packed, 'images')).data, pixels)).toBe(0);
    }
  });

  it('refuses a wrong magic number, and says so if images and labels are exchanged', async () => {
    await expectRefusal(
      labels,
      'images',
      /file of images \(magic number 2051\), found magic number 2049\. .* holds labels/,
    );
    await expectRefusal(
      images,
      'labels',
      /file of labels \(magic number 2049\), found magic number 2051\. .* holds images/,
    );
    await expectRefusal(
      Buffer.from('<html>no such page</html>'),
      'images',
      /found magic number 1013478509\./,
    );
    // Signed bytes in three dimensions.
    await expectRefusal(Buffer.concat([bigEndian(0x903), images.subarray(4)]), 'images', /magic number 2307/);
  });

  it.each([0, 1, 3, 4, 15])('refuses a header that ends after %i bytes', async (length) => {
    await expectRefusal(
      images.subarray(0, length),
      'images',
      new RegExp(`header of 16 bytes, found ${length} bytes.*truncated`),
    );
    await expectRefusal(
      gzipSync(images.subarray(0, length)),
      'images',
      new RegExp(`found ${length} bytes.*truncated`),
    );
  });

  it('refuses a truncated file', async () => {
    const message = /expected 46 bytes \(3 images of 2×5\), found 45 bytes\. The file is truncated/;
    await expectRefusal(images.subarray(0, 45), 'images', message);
    await expectRefusal(gzipSync(images.subarray(0, 45)), 'images', message);
    await expectRefusal(labels.subarray(0, 8), 'labels', /expected 12 bytes \(4 labels\), found 8 bytes/);
  });

  it('refuses trailing bytes', async () => {
    const longer = Buffer.concat([images, Buffer.of(0)]);
    await expectRefusal(longer, 'images', /expected 46 bytes .*found more after them/);
    await expectRefusal(gzipSync(longer), 'images', /expected 46 bytes .*found more after them/);
    await expectRefusal(Buffer.concat([gzipSync(images), Buffer.from('tail')]), 'images', /corrupt/);
  });

  it.each([
    ['no images', [0, 28, 28]],
    ['no rows', [3, 0, 28]],
    ['no columns', [3, 28, 0]],
    ['far too many', [0xffffffff, 28, 28]],
    ['far too large', [1, 0xffffffff, 0xffffffff]],
  ])('refuses a header with %s', async (_what, dimensions) => {
    await expectRefusal(bigEndian(2051, ...dimensions), 'images', /found a header for \d+ images of \d+×\d+/);
  });

  it('refuses damaged gzip data', async () => {
    const packed = gzipSync(buildImages(20));
    await expectRefusal(
      packed.subarray(0, packed.length - 9),
      'images',
      /gzipped data, found that it ends early/,
    );
    const flipped = Buffer.from(packed);
    flipped[flipped.length - 6]! ^= 1;
    await expectRefusal(flipped, 'images', /gzipped data, found incorrect data check\. The file is corrupt/);
  });

  it('stops unpacking a file that is much larger than its header says', async () => {
    const bomb = gzipSync(Buffer.concat([images, Buffer.alloc(2 ** 28)]), { level: 1 });
    const before = process.memoryUsage().rss;
    await expectRefusal(bomb, 'images', /found more after them/);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });

  it('refuses a small .gz that says it unpacks to a large file, before there is any memory for it', async () => {
    const header = Buffer.concat([bigEndian(2051, 100_000, 28, 28), Buffer.alloc(1000)]);
    await expectRefusal(
      gzipSync(header),
      'images',
      /expected a \.gz of \d+ bytes to unpack to at most \d+, found a header for 100000 images of 28×28\. If it is to be trusted, unpack it with gunzip\.$/,
    );
  });

  it('refuses what is missing or no file', async () => {
    await withFolder(async (folder) => {
      await mkdir(join(folder, 'folder'));
      await expect(readIdxFile(join(folder, 'none'), 'images')).rejects.toThrow(
        /none: expected an IDX file of images, found nothing there\. Check the path\.$/,
      );
      await expect(readIdxFile(join(folder, 'folder'), 'images')).rejects.toThrow(
        /folder: expected an IDX file of images, found a folder\. Check the path\.$/,
      );
      await expect(readIdxFile(join(folder, 'none'), 'images')).rejects.toBeInstanceOf(UserError);
    });
  });
});
