import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { loadDataset } from '../../src/dataset/load.js';
import { splitTraining } from '../../src/dataset/split.js';
import { buildCifar10, buildRecords, CLASS_LIST, writeFiles } from '../helpers/cifar10-builder.js';
import { withFolder } from '../helpers/idx-builder.js';

/** Loads CIFAR-10 from a folder with these files. */
function loadFrom(files: Readonly<Record<string, Uint8Array>>): Promise<Dataset> {
  return withFolder(async (folder) => {
    await writeFiles(folder, files);
    return loadDataset('cifar10', { folder });
  });
}

/** Loading fails with one line that names the file and matches. */
async function expectRefusal(change: Record<string, Uint8Array>, message: RegExp): Promise<void> {
  const error: unknown = await loadFrom({ ...buildCifar10(), ...change }).catch((reason) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
  expect((error as UserError).message).toMatch(/^\S+: expected .*, found .*\. .*\.$/);
}

describe('CIFAR-10 from a folder', () => {
  it("reads images and labels into shared memory, in the files' order", async () => {
    const { name, shape, classNames, train, test } = await loadFrom(buildCifar10());
    expect({ name, shape }).toEqual({ name: 'cifar10', shape: { height: 32, width: 32, channels: 3 } });
    expect(`${classNames.join('\n')}\n\n`).toBe(CLASS_LIST);
    expect([train.count, test.count]).toEqual([10, 3]);
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...test.labels]).toEqual([3, 8, 0]);
    for (const bytes of [train.pixels, train.labels, test.pixels, test.labels]) {
      expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it('puts the channels of a pixel side by side', async () => {
    const pixelAt = (index: number, image: number) => (index * 31 + image * 7) % 251;
    const { test } = await loadFrom({ ...buildCifar10(), 'test_batch.bin': buildRecords([1, 2], pixelAt) });
    const expected = Uint8Array.from({ length: 2 * 3072 }, (_, i) => {
      const [image, pixel, channel] = [Math.floor(i / 3072), Math.floor((i % 3072) / 3), i % 3];
      return pixelAt(channel * 1024 + pixel, image);
    });
    expect(test.pixels).toEqual(expected);
  });

  it('reads a file of many chunks', async () => {
    const labels = Array.from({ length: 1000 }, (_, i) => (i * 7) % 10);
    const records = Buffer.alloc(1000 * 3073);
    for (let i = 0; i < 1000; i++) {
      records[i * 3073] = labels[i]!;
      records.fill(i % 256, i * 3073 + 1, (i + 1) * 3073);
    }
    const { test } = await loadFrom({ ...buildCifar10(), 'test_batch.bin': records });
    expect([...test.labels]).toEqual(labels);
    expect(test.pixels.every((pixel, i) => pixel === Math.floor(i / 3072) % 256)).toBe(true);
  });

  it('has a hash that labels, pixels and the order of images count for', async () => {
    const changes: Record<string, Uint8Array>[] = [
      {},
      { 'data_batch_5.bin': buildRecords([9, 8]) },
      { 'test_batch.bin': buildRecords([3, 8, 1], (i) => i) },
      { 'test_batch.bin': buildRecords([3, 8, 0], (i) => i) },
    ];
    const hashes = await Promise.all(
      changes.map(async (change) => (await loadFrom({ ...buildCifar10(), ...change })).sha256),
    );
    expect(new Set(hashes).size).toBe(changes.length);
  });

  it('splits into subsets with as many of each class', async () => {
    const { train, classNames } = await loadFrom({
      ...buildCifar10(),
      'data_batch_1.bin': buildRecords([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    });
    const options = { trainFirst: 1, trainCount: 20, balanced: true, seed: 0 } as const;
    const validation = { validationCount: 10, validationFraction: 0, validationFrom: 'end' } as const;
    const split = splitTraining(train, classNames.length, { ...options, ...validation });
    const labelsOf = (ids: Int32Array) => [...ids].map((i) => train.labels[i]).sort();
    expect(labelsOf(split.train)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(labelsOf(split.validation)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('CIFAR-10 that is not as it should be', () => {
  it('says where the data belong if there are none', async () => {
    await withFolder(async (folder) => {
      const loading = loadDataset('cifar10', { folder: join(folder, 'none') });
      await expect(loading).rejects.toBeInstanceOf(UserError);
      await expect(loading).rejects.toThrow(
        /^cifar10: expected 7 files in .*none, found no data_batch_1\.bin, .*, batches\.meta\.txt\. Run node scripts\/data\.js get cifar10, or /,
      );
    });
  });

  it('names the files that are missing', async () => {
    const { 'data_batch_4.bin': _, ...files } = buildCifar10();
    await expect(loadFrom(files)).rejects.toThrow(/found no data_batch_4\.bin\./);
  });

  it.each([
    ['data_batch_1', 'Python'],
    ['cifar-10-batches-py', 'Python'],
    ['batches.meta.mat', 'Matlab'],
  ])('names the version that is needed where there is %s', async (name, version) => {
    await expect(loadFrom({ [name]: Buffer.of(1) })).rejects.toThrow(
      `It is the version for ${version}: take the binary one, cifar-10-binary.tar.gz. Run `,
    );
  });

  it.each([
    [
      'a record that ends early',
      buildRecords([1, 2]).subarray(1),
      /found 6145 bytes\. .*truncated or corrupt/,
    ],
    ['an empty file', Buffer.alloc(0), /found 0 bytes/],
    ['a label of 10', buildRecords([9, 10, 11]), /expected labels 0 to 9, found 10 for example 2\./],
  ])('refuses %s', async (_what, bytes, message) => {
    await expectRefusal({ 'data_batch_3.bin': bytes }, message);
    await expectRefusal({ 'test_batch.bin': bytes }, message);
  });

  it.each([
    ['other classes', CLASS_LIST.replace('cat', 'dog'), /on line 4 cat, found "dog"/],
    ['a class too many', `${CLASS_LIST.trim()}\nzebra\n`, /on line 11 its end, found "zebra"/],
    ['a class too few', CLASS_LIST.replace('truck\n', ''), /on line 10 truck, found "its end"/],
    ['a long text', '\0'.repeat(5000), /on line 1 airplane, found/],
  ])('refuses a list of classes with %s', async (_what, text, message) => {
    await expectRefusal({ 'batches.meta.txt': Buffer.from(text) }, message);
  });

  it('refuses what is no file', async () => {
    await withFolder(async (folder) => {
      const { 'batches.meta.txt': _, ...files } = buildCifar10();
      await writeFiles(folder, files);
      await writeFiles(join(folder, 'batches.meta.txt'), {});
      await expect(loadDataset('cifar10', { folder })).rejects.toThrow(
        /batches\.meta\.txt: expected the list of CIFAR-10's classes, found a folder\. Check the path\.$/,
      );
    });
  });
});
