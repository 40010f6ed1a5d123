import { describe, expect, it } from 'vitest';
import type { Tile } from '../../src/image/contact-sheet.js';
import type { Image } from '../../src/image/image.js';
import {
  drawFeatureSheet,
  layOutKernels,
  layOutMaps,
  layOutPicture,
} from '../../src/report/feature-sheets.js';

const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i - length / 2);
const levels = (tile: Tile | undefined) => [...(tile as Image).pixels];

/** All channels of one group, all connected. */
const DENSE = { name: 'a', groups: 1, connected: null };

describe('kernels on a sheet', () => {
  it('of a grey picture are one tile a filter, on one scale', () => {
    const layer = { ...DENSE, height: 2, width: 2, inputs: 1, filters: 3, values: ramp(12) };
    const { caption, legend, rows, columnTitles } = layOutKernels(layer);
    expect(caption).toBe('kernels of 2×2: 3 filters, 1 input channel');
    expect(legend).toBe('grey 0, white 6.000, black −6.000');
    expect(columnTitles).toEqual([]);
    expect(rows.map(({ title, tiles }) => [title, tiles.length])).toEqual([
      ['0–1', 2],
      ['2', 1],
    ]);
    expect(levels(rows[0]!.tiles[0])[0]).toBe(0);
    expect(levels(rows[0]!.tiles[1])[2]).toBe(128);
    expect(levels(rows[1]!.tiles[0])[3]).toBe(Math.round(127.5 + (127.5 * 5) / 6));
  });

  it('of a coloured picture show the colours', () => {
    const values = Float32Array.of(1, 0, -1, 0, 0, 1);
    const { rows } = layOutKernels({ ...DENSE, height: 1, width: 1, inputs: 3, filters: 2, values });
    expect(levels(rows[0]!.tiles[0])).toEqual([255, 128, 0]);
    expect(levels(rows[0]!.tiles[1])).toEqual([128, 128, 255]);
  });

  it('else have a row a filter and a column an input channel', () => {
    const values = Float32Array.of(0, 0, 0, 9, 0, -9, 0, 0);
    const layer = { ...DENSE, height: 1, width: 1, inputs: 4, filters: 2, values };
    const { legend, rows, columnTitles } = layOutKernels(layer);
    expect(legend).toBe('a row a filter, a column an input channel; grey 0, white 9.000, black −9.000');
    expect(rows.map(({ title }) => title)).toEqual(['0', '1']);
    expect(columnTitles).toEqual(['0', '1', '2', '3']);
    expect(levels(rows[0]!.tiles[3])).toEqual([255]);
    expect(levels(rows[1]!.tiles[1])).toEqual([0]);
    expect(layOutKernels({ ...layer, groups: 2 }).caption).toBe(
      'kernels of 1×1: 2 filters, 4 input channels of each group',
    );
  });

  it('tell what is not connected from weights of 0', () => {
    const layer = {
      name: 'a',
      groups: 1,
      height: 1,
      width: 1,
      inputs: 4,
      filters: 1,
      values: new Float32Array(4),
    };
    const { legend, rows } = layOutKernels({ ...layer, connected: Float32Array.of(1, 0, 0, 1) });
    expect(rows[0]!.tiles.map((tile) => (typeof tile === 'string' ? tile : levels(tile)))).toEqual([
      [128],
      'striped',
      'striped',
      [128],
    ]);
    expect(legend).toMatch(/; striped: not connected$/);
  });

  it('are the first of many', () => {
    const layer = { ...DENSE, height: 1, width: 1, inputs: 100, filters: 90, values: ramp(9000) };
    const { caption, rows } = layOutKernels(layer);
    expect(caption).toBe('kernels of 1×1: 64 of 90 filters, 64 of 100 input channels');
    expect([rows.length, rows[0]!.tiles.length]).toEqual([64, 64]);
  });
});

describe('feature maps on a sheet', () => {
  const shape = { height: 1, width: 2, channels: 2 };

  it('are each stretched to their own greatest', () => {
    const values = Float32Array.of(0, 8, 2, 4);
    const { caption, legend, rows } = layOutMaps({ name: 'a', kind: 'relu', shape, values });
    expect(caption).toBe('2 feature maps of 1×2');
    expect(legend).toBe('each on its own scale: black 0, white its greatest');
    expect(rows).toHaveLength(1);
    expect(rows[0]!.tiles.map(levels)).toEqual([
      [0, 255],
      [255, 128],
    ]);
  });

  it('have grey for 0 where there are numbers below', () => {
    const values = Float32Array.of(0, 0, -2, 4);
    const { legend, rows } = layOutMaps({ name: 'a', kind: 'tanh', shape, values });
    expect(legend).toBe('each on its own scale: grey 0, white and black its greatest size');
    expect(levels(rows[0]!.tiles[0])[0]).toBe(128);
  });
});

describe('a picture', () => {
  it('is shown in its colours', () => {
    const { caption, rows } = layOutPicture(Uint8Array.of(1, 2, 3), { height: 1, width: 1, channels: 3 });
    expect(levels(rows[0]!.tiles[0])).toEqual([1, 2, 3]);
    expect(caption).toBe('the image itself, 1×1×3');
  });

  it('of other channels shows the first', () => {
    const { legend, rows } = layOutPicture(Uint8Array.of(1, 2), { height: 1, width: 1, channels: 2 });
    expect([levels(rows[0]!.tiles[0]), legend]).toEqual([[1], 'its first channel']);
  });
});

describe('a sheet', () => {
  it('has a line for its title, its caption and its legend, and room for labels', async () => {
    const picture = layOutPicture(Uint8Array.of(1, 2, 3), { height: 1, width: 1, channels: 3 });
    const { height, width } = await drawFeatureSheet('net: input', picture);
    expect(height).toBe(10 + 2 * 22 + 5 + 28 + 10);
    const told = await drawFeatureSheet('net: input', { ...picture, legend: 'what it means' });
    expect(told.height).toBe(height + 22);
    expect(width).toBeGreaterThan(80 + 28);
  });
});
