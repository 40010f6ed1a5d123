import { describe, expect, it } from 'vitest';
import { packedFloats } from '../../../src/kernels/interface/products.js';
import { referenceKernels as kernels } from '../../../src/kernels/reference/reference.js';

const UNRECTIFIED = { scale: null, shift: null };

describe('products and sums by hand', () => {
  it('multiplies matrices, plain and transposed', () => {
    const a = Float32Array.of(1, 2, 3, 4);
    const b = Float32Array.of(5, 6, 7, 8);
    const packed = new Float32Array(packedFloats(2, 2));
    const c = new Float32Array(4);
    kernels.bindPack({ rows: 2, columns: 2, b, packed })(0, 1);
    kernels.bindMatmul({ n: 2, k: 2, a, packed, bias: null, c })(2, 0, 1);
    expect([...c]).toEqual([19, 22, 43, 50]);
    kernels.bindPackTransposed({ rows: 2, columns: 2, b, packed })(0, 1);
    kernels.bindMatmul({ n: 2, k: 2, a, packed, bias: Float32Array.of(0.5, 0.25), c })(2, 0, 1);
    expect([...c]).toEqual([17.5, 23.25, 39.5, 53.25]);
  });

  it('takes moments of each channel over some rows', () => {
    const x = Float32Array.of(99, 99, 1, 10, 3, 10, 5, 40);
    const mean = new Float32Array(2);
    const squares = new Float32Array(2);
    kernels.bindChannelMoments({ channels: 2, x, mean, squares })(1, 3);
    expect([...mean, ...squares]).toEqual([3, 20, 8, 600]);

    const sums = new Float32Array(2);
    const products = new Float32Array(2);
    const dy = Float32Array.of(99, 99, 1, 2, 3, 4, 5, 6);
    kernels.bindChannelGradientSums({ channels: 2, x, dy, mean, ...UNRECTIFIED, sums, products })(1, 3);
    expect([...sums, ...products]).toEqual([9, 12, 8, 60]);
    const rectifier = { scale: Float32Array.of(1, -1), shift: Float32Array.of(-1, 20) };
    kernels.bindChannelGradientSums({ channels: 2, x, dy, mean, ...rectifier, sums, products })(1, 3);
    expect([...sums, ...products]).toEqual([8, 6, 10, -60]);
    kernels.bindSumRows({ channels: 2, x, sums })(2, 2);
    expect([...sums]).toEqual([8, 50]);
  });

  it('finds no moments in no rows', () => {
    const mean = Float32Array.of(NaN);
    const squares = Float32Array.of(NaN);
    kernels.bindChannelMoments({ channels: 1, x: Float32Array.of(7), mean, squares })(0, 0);
    expect([...mean, ...squares]).toEqual([0, 0]);
  });

  it('makes one normalisation of the moments of parts', () => {
    // One channel in two parts: 1, 3 and 5, 7, 9 have the mean 5 and the variance 8.
    const cuts = Int32Array.of(2, 1, 3, 1);
    const [statistics, mean, a, d] = [new Float32Array(3), ...[1, 2, 3].map(() => new Float32Array(1))];
    const parts = {
      channels: 1,
      columnsPerChannel: 1,
      cuts,
      means: Float32Array.of(2, 7),
      squares: Float32Array.of(2, 8),
    };
    const scale = Float32Array.of(6);
    const shift = Float32Array.of(11);
    const forward = {
      ...parts,
      scale,
      shift,
      epsilon: 1,
      statistics: statistics!,
      mean: mean!,
      a: a!,
      d: d!,
    };
    kernels.bindNormalizationCoefficients(forward)(2);
    expect([...mean!, ...a!, ...d!]).toEqual([5, 2, 1]);
    expect([...statistics!]).toEqual([5, 8, Math.fround(1 / 3)]);

    const [b, dScale, dShift] = [1, 2, 3].map(() => new Float32Array(1));
    const sums = {
      channels: 1,
      columnsPerChannel: 1,
      cuts,
      sums: Float32Array.of(1, 4),
      products: Float32Array.of(20, 10),
    };
    const found = Float32Array.of(5, 3, 0.5);
    const results = { a: a!, b: b!, d: d!, dScale: dScale!, dShift: dShift! };
    kernels.bindNormalizationGradientCoefficients({ ...sums, scale, statistics: found, ...results })(2);
    // b = −3·0.5²·30/5; d = −3·5/5 + 4.5·5
    expect([...a!, ...b!, ...d!, ...dScale!, ...dShift!]).toEqual([3, -4.5, 19.5, 15, 5]);
  });

  it('scales and combines channels', () => {
    const x = Float32Array.of(1, 2, 3, 4);
    const y = new Float32Array(4);
    kernels.bindScaleChannels({
      channels: 2,
      x,
      scale: Float32Array.of(10, 100),
      shift: Float32Array.of(1, 2),
      rectified: false,
      y,
    })(0, 2);
    expect([...y]).toEqual([11, 202, 31, 402]);
    const rectifier = { scale: Float32Array.of(10, 100), shift: Float32Array.of(-15, -500) };
    kernels.bindScaleChannels({ channels: 2, x, ...rectifier, rectified: true, y })(0, 2);
    expect([...y]).toEqual([0, 0, 15, 0]);
    const [a, b, d] = [Float32Array.of(1, 2), Float32Array.of(10, 20), Float32Array.of(100, 200)];
    const dy = Float32Array.of(5, 6, 7, 8);
    kernels.bindCombineChannels({ channels: 2, x, dy, a, b, d, ...UNRECTIFIED, dx: y })(0, 2);
    expect([...y]).toEqual([115, 252, 137, 296]);
    kernels.bindCombineChannels({ channels: 2, x, dy, a, b, d, ...rectifier, dx: y })(0, 2);
    expect([...y]).toEqual([110, 240, 137, 280]);
  });
});
