import { symlinkSync } from 'node:fs';
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { findMnistPackage } from '../../src/dataset/mnist.js';
import { verifyDataset } from '../../src/dataset/verify.js';
import { buildCifar10, writeFiles } from '../helpers/cifar10-builder.js';
import { buildImages, buildLabels, withFolder } from '../helpers/idx-builder.js';

const NAMES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

/** Verifies MNIST after a change to its files. */
function verifyChanged(change: (folder: string) => Promise<void>) {
  return withFolder(async (folder) => {
    for (const name of NAMES) symlinkSync(join(findMnistPackage()!, name), join(folder, name));
    await change(folder);
    const { likeness, otherFiles } = await verifyDataset('mnist', { folder });
    return { likeness, otherFiles: otherFiles.map((path) => path.slice(folder.length + 1)) };
  });
}

/** Changes the bytes of one of the files. */
const edit = (name: string, change: (bytes: Buffer) => Buffer) => async (folder: string) => {
  const bytes = change(await readFile(join(folder, name)));
  await unlink(join(folder, name));
  await writeFile(join(folder, name), bytes);
};

describe('verifyDataset', () => {
  it('knows the published files, and where they are', async () => {
    await withFolder(async (empty) => {
      const { likeness, folder, dataset, statistics } = await verifyDataset('mnist', { folder: empty });
      expect([likeness, folder, dataset.name]).toEqual(['files', findMnistPackage(), 'mnist']);
      expect(statistics.trainCounts[5]).toBe(5421);
      expect(statistics.means[0]).toBeCloseTo(0.1307, 4);
    });
  });

  it('knows them gzipped', async () => {
    expect(await verifyChanged(edit('t10k-labels-idx1-ubyte', (bytes) => gzipSync(bytes)))).toEqual({
      likeness: 'files',
      otherFiles: [],
    });
  });

  it('knows the published images in another order', async () => {
    const swap = (header: number, size: number) => (bytes: Buffer) => {
      const [first, second] = [0, 1].map((i) =>
        Buffer.from(bytes.subarray(header + i * size, header + (i + 1) * size)),
      );
      bytes.set(second!, header);
      bytes.set(first!, header + size);
      return bytes;
    };
    const change = async (folder: string) => {
      await edit('t10k-images-idx3-ubyte', swap(16, 784))(folder);
      await edit('t10k-labels-idx1-ubyte', swap(8, 1))(folder);
    };
    expect(await verifyChanged(change)).toEqual({
      likeness: 'images',
      otherFiles: ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
    });
  });

  it.each([
    ['pixel', 't10k-images-idx3-ubyte'],
    ['label', 't10k-labels-idx1-ubyte'],
  ])('sees one %s that is another', async (_what, name) => {
    const change = (bytes: Buffer) => {
      bytes[5000]! ^= 1;
      return bytes;
    };
    expect(await verifyChanged(edit(name, change))).toEqual({ likeness: 'other', otherFiles: [name] });
  });

  it('sees that data are others', async () => {
    await withFolder(async (folder) => {
      await writeFiles(join(folder, 'cifar10'), buildCifar10());
      const found = await verifyDataset('cifar10', { folder: join(folder, 'cifar10') });
      expect([found.likeness, found.otherFiles.length]).toEqual(['other', 6]);
      await writeFiles(join(folder, 'fashion'), {
        'train-images-idx3-ubyte': buildImages(2),
        'train-labels-idx1-ubyte': buildLabels([1, 2]),
        't10k-images-idx3-ubyte': buildImages(1),
        't10k-labels-idx1-ubyte': buildLabels([5]),
      });
      const fashion = await verifyDataset('fashion-mnist', { folder: join(folder, 'fashion') });
      expect([fashion.likeness, fashion.otherFiles.length]).toEqual(['other', 4]);
    });
  });

  it('throws as loading does', async () => {
    await expect(verifyDataset('cifar')).rejects.toBeInstanceOf(UserError);
    await withFolder(async (folder) => {
      await expect(verifyDataset('cifar10', { folder })).rejects.toThrow(/found no data_batch_1\.bin/);
    });
  });
});
