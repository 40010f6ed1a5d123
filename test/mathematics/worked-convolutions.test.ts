import { describe, expect, it } from 'vitest';
import { splitChannels, stackChannels, stackKernels } from '../../src/mathematics/channels.js';
import { correlate2 } from '../../src/mathematics/conv2.js';
import { type Matrix, makeMatrix } from '../../src/mathematics/matrix.js';
import { CONVOLUTION_WAYS, type ConvolutionExample } from '../helpers/convolution-ways.js';
import { makeRandomIntegers, positive } from '../helpers/random-tensors.js';

// The convolutions that the texts work out in numbers.

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

/** The only image's only channel. */
const mapOf = (tensors: readonly (readonly (readonly (readonly number[])[])[])[]) =>
  splitChannels(tensors[0]!)[0];

describe.each(CONVOLUTION_WAYS)('convolution, %s', (_name, run) => {
  // The tutorial: a 5×5 image and a 3×3 filter without bias; ReLU changes nothing.
  describe("on the tutorial's image", () => {
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

  // The tutorial's gradient check: 5×5×3, two 3×3×3 filters, stride 2, one ring of zeros. The text prints no results; these are worked from its
  // equations by a few lines of numpy.
  describe("on the tutorial's two filters", () => {
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

  // Backpropagation by hand, section 3 (and the tutorial's three examples): 3×3 * 2×2 with nine gradients; any numbers do.
  it('nine gradients by hand', () => {
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

  // Backpropagation by hand, section 4: a 4×4 input, a 3×3 kernel, 2×2 deltas.
  it('kernel gradients by hand are the correlation of input and deltas, neither turned', () => {
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

  // Chapter 15, equation 15.19 and the two sums before it; its convolution leaves the bias out.
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
});
