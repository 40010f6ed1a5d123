import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/image/image.js';
import { drawKernels, drawMaps, drawPicture } from '../../src/report/feature-sheets.js';

const GAP = 2;
/** Enlarged so many times. */
const SCALE = 24;

/** The colour of one pixel of one tile. */
function colourOf(
  { width, pixels }: Image,
  tile: [row: number, column: number],
  at: [y: number, x: number],
  size: number,
) {
  const [y, x] = [0, 1].map((axis) => GAP + tile[axis]! * (size * SCALE + GAP) + at[axis]! * SCALE);
  return [...pixels.subarray((y! * width + x!) * 3, (y! * width + x!) * 3 + 3)];
}

const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i - length / 2);

describe('kernels on a sheet', () => {
  it('of a grey picture are one tile a filter, on one scale', () => {
    const layer = { name: 'a', height: 2, width: 2, inputs: 1, filters: 3, values: ramp(12) };
    const { image, caption } = drawKernels(layer);
    expect(caption).toBe('kernels of 2×2: 3 filters, 1 input channel');
    expect(image.width).toBe(2 * (2 * SCALE + GAP) + GAP);
    expect(colourOf(image, [0, 0], [0, 0], 2)).toEqual([0, 0, 0]);
    expect(colourOf(image, [0, 1], [1, 0], 2)).toEqual([128, 128, 128]);
    expect(colourOf(image, [1, 0], [1, 1], 2)[0]).toBe(Math.round(127.5 + (127.5 * 5) / 6));
  });

  it('of a coloured picture show the colours', () => {
    const values = Float32Array.of(1, 0, -1, 0, 0, 1);
    const { image } = drawKernels({ name: 'a', height: 1, width: 1, inputs: 3, filters: 2, values });
    expect(colourOf(image, [0, 0], [0, 0], 1)).toEqual([255, 128, 0]);
    expect(colourOf(image, [0, 1], [0, 0], 1)).toEqual([128, 128, 255]);
  });

  it('else have a row a filter and a column an input channel', () => {
    const layer = {
      name: 'a',
      height: 1,
      width: 1,
      inputs: 4,
      filters: 2,
      values: Float32Array.of(0, 0, 0, 9, 0, -9, 0, 0),
    };
    const { image } = drawKernels(layer);
    expect(colourOf(image, [0, 3], [0, 0], 1)).toEqual([255, 255, 255]);
    expect(colourOf(image, [1, 1], [0, 0], 1)).toEqual([0, 0, 0]);
  });

  it('are the first of many', () => {
    const layer = { name: 'a', height: 1, width: 1, inputs: 100, filters: 90, values: ramp(9000) };
    expect(drawKernels(layer).caption).toBe('kernels of 1×1: 64 of 90 filters, 64 of 100 input channels');
  });
});

describe('feature maps on a sheet', () => {
  const shape = { height: 1, width: 2, channels: 2 };

  it('are each stretched to their own greatest', () => {
    const { image, caption } = drawMaps({
      name: 'a',
      kind: 'relu',
      shape,
      values: Float32Array.of(0, 8, 2, 4),
    });
    expect(caption).toBe('2 feature maps of 1×2');
    const tile = (column: number, x: number) => {
      const left = GAP + column * (2 * SCALE + GAP) + x * SCALE;
      return image.pixels[(GAP * image.width + left) * 3];
    };
    expect([tile(0, 0), tile(0, 1), tile(1, 0), tile(1, 1)]).toEqual([0, 255, 255, 128]);
  });

  it('have grey for 0 where there are numbers below', () => {
    const { image } = drawMaps({ name: 'a', kind: 'tanh', shape, values: Float32Array.of(0, 0, -2, 4) });
    expect(image.pixels[(GAP * image.width + GAP) * 3]).toBe(128);
  });
});

describe('a picture', () => {
  it('is enlarged, in its colours', () => {
    const { image, caption } = drawPicture(Uint8Array.of(1, 2, 3), { height: 1, width: 1, channels: 3 });
    expect(colourOf(image, [0, 0], [0, 0], 1)).toEqual([1, 2, 3]);
    expect(caption).toBe('the image itself, 1×1×3');
  });
});
