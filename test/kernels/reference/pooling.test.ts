import { describe, expect, it } from 'vitest';
import type { WindowGeometry } from '../../../src/kernels/geometry.js';
import { referenceKernels as kernels } from '../../../src/kernels/reference/reference.js';
import { outputFloats } from '../../../src/kernels/reference/window.js';
import { makeMeanShares } from '../../../src/layers/pooling/window-shares.js';
import { NO_PADDING } from '../../../src/layers/window.js';
import { makeWindow } from '../../helpers/kernel-suite/windows.js';

function poolMaximum(g: WindowGeometry, x: number[]): number[] {
  const y = new Float32Array(outputFloats(g));
  kernels.bindMaxPoolingForward({ g, x: Float32Array.from(x), y })(0, 1);
  return [...y];
}

describe('pooling by hand', () => {
  // Chapter 15, figure 15.5: the 9 is the greatest of two windows.
  const matrix = [1, 2, 3, 1, 4, 5, 6, 1, 7, 8, 9, 1];
  const g = makeWindow({ input: [3, 4, 1], kernel: [2, 2] });

  it('adds up the gradients of overlapping windows', () => {
    const y = poolMaximum(g, matrix);
    expect(y).toEqual([5, 6, 6, 8, 9, 9]);
    const dx = new Float32Array(12);
    const dy = Float32Array.of(1, 10, 100, 1000, 10_000, 100_000);
    kernels.bindMaxPoolingBackward({ g, x: Float32Array.from(matrix), y: Float32Array.from(y), dy, dx })(
      0,
      1,
    );
    expect([...dx]).toEqual([0, 0, 0, 0, 0, 1, 110, 0, 0, 1000, 110_000, 0]);
  });

  it('settles ties by the first maximum in row order', () => {
    const window = makeWindow({ input: [2, 2, 1], kernel: [2, 2] });
    const dx = new Float32Array(4);
    kernels.bindMaxPoolingBackward({
      g: window,
      x: Float32Array.of(1, 7, 7, 7),
      y: Float32Array.of(7),
      dy: Float32Array.of(3),
      dx,
    })(0, 1);
    expect([...dx]).toEqual([0, 3, 0, 0]);
  });

  it('never lets padding win', () => {
    const padded = makeWindow({ input: [1, 1, 2], kernel: [3, 3], padding: [1, 1, 1, 1] });
    const lowest = -Math.fround(3.4e38);
    expect(poolMaximum(padded, [-5, lowest])).toEqual([-5, lowest]);
  });

  it('shows what is not finite, also where it is not the greatest', () => {
    const window = makeWindow({ input: [1, 2, 1], kernel: [1, 2] });
    for (const value of [NaN, Infinity, -Infinity]) {
      expect(poolMaximum(window, [value, 1])).toEqual([NaN]);
      expect(poolMaximum(window, [1, value])).toEqual([NaN]);
    }
  });

  it("pools what padding below and to the right lets windows reach, as MatConvNet's CIFAR-quick", () => {
    const padding = [0, 1, 0, 1] as const;
    const padded = makeWindow({ input: [4, 4, 1], kernel: [3, 3], stride: [2, 2], padding });
    const inside = makeMeanShares(padded, NO_PADDING);
    const x = Array.from({ length: 16 }, (_, i) => i - 20);
    expect(poolMaximum(padded, x)).toEqual([-10, -9, -6, -5]);
    // 9, 6, 6 and 4 elements lie inside the input.
    const y = new Float32Array(4);
    kernels.bindAveragePoolingForward({ g: padded, x: Float32Array.from(x), y, shares: inside })(0, 1);
    expect([...y]).toEqual([-15, -13.5, -9, -7.5]);
    const dx = new Float32Array(16);
    const dy = Float32Array.of(9, 6, 6, 4);
    kernels.bindAveragePoolingBackward({ g: padded, dy, dx, shares: inside })(0, 1);
    expect([...dx]).toEqual(
      [1, 1, 2, 1, 1, 1, 2, 1, 2, 2, 4, 2, 1, 1, 2, 1].map((share) => expect.closeTo(share, 5)),
    );
    const whole = makeMeanShares(padded, padding);
    kernels.bindAveragePoolingForward({ g: padded, x: Float32Array.from(x), y, shares: whole })(0, 1);
    expect([...y]).toEqual([-15, -9, -6, -30 / 9].map((mean) => expect.closeTo(mean, 5)));
  });

  it('averages over valid elements or over whole windows', () => {
    const padding = [0, 0, 1, 0] as const;
    const padded = makeWindow({ input: [1, 3, 1], kernel: [1, 2], stride: [1, 2], padding });
    const x = Float32Array.of(6, 2, 4);
    const y = new Float32Array(2);
    const dx = new Float32Array(3);
    const dy = Float32Array.of(8, 2);
    const inside = makeMeanShares(padded, NO_PADDING);
    kernels.bindAveragePoolingForward({ g: padded, x, y, shares: inside })(0, 1);
    kernels.bindAveragePoolingBackward({ g: padded, dy, dx, shares: inside })(0, 1);
    expect([...y, ...dx]).toEqual([6, 3, 8, 1, 1]);
    const whole = makeMeanShares(padded, padding);
    kernels.bindAveragePoolingForward({ g: padded, x, y, shares: whole })(0, 1);
    kernels.bindAveragePoolingBackward({ g: padded, dy, dx, shares: whole })(0, 1);
    expect([...y, ...dx]).toEqual([3, 3, 4, 1, 1]);
  });
});
