import { describe, expect, it } from 'vitest';
import { GROUP_IMAGES, WINOGRAD_MOST_PANELS } from '../../src/kernels/constants.js';
import { countTaps } from '../../src/kernels/geometry.js';
import { listTaps } from '../../src/kernels/reference/window.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { listTiles, winogradGradientFloats, winogradKernelFloats } from '../../src/kernels/winograd.js';
import { makeWindow } from '../helpers/kernel-suite/windows.js';

const g = makeWindow({ input: [4, 5, 3], kernel: [3, 3], outputChannels: 40 });
const strided = makeWindow({ input: [7, 7, 3], kernel: [3, 3], stride: [2, 2], outputChannels: 40 });
const native = availableKernelNames().filter((name) => name !== 'reference');

describe('minimal filtering', () => {
  it('is for 3×3 and 5×5 kernels with stride 1', () => {
    expect(listTiles(g)).toEqual([2, 4]);
    expect(listTiles(strided)).toEqual([]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [5, 5] }))).toEqual([2]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [2, 2] }))).toEqual([]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [3, 5] }))).toEqual([]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [3, 3], padding: [3, 0, 0, 0] }))).toEqual([]);
  });

  it.each(native)(
    'refuses other geometries, and arrays that are too short or of another type (%s)',
    (name) => {
      const kernels = loadKernels(name);
      const x = new Float32Array(GROUP_IMAGES * 4 * 5 * 3);
      const dy = new Float32Array(GROUP_IMAGES * 2 * 3 * 40);
      const f = new Float32Array(9 * 3 * 40);
      const u = new Float32Array(winogradKernelFloats(g, 4));
      const du = new Float32Array(winogradGradientFloats(g, 4, 2));
      const scratch = new Float32Array(kernels.winogradScratchFloats(g, 4));
      const calls: [keyof typeof kernels, unknown[]][] = [
        ['winogradKernel', [g, 4, f, u, 0, 3]],
        ['winogradKernelProducts', [g, 4, x, dy, du, scratch, 16, 1, 2, 1, 1]],
      ];
      for (const [method, args] of calls) {
        const call = (changed: unknown[]) => (kernels[method] as (...args: unknown[]) => void)(...changed);
        expect(() => call(args)).not.toThrow();
        expect(() => call(args.with(0, strided))).toThrow(TypeError);
        expect(() => call(args.with(1, 3))).toThrow(TypeError);
        for (const [i, arg] of args.entries()) {
          if (!(arg instanceof Float32Array)) continue;
          expect(() => call(args.with(i, arg.subarray(1))), `${method} ${i}`).toThrow(TypeError);
          expect(() => call(args.with(i, new Float64Array(arg.length))), `${method} ${i}`).toThrow(TypeError);
        }
      }
      expect(() => kernels.winogradKernel(g, 4, f, u, 1, 3)).toThrow(TypeError);
      expect(() => kernels.winogradKernelProducts(g, 4, x, dy, du, scratch, 16, 2, 2, 0, 1)).toThrow(
        TypeError,
      );
      expect(() => kernels.winogradKernelProducts(g, 4, x, dy, du, scratch, 16, 0, 2, 1, 2)).toThrow(
        TypeError,
      );
      const wide = { ...g, outputChannels: 32 * (WINOGRAD_MOST_PANELS + 1) };
      const sum = (panels: number) => {
        const gradients = new Float32Array(GROUP_IMAGES * 2 * 3 * wide.outputChannels);
        const sums = new Float32Array(winogradGradientFloats(wide, 4, 1));
        const room = new Float32Array(kernels.winogradScratchFloats(wide, 4));
        kernels.winogradKernelProducts(wide, 4, x, gradients, sums, room, 16, 0, 1, 0, panels);
      };
      expect(() => sum(WINOGRAD_MOST_PANELS)).not.toThrow();
      expect(() => sum(WINOGRAD_MOST_PANELS + 1)).toThrow(TypeError);
      expect(() => kernels.winogradScratchFloats(strided, 2)).toThrow(TypeError);
    },
  );
});

describe('countTaps', () => {
  it.each([
    g,
    strided,
    makeWindow({ input: [4, 6, 2], kernel: [3, 2], padding: [2, 1, 0, 1] }),
    makeWindow({ input: [2, 2, 1], kernel: [3, 3], padding: [1, 1, 1, 1] }),
  ])('counts what the windows read, case %#', (window) => {
    expect(countTaps(window)).toBe(listTaps(window).length);
  });
});
