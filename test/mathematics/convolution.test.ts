import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { splitChannels, stackChannels, stackKernels } from '../../src/mathematics/channels.js';
import { conv2, correlate2, pad, rotate180 } from '../../src/mathematics/conv2.js';
import {
  convolveDeltas,
  convolveMaps,
  spreadDelta,
  sumDeltas,
} from '../../src/mathematics/convolution-by-hand.js';
import { type Matrix, makeMatrix, makeTensor, multiplyElements } from '../../src/mathematics/matrix.js';
import { runBoundLayer } from '../helpers/bound-layer.js';
import {
  CONVOLUTION_WAYS,
  type ConvolutionExample,
  type ConvolutionResult,
  WINOGRAD_WAYS,
} from '../helpers/convolution-ways.js';
import { makeRandomIntegers } from '../helpers/random-tensors.js';

/** An example of one image and one filter, all as matrices. */
function makeSmall(
  x: Matrix,
  kernel: Matrix,
  dy: Matrix,
  steps: Pick<ConvolutionExample, 'stride' | 'padding'> = {},
): ConvolutionExample {
  return {
    x: [stackChannels([x])],
    f: stackKernels([[kernel]]),
    b: [0],
    dy: [stackChannels([dy])],
    ...steps,
  };
}

/** An example of any sizes, with whole numbers. */
function makeRandom(seed: number, is3x3: boolean) {
  const { between, tensor, kernels, vector } = makeRandomIntegers(seed);
  const images = between(1, 19);
  const [channels, filters] = is3x3 ? [between(1, 6), between(1, 9)] : [between(1, 5), between(1, 6)];
  const [height, width] = is3x3 ? [3, 3] : [between(1, 4), between(1, 4)];
  const stride = is3x3 ? ([1, 1] as const) : ([between(1, 3), between(1, 3)] as const);
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

const EXAMPLES = Array.from({ length: 16 }, (_, i) => makeRandom(100 + i, false));
const EXAMPLES_3X3 = Array.from({ length: 6 }, (_, i) => makeRandom(200 + i, true));

/** Loops over images, filters, positions and the window's elements: seed 004, equation 15.16, and seed 002's backward pass. */
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

/** The same numbers without negative zeros. */
function positive<T>(values: T): T {
  return (Array.isArray(values) ? values.map(positive) : (values as number) + 0) as T;
}

/** The only image's only channel. */
const mapOf = (tensors: readonly (readonly (readonly (readonly number[])[])[])[]) =>
  splitChannels(tensors[0]!)[0];

describe.each(CONVOLUTION_WAYS)('convolution, %s', (_name, run) => {
  // Seed 000: a 5×5 image and a 3×3 filter without bias; ReLU changes nothing.
  describe("on 000's image", () => {
    const image = [
      [1, 1, 1, 0, 0],
      [0, 1, 1, 1, 0],
      [0, 0, 1, 1, 1],
      [0, 0, 1, 1, 0],
      [0, 1, 1, 0, 0],
    ];
    const filter = [
      [1, 0, 1],
      [0, 1, 0],
      [1, 0, 1],
    ];

    it('with stride 1', () => {
      expect(
        mapOf(
          run(
            makeSmall(
              image,
              filter,
              makeMatrix(3, 3, () => 1),
            ),
          ).y,
        ),
      ).toEqual([
        [4, 3, 4],
        [2, 4, 3],
        [2, 3, 4],
      ]);
    });

    it('with stride 2', () => {
      const example = makeSmall(
        image,
        filter,
        makeMatrix(2, 2, () => 1),
        { stride: [2, 2] },
      );
      expect(mapOf(run(example).y)).toEqual([
        [4, 4],
        [2, 4],
      ]);
    });
  });

  // Seed 000's gradient check: 5×5×3, two 3×3×3 filters, stride 2, one ring of zeros. The seed prints no results; these are worked from its
  // equations by a few lines of numpy.
  describe("on 000's two filters", () => {
    const maps = [
      [
        [0, 1, 1, 0, 2],
        [2, 2, 2, 2, 1],
        [1, 0, 0, 2, 0],
        [0, 1, 1, 0, 0],
        [1, 2, 0, 0, 2],
      ],
      [
        [1, 0, 2, 2, 0],
        [0, 0, 0, 2, 0],
        [1, 2, 1, 2, 1],
        [1, 0, 0, 0, 0],
        [1, 2, 1, 1, 1],
      ],
      [
        [2, 1, 2, 0, 0],
        [1, 0, 0, 1, 0],
        [0, 2, 1, 0, 1],
        [0, 1, 2, 2, 2],
        [2, 1, 0, 0, 1],
      ],
    ];
    const filters = [
      [
        [
          [-1, 1, 0],
          [0, 1, 0],
          [0, 1, 1],
        ],
        [
          [-1, -1, 0],
          [0, 0, 0],
          [0, -1, 0],
        ],
        [
          [0, 0, -1],
          [0, 1, 0],
          [1, -1, -1],
        ],
      ],
      [
        [
          [1, 1, -1],
          [-1, -1, 1],
          [0, -1, 1],
        ],
        [
          [0, 1, 0],
          [-1, 0, -1],
          [-1, 1, 0],
        ],
        [
          [-1, 0, 0],
          [-1, 0, 1],
          [-1, 0, 0],
        ],
      ],
    ];
    // The seed's array b, a delta map for each filter.
    const deltas = [
      [
        [0, 1, 1],
        [2, 2, 2],
        [1, 0, 0],
      ],
      [
        [1, 0, 2],
        [0, 0, 0],
        [1, 2, 1],
      ],
    ];
    const ones = makeMatrix(3, 3, () => 1);
    const makeExample = (f: readonly (readonly Matrix[])[], dy: readonly Matrix[]): ConvolutionExample => ({
      x: [stackChannels(maps)],
      f: stackKernels(f),
      b: [1, 0],
      dy: [stackChannels(dy)],
      stride: [2, 2],
      padding: [1, 1, 1, 1],
    });

    it('forward', () => {
      expect(splitChannels(run(makeExample(filters, deltas)).y[0]!)).toEqual([
        [
          [6, 7, 5],
          [3, -1, -1],
          [2, -1, 4],
        ],
        [
          [2, -5, -8],
          [1, -4, -4],
          [0, -5, -5],
        ],
      ]);
    });

    it('backward from its deltas', () => {
      const { dx, df, db } = run(makeExample(filters, deltas));
      expect(df).toEqual(
        stackKernels([
          [
            [
              [8, 10, 9],
              [5, 6, 6],
              [6, 5, 4],
            ],
            [
              [4, 1, 4],
              [10, 9, 12],
              [2, 2, 2],
            ],
            [
              [2, 2, 3],
              [5, 8, 5],
              [7, 8, 7],
            ],
          ],
          [
            [
              [2, 2, 1],
              [4, 7, 3],
              [4, 4, 2],
            ],
            [
              [0, 1, 0],
              [9, 5, 4],
              [4, 0, 0],
            ],
            [
              [4, 6, 5],
              [2, 5, 2],
              [2, 1, 0],
            ],
          ],
        ]),
      );
      expect(splitChannels(dx[0]!)).toEqual([
        [
          [-1, 1, 1, -2, -1],
          [1, -1, 3, -1, 1],
          [2, 0, 2, 0, 2],
          [4, 3, 4, 1, 3],
          [0, -1, -2, 1, -1],
        ],
        [
          [0, -1, 0, -2, 0],
          [-1, -2, -3, -4, -1],
          [0, 0, 0, 0, 0],
          [-2, 0, 0, 0, -1],
          [0, -3, 0, -3, 0],
        ],
        [
          [0, 1, 1, -2, 1],
          [0, -1, -1, -4, -1],
          [2, 0, 2, 0, 2],
          [-2, -3, -2, -1, -2],
          [1, -1, 0, 1, 0],
        ],
      ]);
      expect(db).toEqual([9, 7]);
    });

    // The seed's error function is the sum of all outputs, so every delta is 1; outputs are linear in a weight, so the quotient is exact.
    it('its gradient check by the sum of outputs', () => {
      const dy = [ones, ones];
      const sumOutputs = (f: typeof filters) =>
        run(makeExample(f, dy))
          .y[0]!.flat(2)
          .reduce((sum, y) => sum + y, 0);
      const { df } = run(makeExample(filters, dy));
      const nudge = (step: number, d: number, i: number, j: number) => {
        const copy = structuredClone(filters);
        copy[0]![d]![i]![j]! += step;
        return sumOutputs(copy);
      };
      for (const [d, i, j] of [
        [0, 0, 0],
        [0, 2, 1],
        [1, 1, 1],
        [1, 0, 2],
        [2, 1, 1],
        [2, 2, 2],
      ] as const) {
        const expected = (nudge(1, d, i, j) - nudge(-1, d, i, j)) / 2;
        expect(df[i]![j]![d]![0]).toBe(expected);
      }
      expect(splitChannels(df.map((row) => row.map((pixel) => pixel.map((kernels) => kernels[0]!))))).toEqual(
        [
          [
            [5, 6, 5],
            [5, 7, 5],
            [5, 6, 5],
          ],
          [
            [2, 1, 2],
            [9, 9, 9],
            [2, 1, 2],
          ],
          [
            [4, 5, 4],
            [4, 9, 4],
            [4, 5, 4],
          ],
        ],
      );
    });
  });

  // Seed 003, section 3 (and 000's three examples): 3×3 * 2×2 with nine gradients; any numbers do.
  it("003's nine gradients", () => {
    const { matrix } = makeRandomIntegers(6);
    const [a, w, delta] = [matrix(3, 3), matrix(2, 2), matrix(2, 2)];
    const [[w11, w12], [w21, w22]] = w as [[number, number], [number, number]];
    const [[d11, d12], [d21, d22]] = delta as [[number, number], [number, number]];
    const { y, dx } = run(makeSmall(a, w, delta));
    expect(mapOf(y)![0]![1]! + 0).toBe(
      a[0]![1]! * w11 + a[0]![2]! * w12 + a[1]![1]! * w21 + a[1]![2]! * w22 + 0,
    );
    const expected = [
      [d11 * w11, d11 * w12 + d12 * w11, d12 * w12],
      [d11 * w21 + d21 * w11, d11 * w22 + d12 * w21 + d21 * w12 + d22 * w11, d12 * w22 + d22 * w12],
      [d21 * w21, d21 * w22 + d22 * w21, d22 * w22],
    ];
    expect(positive(mapOf(dx)!)).toEqual(positive(expected));
  });

  // Seed 003, section 4: a 4×4 input, a 3×3 kernel, 2×2 deltas.
  it("003's kernel gradients are the correlation of input and deltas, neither turned", () => {
    const { matrix } = makeRandomIntegers(7);
    const [a, w, delta] = [matrix(4, 4), matrix(3, 3), matrix(2, 2)];
    const { df, db } = run(makeSmall(a, w, delta));
    const expected = makeMatrix(
      3,
      3,
      (p, q) =>
        a[p]![q]! * delta[0]![0]! +
        a[p]![q + 1]! * delta[0]![1]! +
        a[p + 1]![q]! * delta[1]![0]! +
        a[p + 1]![q + 1]! * delta[1]![1]!,
    );
    expect(df.map((row) => row.map((pixel) => pixel[0]![0]! + 0))).toEqual(positive(expected));
    expect(positive(correlate2(a, delta, 'valid'))).toEqual(positive(expected));
    expect(db[0]! + 0).toBe(delta.flat().reduce((sum, value) => sum + value, 0) + 0);
  });

  // Seed 004, equation 15.19 and the two sums before it; its convolution leaves the bias out.
  it("004's figure 15.3", () => {
    const a = [
      [1, 2, 3, 1],
      [4, 5, 6, 1],
      [7, 8, 9, 1],
    ];
    const example = makeSmall(
      a,
      makeMatrix(2, 2, () => 1),
      makeMatrix(2, 3, () => 1),
    );
    expect(mapOf(run(example).y)).toEqual([
      [12, 16, 11],
      [24, 28, 17],
    ]);
  });

  it.each(EXAMPLES)('equals the definition on $title', ({ example }) => {
    expectDefinition(run(example), example);
  });
});

// Minimal filtering multiplies sums of inputs with halves and quarters of sums of weights: exact here too.
describe.each([...WINOGRAD_WAYS, ...CONVOLUTION_WAYS.filter(([name]) => name.includes('in lanes'))])(
  '3×3 kernels at stride 1, %s',
  (_name, run) => {
    it.each(EXAMPLES_3X3)('equal the definition on $title', ({ example }) => {
      expectDefinition(run(example), example);
    });
  },
);

function expectDefinition(found: ConvolutionResult, example: ConvolutionExample): void {
  const expected = convolveByDefinition(example);
  for (const name of ['y', 'dx', 'df', 'db'] as const) {
    expect(positive(found[name]), name).toEqual(positive(expected[name]));
  }
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

describe('the delta of the layer below', () => {
  const { matrix } = makeRandomIntegers(8);

  // Seed 003, end of its section 3. The matrix printed there has delta12 in the place of delta21.
  it('is the correlation of the delta map, zeros around it, with the turned kernel', () => {
    const [delta, kernel] = [matrix(2, 2), matrix(2, 2)];
    const [below] = convolveDeltas([delta], [[kernel]], { height: 3, width: 3 });
    expect(positive(below)).toEqual(
      positive(correlate2(pad(delta, [1, 1, 1, 1]), rotate180(kernel), 'valid')),
    );
  });

  // Seed 000's 式7 has delta[i+m][j+n], which would leave the kernel as it is; its examples (equations 22 to 26) and its code have i−m and j−n.
  it('takes from each output what its window gave: the sum of w[m][n]·delta[i−m][j−n]', () => {
    const [delta, kernel] = [matrix(3, 4), matrix(2, 3)];
    const [below] = convolveDeltas([delta], [[kernel]], { height: 4, width: 6 });
    const expected = makeMatrix(4, 6, (i, j) =>
      kernel
        .flatMap((row, m) => row.map((w, n) => w * (delta[i - m]?.[j - n] ?? 0)))
        .reduce((a, b) => a + b, 0),
    );
    expect(positive(below)).toEqual(positive(expected));
  });

  // Seed 000, section on strides: the skipped elements of the map are zeros.
  it('with stride 2 is the one with stride 1 of the delta map spread out', () => {
    const [delta, kernel] = [matrix(2, 2), matrix(3, 3)];
    const spread = spreadDelta(delta, [2, 2], { height: 3, width: 3 });
    expect(positive(spread)).toEqual(
      positive([
        [delta[0]![0], 0, delta[0]![1]],
        [0, 0, 0],
        [delta[1]![0], 0, delta[1]![1]],
      ]),
    );
    const size = { height: 5, width: 5 };
    expect(convolveDeltas([delta], [[kernel]], size, { stride: 2 })).toEqual(
      convolveDeltas([spread], [[kernel]], size),
    );
  });

  // Seed 000, 式8: with ReLU in the layer below, whose derivative is 1 for positive weighted inputs and 0 for others.
  it("is multiplied by the activation's derivative", () => {
    const [net, kernel, delta] = [matrix(4, 4), matrix(2, 2), matrix(3, 3)];
    const relu = net.map((row) => row.map((value) => Math.max(0, value)));
    const slope = net.map((row) => row.map((value) => (value > 0 ? 1 : 0)));
    const [gradient] = convolveDeltas([delta], [[kernel]], { height: 4, width: 4 });
    const below = multiplyElements(gradient!, slope);
    const measure = (maps: Matrix) =>
      multiplyElements(convolveMaps([maps], [[kernel]], [0])[0]!, delta)
        .flat()
        .reduce((sum, value) => sum + value, 0);
    net.forEach((row, i) => {
      row.forEach((value, j) => {
        // Half a step stays on one side of zero, but at zero, where the seed takes 0.
        const moved = relu.map((r, y) =>
          r.map((v, x) => (y === i && x === j ? Math.max(0, value + 0.5) : v)),
        );
        if (value !== 0) expect(below[i]![j]! + 0).toBe((measure(moved) - measure(relu)) / 0.5 + 0);
        else expect(below[i]![j]! + 0).toBe(0);
      });
    });
  });
});

describe('the gradient of a kernel', () => {
  // Seed 003's section 4 says that nothing is turned, its summary delta * rot180(a). With * as mathematics has it, that is the gradient turned by
  // 180°; the test above holds section 4.
  it("is 003's summary turned by half a circle", () => {
    const { matrix } = makeRandomIntegers(9);
    const [a, delta] = [matrix(4, 4), matrix(2, 2)];
    const summary = conv2(rotate180(a), delta, 'valid');
    expect(positive(rotate180(summary))).toEqual(positive(correlate2(a, delta, 'valid')));
  });

  it('of a bias is the sum of its delta map', () => {
    expect(
      sumDeltas([
        [
          [1, 2],
          [3, -7],
        ],
        [[5]],
      ]),
    ).toEqual([-1, 5]);
  });
});

describe('a convolution by hand', () => {
  it('needs a weight matrix for each input map', () => {
    expect(() => convolveMaps([[[1]], [[2]]], [[[[1]]]], [0])).toThrow(
      'convolveMaps: expected 2 weight matrices in each filter, one for each input map, found 1 in filter 0.',
    );
  });
});
