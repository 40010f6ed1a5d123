import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { makeTensor } from '../../src/mathematics/matrix.js';
import { runBoundLayer } from '../helpers/bound-layer.js';
import {
  CONVOLUTION_WAYS,
  type ConvolutionExample,
  type ConvolutionResult,
  listWinogradWays,
} from '../helpers/convolution-ways.js';
import { makeRandomIntegers, positive } from '../helpers/random-tensors.js';

/** An example of any sizes, with whole numbers; or with square kernels of that size at stride 1. */
function makeRandom(seed: number, size: number | null = null) {
  const { between, tensor, kernels, vector } = makeRandomIntegers(seed);
  const images = between(1, 19);
  const [channels, filters] = size ? [between(1, 6), between(1, 9)] : [between(1, 5), between(1, 6)];
  const [height, width] = size ? [size, size] : [between(1, 4), between(1, 4)];
  const stride = size ? ([1, 1] as const) : ([between(1, 3), between(1, 3)] as const);
  // Half of them without padding.
  const padUpTo = (size: number) => (seed % 2 === 0 ? 0 : between(0, size - 1));
  const padding = [padUpTo(height), padUpTo(height), padUpTo(width), padUpTo(width)] as const;
  const [top, bottom, left, right] = padding;
  // With its padding as large as the kernel at least.
  const rows = between(Math.max(1, height - top - bottom), height + 4);
  const columns = between(Math.max(1, width - left - right), width + 5);
  const outputRows = Math.floor((rows + top + bottom - height) / stride[0]) + 1;
  const outputColumns = Math.floor((columns + left + right - width) / stride[1]) + 1;
  const list = <T>(make: () => T) => Array.from({ length: images }, make);
  const example: ConvolutionExample = {
    x: list(() => tensor(rows, columns, channels)),
    f: kernels(height, width, channels, filters),
    b: vector(filters),
    dy: list(() => tensor(outputRows, outputColumns, filters)),
    stride,
    padding,
  };
  const sizes = `${images} of ${rows}×${columns}×${channels}, ${filters} kernels ${height}×${width}`;
  return { title: `${sizes}, stride ${stride}, padding ${padding}`, example };
}

/** Of the greatest element. */
const ROUNDING = 5e-6;

const EXAMPLES = Array.from({ length: 16 }, (_, i) => makeRandom(100 + i));
const EXAMPLES_5X5 = Array.from({ length: 6 }, (_, i) => makeRandom(300 + i, 5));
const EXAMPLES_3X3 = Array.from({ length: 6 }, (_, i) => makeRandom(200 + i, 3));

describe.each(CONVOLUTION_WAYS)('convolution, %s', (_name, run) => {
  it.each(EXAMPLES)('equals the definition on $title', ({ example }) => {
    expectDefinition(run(example), example);
  });
});

// With tiles of 2, minimal filtering multiplies sums of inputs with halves and quarters of sums of weights: exact here too.
describe.each([...listWinogradWays(2), ...CONVOLUTION_WAYS.filter(([name]) => name.includes('in lanes'))])(
  '3×3 kernels at stride 1, %s',
  (_name, run) => {
    it.each(EXAMPLES_3X3)('equal the definition on $title', ({ example }) => {
      expectDefinition(run(example), example);
    });
  },
);

// With more points the transforms round.
describe.each(listWinogradWays(4))('3×3 kernels at stride 1, %s', (_name, run) => {
  it.each(EXAMPLES_3X3)('come close to the definition on $title', ({ example }) => {
    expectDefinition(run(example), example, ROUNDING);
  });
});

describe.each(listWinogradWays(2))('5×5 kernels at stride 1, %s', (_name, run) => {
  it.each(EXAMPLES_5X5)('come close to the definition on $title', ({ example }) => {
    expectDefinition(run(example), example, ROUNDING);
  });
});

function expectDefinition(found: ConvolutionResult, example: ConvolutionExample, error = 0): void {
  const expected = convolveByDefinition(example);
  for (const name of ['y', 'dx', 'df', 'db'] as const) {
    const [is, should] = [positive(found[name]), positive(expected[name])];
    if (error === 0) expect(is, name).toEqual(should);
    else expect(farthest(is, should), name).toBeLessThan(error * farthest(should, []));
  }
}

/** The greatest distance of two tensors' elements; of one from 0 if there is no other. */
function farthest(a: unknown, b: unknown): number {
  const flatten = (tensor: unknown) => [tensor].flat(Number.POSITIVE_INFINITY) as number[];
  const others = flatten(b);
  return Math.max(...flatten(a).map((value, i) => Math.abs(value - (others[i] ?? 0))));
}

/** Loops over images, filters, positions and the window's elements: chapter 15, equation 15.16, and CS231n's backward pass. */
function convolveByDefinition(example: ConvolutionExample): ConvolutionResult {
  const { x, f, b, dy, stride = [1, 1], padding = [0, 0, 0, 0] } = example;
  const y = dy.map((image) => image.map((row) => row.map(() => [...b])));
  const dx = structuredClone(x).map((image) => image.map((row) => row.map((pixel) => pixel.map(() => 0))));
  const df = f.map((row) => row.map((pixel) => pixel.map((kernels) => kernels.map(() => 0))));
  const db = b.map(() => 0);
  dy.forEach((image, n) => {
    image.forEach((row, i) => {
      row.forEach((deltas, j) => {
        deltas.forEach((delta, d) => {
          db[d]! += delta;
          f.forEach((kernelRow, m) => {
            kernelRow.forEach((weights, k) => {
              const [top, left] = [i * stride[0] + m - padding[0], j * stride[1] + k - padding[2]];
              x[n]![top]?.[left]?.forEach((value, c) => {
                y[n]![i]![j]![d]! += weights[c]![d]! * value;
                df[m]![k]![c]![d]! += delta * value;
                dx[n]![top]![left]![c]! += delta * weights[c]![d]!;
              });
            });
          });
        });
      });
    });
  });
  return { y, dx, df, db };
}

describe('a bound layer', () => {
  it('works in lanes where the ways above say so', () => {
    const x = Array.from({ length: 9 }, () => makeTensor(5, 5, 1, () => 1));
    const layer = { kind: 'max-pooling', kernel: 2 };
    const dy = x.map(() => makeTensor(2, 2, 1, () => 1));
    const kernels = referenceKernels;
    expect(runBoundLayer({ layer, x, dy, kernels, least: 0 }).isInLanes).toBe(true);
    expect(runBoundLayer({ layer, x: x.slice(2), dy: dy.slice(2), kernels, least: 0 }).isInLanes).toBe(false);
  });
});
