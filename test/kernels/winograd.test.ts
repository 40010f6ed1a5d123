import { describe, expect, it } from 'vitest';
import { BUNDLE_IMAGES, WINOGRAD_MOST_PANELS } from '../../src/kernels/constants.js';
import { countTaps } from '../../src/kernels/geometry.js';
import { listTaps } from '../../src/kernels/reference/window.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { listTiles, winogradGradientFloats, winogradKernelFloats } from '../../src/kernels/winograd.js';
import { makeWindow } from '../helpers/kernel-suite/windows.js';

const g = makeWindow({ input: [4, 5, 3], kernel: [3, 3], outputChannels: 40 });
const strided = makeWindow({ input: [7, 7, 3], kernel: [3, 3], stride: [2, 2], outputChannels: 40 });
const native = availableKernelNames().filter((name) => name !== 'reference');

describe('minimal filtering', () => {
  it('is for 3×3 and 5×5 kernels without gaps, with stride 1', () => {
    expect(listTiles(g)).toEqual([2, 4]);
    expect(listTiles(strided)).toEqual([]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [3, 3], dilation: [1, 2] }))).toEqual([]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [5, 5] }))).toEqual([2]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [2, 2] }))).toEqual([]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [3, 5] }))).toEqual([]);
    expect(listTiles(makeWindow({ input: [5, 5, 1], kernel: [3, 3], padding: [3, 0, 0, 0] }))).toEqual([]);
  });

  it.each(native)(
    'refuses other geometries, and arrays that are too short or of another type (%s)',
    (name) => {
      const kernels = loadKernels(name);
      const x = new Float32Array(BUNDLE_IMAGES * 4 * 5 * 3);
      const dy = new Float32Array(BUNDLE_IMAGES * 2 * 3 * 40);
      const f = new Float32Array(9 * 3 * 40);
      const u = new Float32Array(winogradKernelFloats(g, 4));
      const du = new Float32Array(winogradGradientFloats(g, 4, 2));
      const bindings = [
        { bind: kernels.bindWinogradKernel, kernel: { g, tile: 4, f, u } },
        { bind: kernels.bindWinogradKernelProducts, kernel: { g, tile: 4, x, dy, du, parts: 2 } },
      ] as unknown as { bind(kernel: object): (...numbers: number[]) => void; kernel: object }[];
      const numbers = [
        [0, 3],
        [16, 1, 1, 1],
      ];
      for (const [i, { bind, kernel }] of bindings.entries()) {
        const call = (changed: object) => bind({ ...kernel, ...changed })(...numbers[i]!);
        expect(() => call({})).not.toThrow();
        expect(() => call({ g: strided })).toThrow(TypeError);
        expect(() => call({ g: { ...g, dilationX: 2 } })).toThrow(TypeError);
        expect(() => call({ tile: 3 })).toThrow(TypeError);
        for (const [field, array] of Object.entries(kernel)) {
          if (!(array instanceof Float32Array)) continue;
          expect(() => call({ [field]: array.subarray(1) }), field).toThrow(/expected/);
          expect(() => call({ [field]: new Float64Array(array.length) }), field).toThrow(TypeError);
        }
      }
      expect(() => kernels.bindWinogradKernel({ g, tile: 4, f, u })(1, 3)).toThrow(RangeError);
      const multiply = kernels.bindWinogradKernelProducts({ g, tile: 4, x, dy, du, parts: 2 });
      expect(() => multiply(16, 2, 0, 1)).toThrow(RangeError);
      expect(() => multiply(16, 0, 1, 2)).toThrow(RangeError);
      const wide = { ...g, outputChannels: 32 * (WINOGRAD_MOST_PANELS + 1) };
      const sum = kernels.bindWinogradKernelProducts({
        g: wide,
        tile: 4,
        x,
        dy: new Float32Array(BUNDLE_IMAGES * 2 * 3 * wide.outputChannels),
        du: new Float32Array(winogradGradientFloats(wide, 4, 1)),
        parts: 1,
      });
      expect(() => sum(16, 0, 0, WINOGRAD_MOST_PANELS)).not.toThrow();
      expect(() => sum(16, 0, 0, WINOGRAD_MOST_PANELS + 1)).toThrow(RangeError);
    },
  );
});

describe('countTaps', () => {
  it.each([
    g,
    strided,
    makeWindow({ input: [4, 6, 2], kernel: [3, 2], padding: [2, 1, 0, 1] }),
    makeWindow({ input: [2, 2, 1], kernel: [3, 3], padding: [1, 1, 1, 1] }),
    makeWindow({ input: [5, 6, 1], kernel: [3, 2], dilation: [2, 3], stride: [2, 1], padding: [3, 2, 1, 4] }),
  ])('counts what the windows read, case %#', (window) => {
    expect(countTaps(window)).toBe(listTaps(window).length);
  });
});
