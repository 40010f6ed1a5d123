import { describe, expect, it } from 'vitest';
import { chooseColumns, drawContactSheet } from '../../src/image/contact-sheet.js';
import type { Image } from '../../src/image/image.js';

const tile = (value: number): Image => ({
  height: 1,
  width: 2,
  channels: 1,
  pixels: Uint8Array.of(value, value + 1),
});

/** The red of one place. */
const at = (sheet: Image, y: number, x: number) => sheet.pixels[(y * sheet.width + x) * 3];

describe('a contact sheet', () => {
  // As many columns as leave each pixel its size: 1000 / 250 − 2 is as wide as a tile.
  const sheet = drawContactSheet([10, 20, 30].map(tile), 250);

  it('has room for all tiles and the gaps', () => {
    expect([sheet.height, sheet.width, sheet.channels]).toEqual([1 + 2 * 2, 2 + 250 * 4, 3]);
  });

  it('puts tiles side by side', () => {
    expect([0, 1, 2].map((i) => at(sheet, 2, 2 + 4 * i))).toEqual([10, 20, 30]);
    expect([at(sheet, 2, 3), at(sheet, 2, 4), at(sheet, 0, 2)]).toEqual([11, 70, 70]);
  });

  it('goes on in the next row', () => {
    const narrow = drawContactSheet([10, 20, 30].map(tile), 2);
    const scale = 24;
    expect(narrow.height).toBe(2 + 2 * (scale + 2));
    expect(at(narrow, 2 + scale + 2, 2)).toBe(30);
    expect(at(narrow, 2 + scale - 1, 2 + scale + scale - 1)).toBe(11);
  });

  it('leaves what is blank, and places behind the last tile, as white as paper', () => {
    const sparse = drawContactSheet([tile(10), 'blank', tile(30)], 2);
    const step = [24 + 2, 48 + 2] as const;
    const colours = (y: number, x: number) => [
      ...sparse.pixels.subarray((y * sparse.width + x) * 3, (y * sparse.width + x) * 3 + 3),
    ];
    expect(colours(10, 2 + step[1] + 10)).toEqual([255, 255, 255]);
    expect(colours(2 + step[0] + 10, 2 + step[1] + 10)).toEqual([255, 255, 255]);
    expect(colours(2 + step[0] + 10, 10)).toEqual([30, 30, 30]);
  });

  it('stripes places where nothing can be, as no tile is', () => {
    const striped = drawContactSheet([tile(10), 'striped'], 2);
    const row = Array.from({ length: 24 }, (_, x) => at(striped, 12, 2 + 50 + x));
    expect(new Set(row)).toEqual(new Set([200, 255]));
    expect(at(striped, 1, 2 + 50 + 10)).toBe(70);
  });

  it('shows colours', () => {
    const pixels = Uint8Array.of(1, 2, 3);
    const coloured = drawContactSheet([{ height: 1, width: 1, channels: 3, pixels }], 1);
    const from = (2 * coloured.width + 2) * 3;
    expect([...coloured.pixels.subarray(from, from + 3)]).toEqual([1, 2, 3]);
  });

  it('is about square', () => {
    expect([1, 2, 4, 5, 20, 50].map(chooseColumns)).toEqual([1, 2, 2, 3, 5, 8]);
  });
});
