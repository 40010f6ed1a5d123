import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/image/image.js';
import { drawLabelledSheet } from '../../src/image/labelled-sheet.js';

const tile = (level: number): Image => ({
  height: 4,
  width: 4,
  channels: 1,
  pixels: new Uint8Array(16).fill(level),
});

describe('drawLabelledSheet', () => {
  it('draws rows of pictures under a heading and beside their titles', async () => {
    const rows = [
      { title: 'first', note: '<1 & 2>', tiles: [tile(10), tile(20)] },
      { title: 'second', note: '', tiles: [tile(30)] },
    ];
    const { height, width, channels, pixels } = await drawLabelledSheet(['heading'], rows);
    expect(channels).toBe(3);
    expect(pixels).toHaveLength(height * width * 3);
    // Tiles are 24 times as large, two pixels apart; the blank one is white as the margins are.
    const levelAt = (y: number, x: number) => [
      ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
    ];
    const [top, left] = [10 + 22 + 5 + 2, 150 + 2];
    expect(levelAt(top + 48, left + 48)).toEqual([10, 10, 10]);
    expect(levelAt(top + 48, left + 98 + 48)).toEqual([20, 20, 20]);
    expect(levelAt(top + 98 + 48, left + 48)).toEqual([30, 30, 30]);
    expect(levelAt(top + 98 + 48, left + 98 + 48)).toEqual([255, 255, 255]);
    expect(levelAt(height - 1, width - 1)).toEqual([255, 255, 255]);
  });

  it('is wide enough for its heading', async () => {
    const rows = [{ title: 'only', note: '', tiles: [tile(0)] }];
    const [short, long] = [
      await drawLabelledSheet(['a'], rows),
      await drawLabelledSheet(['a'.repeat(100)], rows),
    ];
    expect(short.width).toBe(150 + 96 + 4 + 10);
    // Its letters are bold ones.
    expect(long.width).toBeGreaterThan(1000);
  });

  it('leaves room for long titles of rows', async () => {
    const { width } = await drawLabelledSheet(['a'], [{ title: 'b'.repeat(40), note: '', tiles: [tile(0)] }]);
    expect(width).toBeGreaterThan(40 * 10 + 96);
  });

  it('has titles above its columns, as many as there is room for', async () => {
    const titles = Array.from({ length: 50 }, (_, i) => String(i + 1));
    const tiles = titles.map(() => tile(0));
    const rows = [{ title: '1', note: '', tiles }];
    const options = { columnTitles: titles, labelWidth: 40 };
    const [plain, titled] = [
      await drawLabelledSheet(['a'], rows, { labelWidth: 40 }),
      await drawLabelledSheet(['a'], rows, options),
    ];
    expect([titled.height - plain.height, titled.width - plain.width]).toEqual([22, 0]);
    // Columns with something dark in the line of the titles: that of every second one, with white between them.
    const [from, to] = [10 + 22 + 5, 10 + 22 + 5 + 22];
    const isInked = (x: number) =>
      Array.from({ length: to - from }, (_, y) => titled.pixels[((from + y) * titled.width + x) * 3]!).some(
        (level) => level < 128,
      );
    const step = (titled.width - 40 - 10) / 50;
    const inked = titles.filter((_, i) =>
      Array.from({ length: Math.floor(step) }, (_, x) => Math.floor(40 + i * step) + x).some(isInked),
    );
    expect(inked).toContain('1');
    expect(inked).not.toContain('2');
    expect(inked.length).toBeLessThan(50);
    expect(inked.length).toBeGreaterThan(12);
  });
});
