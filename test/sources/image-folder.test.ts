import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { imageFolder, openDataset, reopenDataset } from '../../src/sources/open-dataset.js';
import type { SourceOptions } from '../../src/sources/options.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { drawPicture, writeClasses, writePicture } from '../helpers/picture-folder.js';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'convoy-cache-'));
  vi.stubEnv('CONVOY_CACHE', cache);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

async function read(
  folder: string,
  options: SourceOptions = {},
): Promise<{ dataset: Dataset; lines: string }> {
  const lines: string[] = [];
  const dataset = await imageFolder(folder, options, { tell: (line) => lines.push(line) });
  return { dataset, lines: lines.join('\n') };
}

async function refusal(folder: string, options: SourceOptions = {}): Promise<string> {
  const error: unknown = await imageFolder(folder, options).catch((reason) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

/** The first pixel of an image. */
const pixelOf = ({ train }: Dataset, i: number) => {
  const size = train.pixels.length / train.count;
  return [...train.pixels.subarray((i + 1) * size - 3, (i + 1) * size)];
};

describe('classes', () => {
  it('have the names of their folders, in natural order', async () => {
    const folder = makeFolder();
    await writeClasses(folder, ['class 10', 'class 2', 'Äpfel'.normalize('NFD'), 'zebra'], 5);
    const { dataset, lines } = await read(folder, { name: 'things' });
    expect(dataset.name).toBe('things');
    expect(dataset.classNames).toEqual(['Äpfel', 'class 2', 'class 10', 'zebra']);
    expect(dataset.shape).toEqual({ height: 8, width: 8, channels: 3 });
    expect([...dataset.test.labels]).toEqual([0, 1, 2, 3]);
    expect(dataset.train.count).toBe(16);
    expect(dataset.train.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(lines).toMatch(
      /a folder a class; 16 training and 4 test images of 8×8×3, 4 classes, called things/,
    );
  });

  it('are divided by a seed of their own', async () => {
    const folder = makeFolder();
    await writeClasses(folder, ['a', 'b'], 6);
    const hash = async (options: SourceOptions) => (await read(folder, options)).dataset.sha256;
    const first = await hash({});
    expect(await hash({ splitSeed: 0, testFraction: 0.2 })).toBe(first);
    expect(await hash({ splitSeed: 1 })).not.toBe(first);
    const { dataset } = await read(folder, { testFraction: 0.5 });
    expect([dataset.train.count, dataset.test.count]).toEqual([6, 6]);
  });

  it('are those of train/ where there is test/ or val/', async () => {
    const folder = makeFolder();
    await writeClasses(join(folder, 'train'), ['a', 'b'], 2);
    await writeClasses(join(folder, 'val'), ['b'], 3);
    const { dataset } = await read(folder);
    expect([...dataset.train.labels, ...dataset.test.labels]).toEqual([0, 0, 1, 1, 1, 1, 1]);
    expect(await refusal(folder, { testFraction: 0.5 })).toMatch(/testFraction: expected none where val\//);
    await writeClasses(join(folder, 'test'), ['a'], 1);
    const both = await read(folder);
    expect(both.dataset.test.count).toBe(1);
    expect(both.lines).toMatch(/val\/ is not read/);
    await writeClasses(join(folder, 'test'), ['c'], 1);
    expect(await refusal(folder)).toMatch(/expected the classes of .*train, found c too/);
  });

  it('may lie in a folder of any name', async () => {
    const folder = join(makeFolder(), 'cifar-10-python-png');
    await writeClasses(folder, ['a', 'b'], 5);
    expect((await openDataset(folder)).classNames).toEqual(['a', 'b']);
    const other = join(makeFolder(), 'cifar-10-batches-py');
    await mkdir(other);
    await writeFile(join(other, 'some'), 'x');
    await expect(openDataset(other)).rejects.toThrow('It is the version for Python');
    await rename(folder, join(folder, '..', 'photos'));
    await rename(other, join(folder, '..', 'photos', 'cifar-10-batches-py'));
    await expect(openDataset(join(folder, '..', 'photos'))).rejects.toThrow('It is the version for Python');
  });

  it('are no halves, and halves no classes', async () => {
    const folder = makeFolder();
    for (const half of ['test', 'val']) await writeClasses(join(folder, half), ['a', 'b'], 2);
    expect(await refusal(folder)).toMatch(/expected train\/ beside test\/, found none/);
    await writeClasses(join(folder, 'Train'), ['a', 'b'], 2);
    expect((await read(folder)).dataset.classNames).toEqual(['a', 'b']);
    await writeClasses(join(folder, 'chest_xray'), ['a', 'b'], 2);
    expect(await refusal(folder)).toMatch(
      /expected train\/ and test\/ alone, found chest_xray beside them\. Give a folder/,
    );
    await rename(join(folder, 'chest_xray'), join(folder, 'train'));
    expect(await refusal(folder)).toMatch(/expected each half once, found train\/ and Train\//);
    const classes = makeFolder();
    await writeClasses(classes, ['invalid', 'train'], 5);
    expect((await read(classes)).dataset.classNames).toEqual(['invalid', 'train']);
    const named = makeFolder();
    await writeClasses(named, ['invalid', 'valid'], 5);
    const { dataset, lines } = await read(named);
    expect(dataset.classNames).toEqual(['invalid', 'valid']);
    expect(lines).toMatch(/valid\/ is a class like the others, since there is no train\//);
  });

  it('may be links, and what is hidden or no picture is left out and told of', async () => {
    const folder = makeFolder();
    const elsewhere = makeFolder();
    await writeClasses(folder, ['a'], 5);
    await writeClasses(elsewhere, ['b'], 5);
    await symlink(join(elsewhere, 'b'), join(folder, 'b'));
    await symlink(folder, join(folder, 'a', 'loop'));
    await writeFile(join(folder, 'README.txt'), 'x');
    await writeFile(join(folder, 'a', 'notes.csv'), 'x');
    await writeFile(join(folder, 'a', '.hidden.png'), 'x');
    await rename(join(folder, 'a', '4.png'), join(folder, 'a', '4'));
    const { dataset, lines } = await read(folder);
    expect(dataset.classNames).toEqual(['a', 'b']);
    expect(lines).toMatch(/README.txt is no picture and is not read/);
    expect(lines).toMatch(/notes.csv is no picture and is not read/);
  });

  it('have pictures, each a name', async () => {
    const folder = makeFolder();
    expect(await refusal(folder)).toMatch(/expected a folder of pictures for each class, found no folders/);
    await writeClasses(folder, ['a', 'b'], 2);
    await mkdir(join(folder, 'empty'));
    expect(await refusal(folder)).toMatch(/found none in empty/);
    const twice = makeFolder();
    await writeClasses(twice, ['é'.normalize('NFC'), 'é'.normalize('NFD')], 2);
    expect(await refusal(twice)).toMatch(/two folders called 'é'/);
    const one = makeFolder();
    await writeClasses(one, ['a'], 1);
    expect(await refusal(one)).toMatch(/expected some test images/);
    const half = makeFolder();
    await writeClasses(join(half, 'train'), ['a'], 1);
    expect(await refusal(half)).toMatch(/expected test\/ or val\/ beside train\//);
  });
});

describe('pictures', () => {
  it('of any kind come out as bytes of one size', async () => {
    const folder = makeFolder();
    const white = drawPicture([255, 255, 255], { height: 12, width: 9 });
    const kinds = {
      'a.png': white.clone().png(),
      'b.jpg': white.clone().jpeg({ quality: 100 }),
      'c.webp': white.clone().webp({ lossless: true }),
      'd.png': white.clone().toColourspace('rgb16').png(),
      'e.png': white.clone().toColourspace('b-w').png(),
      'f.jpg': white.clone().toColourspace('cmyk').jpeg({ quality: 100 }),
      'g.jpeg': white.clone().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }),
      'h.png': white.clone().ensureAlpha(0).png(),
      'i.PNG': white.clone().png({ palette: true }),
    };
    for (const [name, picture] of Object.entries(kinds)) await writePicture(folder, `one/${name}`, picture);
    const { dataset, lines } = await read(folder, { resize: [6, 6], testFraction: 0.1 });
    expect(dataset.shape).toEqual({ height: 6, width: 6, channels: 3 });
    for (let i = 0; i < dataset.train.count; i++) {
      for (const value of pixelOf(dataset, i)) expect(value).toBeGreaterThan(250);
    }
    expect(lines).toMatch(/1 pictures are transparent in places, where white shows through/);
  });

  it('are scaled as is asked for', async () => {
    const folder = makeFolder();
    await writePicture(folder, 'a/1.png', drawPicture([9, 9, 9], { height: 8, width: 4 }));
    await writePicture(folder, 'a/2.png', drawPicture([9, 9, 9], { height: 8, width: 4 }));
    const rightmost = async (options: SourceOptions) =>
      pixelOf((await read(folder, { resize: [8, 8], testFraction: 0.5, ...options })).dataset, 0);
    expect(await rightmost({ fit: 'fill' })).toEqual([9, 9, 9]);
    expect(await rightmost({ fit: 'contain' })).toEqual([255, 255, 255]);
    expect(await rightmost({ fit: 'contain', background: 'black' })).toEqual([0, 0, 0]);
    const { dataset } = await read(folder, { testFraction: 0.5, channels: 1 });
    expect(dataset.shape).toEqual({ height: 8, width: 4, channels: 1 });
    expect(await refusal(folder, { fit: 'fill' })).toMatch(/fit: expected it with resize/);
  });

  it('of several sizes need one', async () => {
    const folder = makeFolder();
    await writeClasses(folder, ['a'], 3);
    await writePicture(folder, 'a/4.png', drawPicture([1, 2, 3], { height: 9, width: 8 }));
    expect(await refusal(folder)).toMatch(/found 8×8 in .* and 9×8 in .*4.png. Give it: resize=8x8/);
  });

  it('that are broken are all told of', async () => {
    const folder = makeFolder();
    await writeClasses(folder, ['a', 'b'], 4);
    await truncate(join(folder, 'a', '1.png'), 60);
    await writeFile(join(folder, 'b', 'drawing.gif'), 'GIF89a');
    await writeFile(join(folder, 'b', 'empty.jpg'), '');
    await symlink('nowhere', join(folder, 'b', 'gone.png'));
    const message = await refusal(folder);
    expect(message).toMatch(/found 4 of 11 that cannot: /);
    for (const name of ['1.png (a broken png', 'drawing.gif (another kind', 'empty.jpg (', 'gone.png (']) {
      expect(message).toContain(name);
    }
  });

  it('that are grey stay so, unless others are coloured', async () => {
    const folder = makeFolder();
    const grey = () =>
      sharp({ create: { height: 4, width: 4, channels: 3, background: '#777' } }).toColourspace('b-w');
    for (const name of ['a/1.png', 'a/2.png']) await writePicture(folder, name, grey());
    const channels = async () => (await read(folder, { testFraction: 0.5 })).dataset.shape.channels;
    expect(await channels()).toBe(1);
    await writePicture(folder, 'a/3.png', drawPicture([1, 2, 3], { height: 4, width: 4 }));
    expect(await channels()).toBe(3);
  });
});

describe('decoded pixels', () => {
  it('are kept by what they come from, and checked', async () => {
    const folder = makeFolder();
    await writeClasses(folder, ['a', 'b'], 3);
    vi.stubEnv('CONVOY_CACHE', join(folder, '.cache'));
    const listCache = () => readdir(join(folder, '.cache'));
    const { sha256 } = (await read(folder)).dataset;
    const [file, ...others] = await listCache();
    expect(others).toEqual([]);
    await truncate(join(folder, '.cache', file!), 200);
    expect((await read(folder)).dataset.sha256).toBe(sha256);
    expect((await read(folder)).dataset.sha256).toBe(sha256);
    await read(folder, { resize: [4, 4] });
    await writePicture(folder, 'a/0.png', drawPicture([7, 7, 7]));
    expect((await read(folder)).dataset.sha256).not.toBe(sha256);
    expect(await listCache()).toHaveLength(3);
    await writeFile(join(folder, 'file'), '');
    vi.stubEnv('CONVOY_CACHE', join(folder, 'file', 'in'));
    const { lines } = await read(folder, { resize: [5, 5] });
    expect(lines).toMatch(/not kept for the next time: .*cannot be written/);
    vi.stubEnv('CONVOY_CACHE', cache);
  });

  it('are the same where the set is opened again', async () => {
    const folder = makeFolder();
    await writeClasses(folder, ['a', 'b'], 3);
    const dataset = await openDataset(folder, { resize: [4, 4] });
    const again = await reopenDataset(JSON.parse(JSON.stringify(dataset.source)));
    expect(again.sha256).toBe(dataset.sha256);
    expect(again.name).toBe(dataset.name);
  });
});

it('options are checked', async () => {
  const folder = makeFolder();
  await writeClasses(folder, ['a'], 3);
  const options = (given: object) => given as SourceOptions;
  expect(await refusal(folder, options({ size: 3 }))).toMatch(/unknown field 'size'.*resize/);
  expect(await refusal(folder, options({ resize: [0, 1] }))).toMatch(/resize/);
  expect(await refusal(folder, { layout: 'nchw' })).toMatch(/expected options of pictures .*, found layout/);
  expect(await refusal(join(folder, 'nothing'))).toMatch(/found nothing there/);
});
