import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { openDataset } from '../../src/sources/open-dataset.js';
import type { SourceOptions } from '../../src/sources/options.js';
import { writeFiles } from '../helpers/cifar10-builder.js';
import { buildImages, buildLabels, withFolder } from '../helpers/idx-builder.js';
import { buildNpy, buildZip, bytesOf } from '../helpers/npy-builder.js';

const PIXELS = Uint8Array.from({ length: 10 * 6 }, (_, i) => i);
const LABELS = BigInt64Array.from({ length: 10 }, (_, i) => BigInt(i % 2));
const IMAGES = buildNpy('|u1', [10, 2, 3], PIXELS);
const CLASSES = buildNpy('<i8', [10], bytesOf(LABELS));

async function open(path: string, options: SourceOptions = {}) {
  const lines: string[] = [];
  const dataset = await openDataset(path, options, { tell: (line) => lines.push(line) });
  return { dataset, lines: lines.join('\n') };
}

/** Nothing of it is to be found in the user's own. */
const CACHE = mkdtempSync(join(tmpdir(), 'convoy-cache-'));
beforeAll(() => {
  vi.stubEnv('CONVOY_CACHE', CACHE);
});
afterAll(() => rm(CACHE, { recursive: true }));

/** Reads a folder with these files; its name is `set`. */
const read = (files: Readonly<Record<string, Uint8Array>>, options: SourceOptions = {}, file = '') =>
  withFolder(async (folder) => {
    await writeFiles(join(folder, 'set'), files);
    return open(join(folder, 'set', file), options);
  });

const refusal = async (...args: Parameters<typeof read>): Promise<string> => {
  const error: unknown = await read(...args).catch((reason) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
};

/** All images and labels, in order. */
const whole = ({ train, test }: Dataset) => ({
  pixels: [...train.pixels, ...test.pixels],
  labels: [...train.labels, ...test.labels],
});

describe("NumPy's arrays", () => {
  const both = { 'x_train.npy': IMAGES, 'y_train.npy': CLASSES, 'x_test.npy': IMAGES, 'y_test.npy': CLASSES };

  it('are read from a folder, or an archive', async () => {
    const { dataset, lines } = await read({ ...both, 'notes.txt': Buffer.from('x') });
    expect(dataset.shape).toEqual({ height: 2, width: 3, channels: 1 });
    expect([...dataset.train.pixels]).toEqual([...PIXELS]);
    expect([...dataset.test.labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect([dataset.name, dataset.classNames]).toEqual(['set', ['0', '1']]);
    expect(lines).toMatch(/not read: notes.txt/);
    for (const deflate of [false, true]) {
      const npz = buildZip({ ...both, 'extra.npy': CLASSES }, { deflate });
      const archived = await read({ 'mine.npz': npz }, {}, 'mine.npz');
      expect(archived.dataset.sha256).toBe(dataset.sha256);
      expect(archived.dataset.name).toBe('mine');
      expect(archived.lines).toMatch(/not read: extra.npy/);
    }
  });

  it('without a test half are divided', async () => {
    const { dataset } = await read({ 'images.npy': IMAGES, 'labels.npy': CLASSES }, { testFraction: 0.4 });
    expect([dataset.train.count, dataset.test.count]).toEqual([6, 4]);
    expect(dataset.test.pixels).toHaveLength(24);
  });

  const planes = Uint8Array.from({ length: 2 * 2 * 2 * 3 }, (_, i) => i);
  it.each([
    ['channels first', '|u1', [2, 3, 2, 2], planes, { layout: 'nchw' as const }],
    ['floats of 0 to 1', '<f4', [2, 2, 2, 3], Float32Array.from(planes, (v) => v / 255), {}],
    ['floats of 0 to 255', '<f8', [2, 2, 2, 3], Float64Array.from(planes), { range: 255 as const }],
    ['booleans', '|b1', [2, 2, 2, 3], planes.map((v) => v % 2), {}, (v: number) => (v % 2) * 255],
    ['big-endian numbers', '>f4', [2, 2, 2, 3], Float32Array.from(planes, (v) => v / 255), {}],
  ])('may be %s', async (_, descr, shape, values, options, toPixel = (value: number) => value) => {
    const bytes = Buffer.from(bytesOf(values));
    if (descr.startsWith('>')) bytes.swap32();
    const labels = buildNpy('<i4', [2], bytesOf(Int32Array.of(0, 1)));
    const x = buildNpy(descr, shape, bytes, { version: 2 });
    const files = { 'x_train.npy': x, 'y_train.npy': labels, 'x_test.npy': x, 'y_test.npy': labels };
    const { dataset } = await read(files, options);
    expect(dataset.shape).toEqual({ height: 2, width: 2, channels: 3 });
    const moved = (i: number) => Math.floor(i / 12) * 12 + (i % 3) * 4 + Math.floor((i % 12) / 3);
    const expected = [...planes].map((_value, i) => toPixel(planes['layout' in options ? moved(i) : i]!));
    expect([...dataset.train.pixels]).toEqual(expected);
  });

  it('with a test half are not divided', async () => {
    const message = /splitSeed: expected none beside testImages, found one\./;
    expect(await refusal(both, { splitSeed: 1 })).toMatch(message);
  });

  it('may be targets', async () => {
    const whole = buildNpy('<i8', [10], bytesOf(LABELS));
    const numbered = await read({ 'images.npy': IMAGES, 'targets.npy': whole });
    expect(new Set(numbered.dataset.train.targets)).toEqual(new Set([0, 1]));
    const targets = buildNpy('<f4', [10, 2], bytesOf(Float32Array.from({ length: 20 }, (_, i) => i / 2)));
    const { dataset } = await read({ 'images.npy': IMAGES, 'targets.npy': targets });
    expect(dataset.targetNames).toEqual(['target 1', 'target 2']);
    expect(dataset.train.targets).toHaveLength(16);
  });

  const withLabels = (images: Buffer) => ({ 'x.npy': images, 'y.npy': CLASSES });
  it.each([
    ['columns before rows', buildNpy('|u1', [10, 2, 3], PIXELS, { fortran: true }), /Fortran's order/],
    ['objects', buildNpy('|O', [10, 2, 3], PIXELS), /found the type '\|O'/],
    ['structures', buildNpy("[('r', '|u1')]", [10, 6], PIXELS), /found the type 'a structure'/],
    ['a cut file', IMAGES.subarray(0, -1), /expected 60 bytes for 10×2×3 numbers.*found 59/],
    ['another file', Buffer.from('x'.repeat(80)), /found another kind of file/],
    ['floats above 1', buildNpy('<f4', [10, 1, 1], bytesOf(new Float32Array(10).fill(2))), /Give range: 255/],
    ['NaN', buildNpy('<f4', [10, 1, 1], bytesOf(new Float32Array(10).fill(Number.NaN))), /found NaN/],
    ['channels that seem to come first', buildNpy('|u1', [10, 1, 1, 6], PIXELS), /Give layout=nchw/],
    ['rows', buildNpy('|u1', [10, 6], PIXELS), /expected images of n×h×w .* found n×6. Give shape=/],
  ])('are refused with %s', async (_, images, message) => {
    expect(await refusal(withLabels(images))).toMatch(message);
  });

  it('are refused without labels, with two of a kind, or alone', async () => {
    expect(await refusal({ 'x_train.npy': IMAGES })).toMatch(/expected arrays of images .* and labels/);
    expect(await refusal({ ...withLabels(IMAGES), 'images.npy': IMAGES })).toMatch(
      /expected one of images and x/,
    );
    expect(await refusal(withLabels(IMAGES), {}, 'x.npy')).toMatch(/expected a folder of NPY files/);
    const short = buildNpy('<i8', [9], bytesOf(LABELS.subarray(1)));
    expect(await refusal({ 'x.npy': IMAGES, 'y.npy': short })).toMatch(/expected 10, one an image, found 9/);
  });

  it('are refused in a broken archive', async () => {
    const npz = buildZip(both);
    const changed = Buffer.from(npz);
    changed[npz.indexOf(PIXELS) + 7]! ^= 1;
    const refuse = (bytes: Buffer) => refusal({ 'a.npz': bytes }, {}, 'a.npz');
    expect(await refuse(changed)).toMatch(/x_train.npy has another checksum/);
    expect(await refuse(npz.subarray(0, -30))).toMatch(/found a broken one/);
    const huge = Buffer.from(npz);
    const entry = huge.indexOf('PK\x01\x02', 0, 'latin1');
    huge.writeUInt32LE(2 ** 31, entry + 24);
    expect(await refuse(huge)).toMatch(/found more. If it is to be trusted|found a broken one/);
  });
});

describe('tables', () => {
  const row = (label: string | number, i: number) => [label, i, i + 1, i + 2, i + 3].join(',');
  const titles = 'label,pixel0,pixel1,pixel2,pixel3';
  const table = (rows: readonly string[]) => ({ 'train.csv': Buffer.from(`${rows.join('\r\n')}\n`) });
  const rows = Array.from({ length: 10 }, (_, i) => row(i % 2, i));

  it('have a column of classes, by its title or the first', async () => {
    const { dataset } = await read(table([titles, ...rows]), {}, 'train.csv');
    expect(dataset.shape).toEqual({ height: 2, width: 2, channels: 1 });
    expect(dataset.train.count + dataset.test.count).toBe(10);
    expect((await read(table(rows))).dataset.sha256).toBe(dataset.sha256);
    const behind = [
      'a,b,c,d,Class',
      ...rows.map((line) => [...line.split(',').slice(1), line.split(',')[0]].join(',')),
    ];
    expect((await read(table(behind))).dataset.sha256).toBe(dataset.sha256);
  });

  it.each([
    ['counted', 'label,0,1,2,3', 0],
    ['counted from 1', 'label,1,2,3,4', 0],
    ['counted, classes last', '0,1,2,3,y', 4],
  ])('may have titles that are %s', async (_, first, at) => {
    const { dataset } = await read(table([titles, ...rows]));
    const moved = rows.map((line) => {
      const [label, ...pixels] = line.split(',') as [string, ...string[]];
      return pixels.toSpliced(at, 0, label).join(',');
    });
    expect((await read(table([first, ...moved]))).dataset.sha256).toBe(dataset.sha256);
  });

  it('may have a class that is called as a title', async () => {
    const lines = ['y,9,0,9,0', row('x', 1), row('x', 2), row('y', 3)];
    const { dataset } = await read(table(lines), { testFraction: 0.5 });
    expect(dataset.train.count + dataset.test.count).toBe(4);
  });

  it('leave a test half without classes alone, and say so', async () => {
    const train = table([titles, ...rows]);
    const { dataset } = await read(train);
    const tested = [titles.slice('label,'.length), ...rows.map((line) => line.slice(2))];
    for (const lines of [tested, tested.slice(1)]) {
      const both = await read({ ...train, 'test.csv': Buffer.from(lines.join('\n')) });
      expect(both.dataset.sha256).toBe(dataset.sha256);
      expect(both.lines).toMatch(
        /test\.csv: has no column of classes and is not read; some images of .*train/,
      );
    }
    const misnamed = ['digit,a,b,c,d', ...rows];
    expect(await refusal({ ...train, 'test.csv': Buffer.from(misnamed.join('\n')) })).toMatch(
      /test\.csv: expected a column called label/,
    );
  });

  it('may have names for classes, and a test half', async () => {
    const named = table(['"label",a,b,c,d', row('"a, big cat"', 1), row('dog', 3)]);
    const { dataset } = await read({ ...named, 'test.csv': Buffer.from(`${row('dog', 2)}\n`) });
    expect(dataset.classNames).toEqual(['a, big cat', 'dog']);
    expect(whole(dataset)).toEqual({ pixels: [1, 2, 3, 4, 3, 4, 5, 6, 2, 3, 4, 5], labels: [0, 1, 1] });
    const coloured = await read(table([`${row(0, 1)},0,0`, `${row(0, 2)},0,0`]), {
      shape: [1, 2, 3],
      testFraction: 0.5,
    });
    expect(coloured.dataset.shape.channels).toBe(3);
  });

  it.each([
    ['no classes', ['pixel0,pixel1', '1,2'], /expected a column called label/],
    ['a row that is short', [...rows, '1,2'], /expected a table \(CSV\), found: Invalid Record Length/],
    [
      'a word among pixels',
      [...rows, '1,2,x,4,5'],
      /image 11, column 3: expected a whole number from 0 to 255 .*, found 'x'/,
    ],
    ['a missing class', [...rows, ',2,3,4,5'], /image 11, column 1: expected a class/],
    ['numbers above 255', ['1,1,2,3,256', '1,1,2,3,4'], /column 5: expected a whole number .*, found '256'/],
    ['no square', ['1,1,2,3', '1,1,2,3'], /found 3 pixels. Give it: shape=/],
    ['nothing', [''], /found no rows/],
  ])('are refused with %s', async (_, lines, message) => {
    expect(await refusal(table(lines))).toMatch(message);
  });
});

describe('IDX files', () => {
  const files = {
    'emnist-letters-train-images-idx3-ubyte': buildImages(4, { height: 5, width: 4 }),
    'emnist-letters-train-labels-idx1-ubyte': buildLabels([1, 26, 2, 3]),
    'emnist-letters-test-images-idx3-ubyte': buildImages(2, { height: 5, width: 4 }),
    'emnist-letters-test-labels-idx1-ubyte': buildLabels([1, 5]),
  };

  it('may be of any size and have labels from 1', async () => {
    const { dataset, lines } = await read({ ...files, 'notes.txt': Buffer.from('x') });
    expect(dataset.shape).toEqual({ height: 5, width: 4, channels: 1 });
    expect([dataset.classNames.length, dataset.classNames[0], dataset.classNames[25]]).toEqual([
      26,
      '1',
      '26',
    ]);
    expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([0, 25, 1, 2, 0, 4]);
    expect(lines).toMatch(/not read: notes.txt/);
  });

  const letters = Array.from({ length: 26 }, (_, i) => `${i + 1} ${65 + i} ${97 + i}`);
  const withMapping = (lines: readonly string[]) => ({
    ...files,
    'emnist-letters-mapping.txt': Buffer.from(`${lines.join('\r\n')}\n`),
  });

  it('have the names of classes that a mapping beside them gives to labels', async () => {
    const { dataset, lines } = await read(withMapping([...letters].reverse()));
    expect([dataset.classNames.length, dataset.classNames[0], dataset.classNames[25]]).toEqual([
      26,
      'Aa',
      'Zz',
    ]);
    expect(dataset.sha256).toBe((await read(files)).dataset.sha256);
    expect(lines).not.toMatch(/not read/);
    const labels = buildLabels([0, 2, 2, 0]);
    const balanced = {
      'train-images-idx3-ubyte': buildImages(4, { height: 5, width: 4 }),
      'train-labels-idx1-ubyte': labels,
      'emnist-balanced-mapping.txt': Buffer.from('0 48\n1 49\n2 233'),
    };
    const digits = await read(balanced, { testFraction: 0.5 });
    expect(digits.dataset.classNames).toEqual(['0', '1', 'é']);
    expect([...digits.dataset.train.labels, ...digits.dataset.test.labels].sort()).toEqual([0, 0, 2, 2]);
  });

  it.each([
    ['has other lines', ['a 65'], /mapping\.txt: expected lines such as '1 65 97', .*, found 'a 65'/],
    ['names no character', [...letters.slice(1), '1 10'], /found '1 10'/],
    [
      'leaves a label out',
      letters.slice(0, 25),
      /labels from 1 to 25, which \S+ names, found 26 for example 2/,
    ],
    ['leaves one between out', letters.filter((_, i) => i !== 7), /expected each label from 0 or 1 on once/],
    ['has a label twice', [...letters, '3 51'], /expected each label from 0 or 1 on once/],
    ['gives two labels one name', [...letters, '27 65 97'], /each for characters of its own/],
    ['is empty', [], /expected each label/],
  ])('are refused with a mapping that %s', async (_, lines, message) => {
    expect(await refusal(withMapping(lines))).toMatch(message);
  });

  it('may lie in folders of their names, beside others of those names', () =>
    withFolder(async (folder) => {
      const names = ['train-images', 'train-labels', 't10k-images', 't10k-labels'];
      const bytes = Object.values(files);
      for (const [i, name] of names.entries()) {
        const file = `${name}-idx${name.endsWith('images') ? 3 : 1}-ubyte`;
        await writeFiles(join(folder, file), { [file]: bytes[i]! });
        await writeFile(join(folder, file.replace('-idx', '.idx')), bytes[i]!);
      }
      const { dataset } = await open(folder);
      expect(dataset.train.count).toBe(4);
    }));

  it('are refused where some are missing, of two sets, or alone', async () => {
    const { 'emnist-letters-test-labels-idx1-ubyte': _, ...three } = files;
    expect(await refusal(three)).toMatch(/found none of test labels/);
    expect(await refusal({ ...files, 'train-labels-idx1-ubyte': buildLabels([1]) })).toMatch(
      /expected one data set/,
    );
    const [first] = Object.keys(files);
    expect(await refusal(files, {}, first)).toMatch(/expected a folder of IDX files/);
    const wider = buildImages(2, { height: 5, width: 5 });
    expect(await refusal({ ...files, 'emnist-letters-test-images-idx3-ubyte': wider })).toMatch(
      /expected images of 5×4/,
    );
  });
});

it('anything else is refused by what is read', async () => {
  expect(await refusal({ 'a.txt': Buffer.from('x') })).toMatch(
    /expected a data set \(.*IDX files.*\), found 1 files and 0 folders of no format/,
  );
  expect(await refusal({ 'a.txt': Buffer.from('x') }, {}, 'a.txt')).toMatch(/found another kind of file/);
  expect(await refusal({ 'a.txt': Buffer.of() }, {}, 'a.txt')).toMatch(/found an empty file/);
  expect(await refusal({})).toMatch(/found an empty folder/);
});
