import { describe, expect, it } from 'vitest';
import { chooseWinograd, winogradFloats } from '../../src/layers/convolution-winograd.js';
import { makeWindow } from '../helpers/kernel-suite/windows.js';

const convolve = (size: number, channels: number, filters: number, pad = 0, kernel = 3) =>
  makeWindow({
    input: [size, size, channels],
    kernel: [kernel, kernel],
    padding: [pad, pad, pad, pad],
    outputChannels: filters,
  });

describe('chooseWinograd', () => {
  it.each([
    ['wide layers', convolve(32, 64, 64, 1), true, true],
    ['deep layers', convolve(4, 512, 512, 1), true, true],
    [
      'the layer of the suite',
      makeWindow({ input: [7, 6, 40], kernel: [3, 3], padding: [1, 1, 1, 1], outputChannels: 46 }),
      true,
      true,
    ],
    ['half-filled vectors of filters: Y and dX only', convolve(26, 16, 17), true, false],
    ['narrow layers, whose transforms cost more than their products', convolve(26, 4, 10), false, false],
    ['first layers', convolve(32, 3, 64, 1), false, false],
    ['maps of 2×2, most of whose taps are padding', convolve(2, 512, 512, 1), false, false],
    ['other kernels', convolve(12, 50, 50, 0, 5), false, false],
  ])('of %s', (_, g, products, kernelGradient) => {
    expect(chooseWinograd(g)).toEqual({ products, kernelGradient });
    expect(winogradFloats(g) > 0).toBe(products || kernelGradient);
  });
});
