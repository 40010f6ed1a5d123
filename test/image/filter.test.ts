import { describe, expect, it } from 'vitest';
import { FILTERS, filterImage } from '../../src/image/filter.js';
import type { Image } from '../../src/image/image.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';

const grey = (...rows: number[][]): Image => ({
  height: rows.length,
  width: rows[0]!.length,
  channels: 1,
  pixels: Uint8Array.from(rows.flat()),
});

// Dark above, bright below.
const horizontalEdge = grey([0, 0, 0, 0], [0, 0, 0, 0], [9, 9, 9, 9], [9, 9, 9, 9]);
const verticalEdge = grey([0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 9]);

describe.each(availableKernelNames())('a filter (%s)', (name) => {
  const kernels = loadKernels(name);
  const filter = (image: Image, filterName: string) => [
    ...filterImage(image, FILTERS[filterName]!, kernels)!.values,
  ];

  it('of Sobel finds edges of its direction', () => {
    expect(filter(horizontalEdge, 'sobel-y')).toEqual([-36, -36, -36, -36]);
    expect(filter(verticalEdge, 'sobel-y')).toEqual([0, 0, 0, 0]);
    expect(filter(verticalEdge, 'sobel-x')).toEqual([-36, -36, -36, -36]);
    expect(filter(horizontalEdge, 'sobel')).toEqual([36, 36, 36, 36]);
  });

  it('of Sobel gives the size of the gradient', () => {
    const corner = grey([0, 0, 0], [0, 1, 1], [0, 1, 1]);
    expect(filter(corner, 'sobel-x')).toEqual([-3]);
    expect(filter(corner, 'sobel-y')).toEqual([-3]);
    expect(filter(corner, 'sobel')[0]).toBeCloseTo(Math.hypot(3, 3), 6);
  });

  it('takes the mean over the channels', () => {
    const coloured: Image = {
      height: 1,
      width: 2,
      channels: 3,
      pixels: Uint8Array.from([1, 2, 3, 10, 20, 60]),
    };
    const { values, height, width } = filterImage(coloured, [[[1, 2]]], kernels)!;
    expect([height, width]).toEqual([1, 1]);
    expect(values[0]).toBeCloseTo(2 + 2 * 30, 4);
  });

  it('keeps the brightness if its weights add up to 1', () => {
    for (const blur of ['box-blur', 'gaussian-blur', 'sharpen']) {
      const flat = grey(...Array.from({ length: 7 }, () => new Array<number>(7).fill(80)));
      for (const value of filter(flat, blur)) expect(value).toBeCloseTo(80, 3);
    }
  });

  it('must fit the picture', () => {
    expect(filterImage(grey([1, 2], [3, 4]), FILTERS.laplacian!, kernels)).toBeNull();
  });
});
