import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/dataset/load.js';
import { openDataset } from '../../src/sources/open-dataset.js';
import { writeFiles } from '../helpers/cifar10-builder.js';
import { withFolder } from '../helpers/idx-builder.js';

/** An image a pair of labels, the coarse one first; its pixels are the fine one. */
const buildRecords = (labels: readonly (readonly [number, number])[]) =>
  Buffer.concat(
    labels.map(([coarse, fine]) => Buffer.concat([Buffer.of(coarse, fine), Buffer.alloc(3072, fine)])),
  );
const list = (count: number, name: string) =>
  Buffer.from(`${Array.from({ length: count }, (_, i) => `${name}${i}`).join('\n')}\n`);
const FILES = {
  'train.bin': buildRecords([
    [4, 30],
    [19, 99],
  ]),
  'test.bin': buildRecords([[0, 7]]),
  'fine_label_names.txt': list(100, 'fine'),
  'coarse_label_names.txt': list(20, 'coarse'),
};

describe('CIFAR-100', () => {
  it('has labels of two kinds', () =>
    withFolder(async (folder) => {
      await writeFiles(folder, FILES);
      const fine = await loadDataset('cifar100', { folder });
      expect([...fine.train.labels, ...fine.test.labels]).toEqual([30, 99, 7]);
      expect(fine.classNames).toHaveLength(100);
      expect(fine.classNames[99]).toBe('fine99');
      expect([...fine.train.pixels.subarray(3071, 3073)]).toEqual([30, 99]);
      const coarse = await loadDataset('cifar100-coarse', { folder });
      expect([...coarse.train.labels, ...coarse.test.labels]).toEqual([4, 19, 0]);
      expect(coarse.classNames).toHaveLength(20);
      expect((await openDataset(folder)).sha256).toBe(fine.sha256);
      expect((await openDataset(folder, { labels: 'coarse' })).sha256).toBe(coarse.sha256);
    }));

  it('is its binary version', () =>
    withFolder(async (folder) => {
      await writeFiles(`${folder}/cifar-100-python`, { train: Buffer.of(1), test: Buffer.of(1) });
      const words = /It is the version for Python: take the binary one, cifar-100-binary.tar.gz/;
      await expect(loadDataset('cifar100', { folder })).rejects.toThrow(words);
      await expect(openDataset(`${folder}/cifar-100-python`)).rejects.toThrow(words);
    }));

  it.each([
    [
      'a label that is no class',
      { 'test.bin': buildRecords([[0, 100]]) },
      /expected labels 0 to 99, found 100/,
    ],
    ['half a record', { 'train.bin': FILES['train.bin'].subarray(1) }, /whole records of 3074 bytes/],
    ['a short list', { 'fine_label_names.txt': list(99, 'fine') }, /100 classes, one a line, found 99/],
  ])('refuses %s', (_, change, message) =>
    withFolder(async (folder) => {
      await writeFiles(folder, { ...FILES, ...change });
      await expect(loadDataset('cifar100', { folder })).rejects.toThrow(message);
    }),
  );
});
