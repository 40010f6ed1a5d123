import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { loadDataset } from '../../src/dataset/load.js';
import { makeBarDataset } from '../helpers/bar-dataset.js';
import { bigEndian, buildImages, buildLabels, buildTargets, withFolder } from '../helpers/idx-builder.js';

const bars = makeBarDataset({ train: 6, test: 3 });
const half = ({ count, pixels, targets }: typeof bars.train) => [
  buildImages(count, { height: 16, width: 16, pixels }),
  buildTargets(targets!, count),
];
const [trainImages, trainTargets] = half(bars.train) as [Buffer, Buffer];
const [testImages, testTargets] = half(bars.test) as [Buffer, Buffer];
const FILES: Readonly<Record<string, string | Buffer>> = {
  'train-images-idx3-ubyte': trainImages,
  'train-targets-idx2-float.gz': gzipSync(trainTargets),
  't10k-images-idx3-ubyte': testImages,
  't10k-targets-idx2-float': testTargets,
  'target-names.txt': 'slope\nshift\n',
};

/** Loads a folder with these files; null leaves one out. */
function load(changes: Readonly<Record<string, string | Buffer | null>> = {}) {
  return withFolder(async (folder) => {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries({ ...FILES, ...changes })) {
      if (content !== null) await writeFile(join(folder, name), content);
    }
    return loadDataset('regression', { folder });
  });
}

describe("the user's own files of images and targets", () => {
  it('are a data set of targets, the same to the bit as one in memory', async () => {
    const { name, shape, targetNames, classNames, train, sha256 } = await load();
    expect([name, shape, targetNames, classNames]).toEqual([
      'regression',
      bars.shape,
      ['slope', 'shift'],
      [],
    ]);
    expect(train.targets).toEqual(bars.train.targets);
    expect(train.targets!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(sha256).toBe(bars.sha256);
  });

  it.each<[string, Readonly<Record<string, string | Buffer | null>>, RegExp]>([
    [
      'no names',
      { 'target-names.txt': null },
      /^regression: expected all five files in .*, found no target-names\.txt \(plain or \.gz\)\. Put what is missing there\.$/,
    ],
    [
      'an empty list of names',
      { 'target-names.txt': '\n' },
      /target-names\.txt: .*found none\. Write one a line\.$/,
    ],
    ['a name left out', { 'target-names.txt': 'a\n\nb' }, /target-names\.txt: .*found nothing on line 2\./],
    [
      'a name too many',
      { 'target-names.txt': 'a\nb\nc\n' },
      /train-targets-idx2-float\.gz: expected 3 targets an image, one a line of .*, found 2\. Name each/,
    ],
    [
      'labels in the place of targets',
      { 't10k-targets-idx2-float': buildLabels([1, 2, 3]) },
      /t10k-targets-idx2-float: expected an IDX file of targets \(magic number 3330\), found magic number 2049\. The file holds labels: put the one with targets in its place\.$/,
    ],
    [
      'targets of other images',
      { 't10k-targets-idx2-float': buildTargets(new Float32Array(8), 4) },
      /t10k-targets-idx2-float: expected targets for each of the 3 images of .*, found 4\./,
    ],
    [
      'images of another size',
      { 't10k-images-idx3-ubyte': buildImages(3) },
      /t10k-images-idx3-ubyte: expected images of 16×16×1 as in .*, found 28×28×1\./,
    ],
    [
      'targets that are cut',
      { 't10k-targets-idx2-float': testTargets.subarray(0, -1) },
      /t10k-targets-idx2-float: expected 36 bytes \(3 times 2 targets\), found 35 bytes\. The file is truncated/,
    ],
    [
      'a target that is no number',
      { 't10k-targets-idx2-float': buildTargets(Float32Array.of(1, 2, 3, 4, 5, Number.NaN), 3) },
      /^regression: test\.targets: expected finite numbers, found NaN for example 3 \(shift\)\./,
    ],
    [
      'more targets than memory',
      { 't10k-targets-idx2-float': bigEndian(3330, 2 ** 31, 2 ** 31) },
      /t10k-targets-idx2-float: expected 1 to 1073741824 bytes of targets, found a header for/,
    ],
  ])('are refused with %s', async (_, changes, message) => {
    const loading = load(changes);
    await expect(loading).rejects.toBeInstanceOf(UserError);
    await expect(loading).rejects.toThrow(message);
  });

  it('are asked for where there are none', async () => {
    await withFolder(async (folder) => {
      await expect(loadDataset('regression', { folder: join(folder, 'none') })).rejects.toThrow(
        /expected its five files in .*none, found none\. Put train-images-idx3-ubyte, .*, target-names\.txt \(plain or \.gz\) there\.$/,
      );
    });
  });
});
