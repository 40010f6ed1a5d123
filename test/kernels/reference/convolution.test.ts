import { describe, expect, it } from 'vitest';
import type { WindowGeometry } from '../../../src/kernels/geometry.js';
import { packedFloats, panelCount } from '../../../src/kernels/interface/products.js';
import { referenceKernels as kernels } from '../../../src/kernels/reference/reference.js';
import { outputFloats } from '../../../src/kernels/reference/window.js';
import { makeWindow } from '../../helpers/kernel-suite/windows.js';

/** One image through a convolution whose kernels are the rows of `f`, H·W·cIn × cOut. */
function convolve(g: WindowGeometry, x: number[], f: number[], bias: number[] | null = null): number[] {
  const rows = f.length / g.outputChannels;
  const columns = g.outputChannels / g.groups;
  const packed = new Float32Array(g.groups * packedFloats(rows, columns));
  for (let group = 0; group < g.groups; group++) {
    const matrix = Float32Array.from(f.slice(group * rows * columns, (group + 1) * rows * columns));
    const place = packed.subarray(group * packedFloats(rows, columns));
    kernels.bindPack({ rows, columns, b: matrix, packed: place })(0, panelCount(columns));
  }
  const y = new Float32Array(outputFloats(g));
  kernels.bindConvolutionForward({
    g,
    x: Float32Array.from(x),
    packed,
    bias: bias && Float32Array.from(bias),
    y,
  })(0, 1);
  return [...y];
}

describe('convolution by hand', () => {
  // The tutorial: a 5×5 image and a 3×3 filter.
  const image = [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
  const filter = [1, 0, 1, 0, 1, 0, 1, 0, 1];

  it('slides a 3×3 filter over a 5×5 image', () => {
    const g = makeWindow({ input: [5, 5, 1], kernel: [3, 3] });
    expect(convolve(g, image, filter)).toEqual([4, 3, 4, 2, 4, 3, 2, 3, 4]);
  });

  it('slides it two pixels at a time', () => {
    const g = makeWindow({ input: [5, 5, 1], kernel: [3, 3], stride: [2, 2] });
    expect(convolve(g, image, filter)).toEqual([4, 4, 2, 4]);
  });

  it('adds the bias', () => {
    const g = makeWindow({ input: [5, 5, 1], kernel: [3, 3], stride: [2, 2] });
    expect(convolve(g, image, filter, [0.5])).toEqual([4.5, 4.5, 2.5, 4.5]);
  });

  // Chapter 15, equation 15.19.
  it('sums 2×2 blocks of a 3×4 matrix', () => {
    const g = makeWindow({ input: [3, 4, 1], kernel: [2, 2] });
    expect(convolve(g, [1, 2, 3, 1, 4, 5, 6, 1, 7, 8, 9, 1], [1, 1, 1, 1])).toEqual([12, 16, 11, 24, 28, 17]);
  });

  it('takes padding as zeros, on the sides that have it', () => {
    const g = makeWindow({ input: [2, 2, 1], kernel: [2, 2], padding: [1, 0, 0, 1] });
    expect(convolve(g, [1, 2, 3, 4], [1, 10, 100, 1000])).toEqual([2100, 200, 4321, 402]);
  });

  it('sums over input channels and has a filter for each output channel', () => {
    const g = makeWindow({ input: [1, 2, 2], kernel: [1, 1], outputChannels: 3 });
    // Pixels (1, 2) and (3, 4); F has a row for each input channel.
    expect(convolve(g, [1, 2, 3, 4], [1, 0, 5, 0, 1, 5], [0, 0, 1])).toEqual([1, 2, 16, 3, 4, 36]);
  });

  it('convolves groups of channels each by itself', () => {
    const g = makeWindow({ input: [1, 2, 4], kernel: [1, 2], outputChannels: 2, groups: 2 });
    // Pixels (1, 2, 3, 4) and (5, 6, 7, 8); a matrix of four rows for each group.
    const x = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const f = [1, 10, 100, 1000, 2, 0, 0, 1];
    expect(convolve(g, [...x], f, [0, 0.5])).toEqual([6521, 14.5]);

    const packed = new Float32Array(2 * packedFloats(1, 4));
    kernels.bindPackTransposed({ rows: 4, columns: 1, b: Float32Array.from(f.slice(0, 4)), packed })(0, 1);
    kernels.bindPackTransposed({
      rows: 4,
      columns: 1,
      b: Float32Array.from(f.slice(4)),
      packed: packed.subarray(packed.length / 2),
    })(0, 1);
    const dy = Float32Array.of(3, 7);
    const dx = new Float32Array(8);
    kernels.bindConvolutionInputGradient({ g, dy, packed, dx })(0, 1);
    expect([...dx]).toEqual([3, 30, 14, 0, 300, 3000, 0, 7]);

    const df = new Float32Array(8);
    kernels.bindConvolutionKernelGradient({ g, x, dy, df })(0, 1, 1, 6);
    expect([...df]).toEqual([0, 6, 15, 18, 21, 28, 49, 0]);
  });

  it('carries gradients back through the windows (15.48) and to the kernel (15.38)', () => {
    const g = makeWindow({ input: [2, 3, 1], kernel: [2, 2] });
    const x = Float32Array.of(1, 2, 3, 4, 5, 6);
    const f = Float32Array.of(1, 2, 3, 4);
    const dy = Float32Array.of(10, 100);

    const packed = new Float32Array(packedFloats(1, 4));
    kernels.bindPackTransposed({ rows: 4, columns: 1, b: f, packed })(0, 1);
    const dx = new Float32Array(6);
    kernels.bindConvolutionInputGradient({ g, dy, packed, dx })(0, 1);
    expect([...dx]).toEqual([10, 120, 200, 30, 340, 400]);

    const df = new Float32Array(4);
    kernels.bindConvolutionKernelGradient({ g, x, dy, df })(0, 1, 0, 4);
    expect([...df]).toEqual([210, 320, 540, 650]);
  });
});
