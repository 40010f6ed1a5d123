import { describe, expect, it } from 'vitest';
import { stackChannels } from '../../src/mathematics/channels.js';
import { kronecker, type Matrix, makeMatrix } from '../../src/mathematics/matrix.js';
import {
  makeSelection,
  poolMaximum,
  poolMean,
  spreadEvenly,
  spreadToMaxima,
} from '../../src/mathematics/pooling.js';
import { MAX_POOLING_WAYS, MEAN_POOLING_WAYS, type PoolingExample } from '../helpers/pooling-ways.js';
import { makeRandomIntegers } from '../helpers/random-tensors.js';

// Backpropagation by hand, section 3.
const DELTA = [
  [2, 8],
  [4, 6],
];

/** One image of one channel. */
const makeSmall = (x: Matrix, dy: Matrix, stride: readonly [number, number] = [2, 2]): PoolingExample => ({
  x: [stackChannels([x])],
  dy: [stackChannels([dy])],
  window: [2, 2],
  stride,
});
const asImage = (map: Matrix) => [stackChannels([map])];

describe.each(MAX_POOLING_WAYS)('max pooling, %s', (_name, run) => {
  // The maxima lay top left, bottom right, top right and bottom left in their windows. The seed first shows the deltas with a
  // ring of zeros, which is no step of the computation.
  it('spreads the deltas worked by hand by the stored positions', () => {
    const x = [
      [9, 1, 3, 2],
      [4, 5, 1, 7],
      [2, 8, 0, 1],
      [3, 1, 6, 5],
    ];
    const { y, dx } = run(makeSmall(x, DELTA));
    expect(y).toEqual(
      asImage([
        [9, 7],
        [8, 6],
      ]),
    );
    expect(dx).toEqual(
      asImage([
        [2, 0, 0, 0],
        [0, 0, 0, 8],
        [0, 4, 0, 0],
        [0, 0, 6, 0],
      ]),
    );
  });

  // The tutorial, the figure behind equation 50: the maxima in the four corners.
  it("gives the tutorial's deltas to the corners", () => {
    const x = makeMatrix(4, 4, (i, j) => ((i === 0 || i === 3) && (j === 0 || j === 3) ? 1 : 0));
    expect(run(makeSmall(x, DELTA)).dx).toEqual(
      asImage([
        [2, 0, 0, 8],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [4, 0, 0, 6],
      ]),
    );
  });

  // Chapter 15, end of section 15.6: with 2×2 windows at stride 1 on figure 15.3's matrix, the element 9 wins the windows (1, 1) and (1, 2).
  it('gives an element that wins two windows both gradients', () => {
    const x = [
      [1, 2, 3, 1],
      [4, 5, 6, 1],
      [7, 8, 9, 1],
    ];
    const dy = [
      [1, 10, 100],
      [1000, 10_000, 100_000],
    ];
    const { y, dx } = run(makeSmall(x, dy, [1, 1]));
    expect(y).toEqual(
      asImage([
        [5, 6, 6],
        [8, 9, 9],
      ]),
    );
    expect(dx).toEqual(
      asImage([
        [0, 0, 0, 0],
        [0, 1, 110, 0],
        [0, 1000, 110_000, 0],
      ]),
    );
  });

  // The chapter says that each output comes from one element, CS231n's code gives the gradient to all equal ones: with ties they
  // differ. Here the first in row order has it, so that gradients are neither lost nor doubled.
  it('takes the first of equal elements', () => {
    const { dx } = run(
      makeSmall(
        makeMatrix(4, 4, () => 3),
        DELTA,
      ),
    );
    expect(dx).toEqual(
      asImage([
        [2, 0, 8, 0],
        [0, 0, 0, 0],
        [4, 0, 6, 0],
        [0, 0, 0, 0],
      ]),
    );
  });

  it.each(listRandomExamples('max'))('is that of every window on $title', ({ example }) => {
    const { y, dx } = run(example);
    const [, byPositions] = MAX_POOLING_WAYS[0]!;
    const expected = byPositions(example);
    expect(y).toEqual(poolByDefinition(example));
    expect(dx.flat(3).map((value) => value + 0)).toEqual(expected.dx.flat(3).map((value) => value + 0));
  });
});

describe.each(MEAN_POOLING_WAYS)('mean pooling, %s', (_name, run) => {
  it('spreads the deltas worked by hand evenly', () => {
    const { y, dx } = run(
      makeSmall(
        makeMatrix(4, 4, (i, j) => 4 * i + j),
        DELTA,
      ),
    );
    expect(y).toEqual(
      asImage([
        [2.5, 4.5],
        [10.5, 12.5],
      ]),
    );
    expect(dx).toEqual(
      asImage([
        [0.5, 0.5, 2, 2],
        [0.5, 0.5, 2, 2],
        [1, 1, 1.5, 1.5],
        [1, 1, 1.5, 1.5],
      ]),
    );
  });

  it.each(listRandomExamples('mean'))('has the gradient of a Kronecker product on $title', ({ example }) => {
    const { y, dx } = run(example);
    const [, byHand] = MEAN_POOLING_WAYS[0]!;
    const expected = byHand(example);
    expect(y.flat(3)).toEqual(expected.y.flat(3).map((value) => value + 0));
    expect(dx.flat(3)).toEqual(expected.dx.flat(3).map((value) => value + 0));
  });
});

/** Means of 1, 2, 4, 8 and 16 whole numbers are exact in float32. */
function listRandomExamples(pool: 'max' | 'mean') {
  return Array.from({ length: 10 }, (_, seed) => {
    const { between, tensor } = makeRandomIntegers(seed + 300);
    const size = () => (pool === 'mean' ? 2 ** between(0, 2) : between(1, 4));
    const window = [size(), size()] as const;
    const stride = pool === 'mean' ? window : ([between(1, 4), between(1, 4)] as const);
    const [rows, columns, channels, images] = [between(1, 4), between(1, 4), between(1, 4), between(1, 18)];
    // Max pooling may leave out the last rows and columns.
    const left = pool === 'max' ? between(0, 2) : 0;
    const height = (rows - 1) * stride[0] + window[0] + Math.min(left, stride[0] - 1);
    const width = (columns - 1) * stride[1] + window[1] + Math.min(left, stride[1] - 1);
    const list = (h: number, w: number) => Array.from({ length: images }, () => tensor(h, w, channels));
    const example: PoolingExample = { x: list(height, width), dy: list(rows, columns), window, stride };
    return {
      title: `${images} of ${height}×${width}×${channels}, windows ${window.join('×')}, stride ${stride}`,
      example,
    };
  });
}

/** Equation 15.51. */
function poolByDefinition({ x, dy, window, stride }: PoolingExample) {
  return x.map((image, n) =>
    dy[n]!.map((row, i) =>
      row.map((pixel, j) =>
        pixel.map((_, d) =>
          Math.max(
            ...makeMatrix(...window, (a, b) => image[i * stride[0] + a]![j * stride[1] + b]![d]!).flat(),
          ),
        ),
      ),
    ),
  );
}

describe('upsampling', () => {
  it("is delta ⊗ (1/n²) of n×n for mean pooling (the tutorial's Kronecker product)", () => {
    const quarter = makeMatrix(2, 2, () => 1 / 4);
    expect(spreadEvenly(DELTA, [2, 2])).toEqual(kronecker(DELTA, quarter));
    expect(spreadEvenly(DELTA, [1, 4])).toEqual([
      [0.5, 0.5, 0.5, 0.5, 2, 2, 2, 2],
      [1, 1, 1, 1, 1.5, 1.5, 1.5, 1.5],
    ]);
  });

  it('puts a delta where its maximum was', () => {
    const positions = [
      [
        [0, 0],
        [1, 3],
      ],
      [
        [2, 1],
        [3, 2],
      ],
    ] as const;
    expect(spreadToMaxima(DELTA, positions, [4, 4])).toEqual([
      [2, 0, 0, 0],
      [0, 0, 0, 8],
      [0, 4, 0, 0],
      [0, 0, 6, 0],
    ]);
  });
});

// Chapter 15.6. Its (15.55) has y on the right for x: the element is at least as great as every other of its window.
describe('S(x)', () => {
  it('has the shape of (15.56), one 1 in each row, and at most one in each column if windows lie side by side', () => {
    const { tensor } = makeRandomIntegers(40);
    const s = makeSelection(tensor(4, 6, 3), [2, 3]);
    expect([s.length, s[0]!.length]).toEqual([2 * 2 * 3, 4 * 6 * 3]);
    expect(s.every((row) => row.reduce((sum, value) => sum + value, 0) === 1)).toBe(true);
    const columns = s.reduce((sums, row) => sums.map((sum, i) => sum + row[i]!));
    expect(Math.max(...columns)).toBe(1);
  });

  it("has two 1s in the column of figure 15.3's element 9, in the rows of (1, 1) and (1, 2)", () => {
    const x = [
      [1, 2, 3, 1],
      [4, 5, 6, 1],
      [7, 8, 9, 1],
    ];
    const s = makeSelection(stackChannels([x]), [2, 2], [1, 1]);
    // vec: element (2, 2) of 3×4 at 2 + 3·2, outputs (1, 1) and (1, 2) of 2×3 at 1 + 2·1 and 1 + 2·2.
    const rows = s.flatMap((row, i) => (row[2 + 3 * 2] === 1 ? [i] : []));
    expect(rows).toEqual([1 + 2 * 1, 1 + 2 * 2]);
  });

  // The chapter's first example: of the window's elements (0, 0), (1, 0), (0, 1), (1, 1) the one at (0, 1) is the greatest.
  it('sends the gradient to the element (0, 1) if that is the greatest', () => {
    const x = [
      [1, 4],
      [2, 3],
    ];
    const s = makeSelection(stackChannels([x]), [2, 2]);
    expect(s).toEqual([[0, 0, 1, 0]]);
  });
});

describe('a pooling window', () => {
  it('may not be larger than the input', () => {
    const message = 'pooling: expected a window of at most 2×2, found 3×1.';
    expect(() => poolMaximum(DELTA, [3, 1])).toThrow(message);
    expect(() => poolMean(DELTA, [3, 1])).toThrow(message);
  });
});
