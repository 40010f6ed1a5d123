import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { Image } from '../../src/image/image.js';
import { type Background, readImage } from '../../src/image/read-image.js';
import { writePng } from '../../src/image/write-png.js';
import { makeFolder } from '../experiment/fake-runs.js';

const grey: Image = { height: 2, width: 3, channels: 1, pixels: Uint8Array.of(0, 50, 100, 150, 200, 255) };
const coloured: Image = { height: 1, width: 2, channels: 3, pixels: Uint8Array.of(255, 0, 0, 0, 0, 255) };

describe('pictures', () => {
  it.each([
    ['grey', grey],
    ['coloured', coloured],
  ])('are read as they were written: %s', async (_name, image) => {
    const file = join(makeFolder(), 'new', 'a.png');
    await writePng(file, image);
    expect(await readImage(file)).toEqual({ ...image, transparent: false });
    expect(readdirSync(join(file, '..'))).toEqual(['a.png']);
  });

  it('are read as JPEG and WebP too', async () => {
    const file = join(makeFolder(), 'picture');
    for (const format of ['jpeg', 'webp'] as const) {
      const { pixels, ...raw } = { ...coloured, height: 16, width: 16, pixels: new Uint8Array(768).fill(90) };
      await sharp(pixels, { raw }).toFormat(format, { quality: 100 }).toFile(file);
      const { pixels: read, ...size } = await readImage(file);
      expect(size).toEqual({ height: 16, width: 16, channels: 3, transparent: false });
      expect(Math.max(...read.map((value) => Math.abs(value - 90)))).toBeLessThan(3);
    }
  });

  it('become grey or coloured, and another size, if asked', async () => {
    const file = join(makeFolder(), 'a.png');
    await writePng(file, coloured);
    expect(await readImage(file, { channels: 1 })).toMatchObject({ height: 1, width: 2, channels: 1 });
    await writePng(file, grey);
    const wide = await readImage(file, { size: [4, 8], channels: 3 });
    expect(wide).toMatchObject({ height: 4, width: 8, channels: 3 });
    expect(wide.pixels).toHaveLength(4 * 8 * 3);
  });

  it('stand on white where they are transparent, or on black, and say so', async () => {
    const file = join(makeFolder(), 'a.png');
    const write = (channels: 2 | 4, ...values: number[]) =>
      sharp(Uint8Array.from(values), { raw: { height: 1, width: 1, channels } })
        .toColourspace(channels === 2 ? 'b-w' : 'srgb')
        .png()
        .toFile(file);
    const read = async (background?: Background) => {
      const { pixels, transparent } = await readImage(file, background ? { background } : {});
      return [[...pixels], transparent];
    };
    await write(4, 10, 20, 30, 0);
    expect(await read()).toEqual([[255, 255, 255], true]);
    expect(await read('black')).toEqual([[0, 0, 0], true]);
    await write(4, 10, 20, 30, 255);
    expect(await read('black')).toEqual([[10, 20, 30], false]);
    await write(2, 40, 128);
    expect(await read()).toEqual([[147], true]);
    await write(2, 40, 255);
    expect(await read()).toEqual([[40], false]);
  });

  it('are refused by their size before they are decoded, by how much of them must be in memory at once', async () => {
    const file = join(makeFolder(), 'a.png');
    const create = { height: 4000, width: 4000, channels: 3 as const, background: 'black' };
    await sharp({ create }).png({ progressive: true }).toFile(file);
    expect(await readImage(file, { size: [28, 28] })).toMatchObject({ height: 28, width: 28 });
    await expect(readImage(file)).rejects.toThrow(
      /a\.png: expected at most 8\d{6} pixels of a png like this, found 4000×4000\. Scale it down\.$/,
    );
  });

  it('are refused with one line if they are none', async () => {
    const folder = makeFolder();
    const text = join(folder, 'text.png');
    writeFileSync(text, 'no picture');
    const cut = join(folder, 'cut.png');
    await writePng(cut, {
      ...grey,
      height: 40,
      width: 40,
      pixels: new Uint8Array(1600).map((_, i) => i * 7),
    });
    writeFileSync(cut, readFileSync(cut).subarray(0, 80));
    const svg = join(folder, 'a.svg');
    writeFileSync(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>');
    mkdirSync(join(folder, 'sub'));
    for (const [file, message] of [
      [
        text,
        /text\.png: expected a PNG, JPEG or WebP picture, found another kind of file\. Convert it, or check the path\.$/,
      ],
      [cut, /expected a PNG, JPEG or WebP picture, found a broken png: .*\. Save or copy it again\.$/],
      [svg, /found another kind of file/],
      [join(folder, 'none.png'), /found nothing there/],
      [join(folder, 'sub'), /expected a picture, found a folder/],
    ] as const) {
      const error = await readImage(file).catch((thrown: unknown) => thrown);
      expect(error, file).toBeInstanceOf(UserError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('leave nothing behind where they cannot be written', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'a.png'));
    await expect(writePng(join(folder, 'a.png'), grey)).rejects.toThrow(UserError);
    expect(readdirSync(folder)).toEqual(['a.png']);
  });
});
