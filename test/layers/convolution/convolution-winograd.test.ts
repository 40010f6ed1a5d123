import { describe, expect, it } from 'vitest';
import { chooseWinograd, planWinogradMemory } from '../../../src/layers/convolution/convolution-winograd.js';
import { makeWindow } from '../../helpers/kernel-suite/windows.js';

const convolve = (size: number, channels: number, filters: number, pad = 0, kernel = 3) =>
  makeWindow({
    input: [size, size, channels],
    kernel: [kernel, kernel],
    padding: [pad, pad, pad, pad],
    outputChannels: filters,
  });

describe('chooseWinograd', () => {
  const suite = makeWindow({ input: [7, 6, 40], kernel: [3, 3], padding: [1, 1, 1, 1], outputChannels: 46 });
  it.each([
    ['wide layers', convolve(32, 64, 64, 1), [4, 4, 4]],
    ['deep layers', convolve(4, 512, 512, 1), [4, 4, 4]],
    ['the layer of the suite', suite, [4, 4, 4]],
    ['maps that tiles of 4 do not fit', convolve(6, 64, 64, 1), [2, 2, 2]],
    ['small maps, of whose dX dY has fewer tiles', convolve(6, 64, 64), [4, 4, 4]],
    ['narrow layers, for whose dX transforms cost more than they save', convolve(10, 10, 10), [4, 0, 4]],
    ['a border of narrow maps', convolve(12, 10, 25), [2, 0, 2]],
    ['narrow layers, whose transforms cost more than their products', convolve(26, 4, 10), [0, 0, 0]],
    ['first layers', convolve(32, 3, 64, 1), [0, 0, 0]],
    ['maps of 2×2, most of whose taps are padding', convolve(2, 512, 512, 1), [0, 0, 2]],
    ['5×5 kernels, of whose dX dY has fewer tiles', convolve(12, 20, 50, 0, 5), [2, 2, 2]],
    ['other kernels', convolve(12, 50, 50, 0, 7), [0, 0, 0]],
  ])('of %s', (_, g, [forward, inputGradient, kernelGradient]) => {
    expect(chooseWinograd(g)).toEqual({ forward, inputGradient, kernelGradient });
    const floats = Object.values(planWinogradMemory(g)).reduce((sum, plan) => sum + plan.floats, 0);
    expect(floats > 0).toBe(forward! + inputGradient! + kernelGradient! > 0);
  });
});
