import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { makeTensor, type Tensor3 } from '../../src/mathematics/matrix.js';
import { runBoundLayer } from '../helpers/bound-layer.js';

// CS231n's assignment: feature maps are normalised as a matrix of their pixels is, (n·h·w)×c, and the derivatives are those of Ioffe and Szegedy (ICML
// 2015, section 3). Here both are by hand, with the means and deviations of such a matrix.

const EPSILON = 1e-5;
const SCALE = [0.5, -2, 1];
const SHIFT = [1, 0.25, -3];
const [HEIGHT, WIDTH, CHANNELS] = [3, 4, 3];

/** Numbers without a pattern, near `middle`. */
const makeImages = (count: number, seed: number, middle = 0): Tensor3[] =>
  Array.from({ length: count }, (_, n) =>
    makeTensor(
      HEIGHT,
      WIDTH,
      CHANNELS,
      (i, j, d) => middle + Math.sin(seed + 12.9898 * n + 78.233 * i + 37.719 * j + 4.581 * d),
    ),
  );

/** A channel's numbers in the order of the matrix's rows. */
const columnOf = (images: readonly Tensor3[], c: number) =>
  images.flatMap((image) => image.flat().map((pixel) => pixel[c]!));

const meanOf = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

describe.each(availableKernelNames())('batch normalisation of feature maps, %s', (name) => {
  // 5 images one after another, and 19 in lanes.
  it.each([5, 19])('is that of the matrix of all pixels of %i images', (count) => {
    const x = makeImages(count, 1, 2);
    const dy = makeImages(count, 5);
    const { y, dx, gradients } = runBoundLayer({
      layer: { kind: 'batch-normalization', epsilon: EPSILON },
      weights: { scale: Float32Array.from(SCALE), shift: Float32Array.from(SHIFT) },
      x,
      dy,
      kernels: loadKernels(name),
      least: 0,
    });
    for (let c = 0; c < CHANNELS; c++) {
      const column = columnOf(x, c);
      const mean = meanOf(column);
      const deviation = Math.sqrt(meanOf(column.map((v) => (v - mean) ** 2)) + EPSILON);
      const normal = column.map((v) => (v - mean) / deviation);
      const delta = columnOf(dy, c);
      const dScale = delta.reduce((sum, d, i) => sum + d * normal[i]!, 0);
      const dShift = delta.reduce((sum, d) => sum + d, 0);
      const below = delta.map(
        (d, i) =>
          (SCALE[c]! / deviation) * (d - dShift / delta.length - (normal[i]! * dScale) / delta.length),
      );
      expectNear(
        columnOf(y, c),
        normal.map((v) => SCALE[c]! * v + SHIFT[c]!),
      );
      expectNear(columnOf(dx, c), below);
      expectNear([gradients.scale![c]!, gradients.shift![c]!], [dScale, dShift]);
    }
  });
});

function expectNear(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
}
