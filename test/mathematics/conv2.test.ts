import { describe, expect, it } from 'vitest';
import { conv2, correlate2, cut, pad, rotate180 } from '../../src/mathematics/conv2.js';
import { type Matrix, makeMatrix, transpose } from '../../src/mathematics/matrix.js';
import { poolMean } from '../../src/mathematics/pooling.js';
import { makeRandomIntegers, positive } from '../helpers/random-tensors.js';

const a = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 10],
];
const b = [
  [1, -2],
  [3, 4],
];

const FORMS = ['full', 'valid', 'same'] as const;
const { between, matrix } = makeRandomIntegers(5);
/** A matrix and a kernel that is no larger. */
const pairs = Array.from({ length: 12 }, (): [Matrix, Matrix] => {
  const [height, width] = [between(1, 4), between(1, 4)];
  return [matrix(height + between(0, 4), width + between(0, 4)), matrix(height, width)];
});

// The notes' conv2 in its two forms; numbers by scipy.signal.convolve2d. The text describes conv2 as sliding B over A without
// turning it, which is correlation; its equation 14, quoted from Bouvrie's notes, needs Matlab's conv2, which turns it. Here
// conv2 is Matlab's.
describe('conv2', () => {
  it('in full has every position where the two overlap', () => {
    expect(positive(conv2(a, b, 'full'))).toEqual([
      [1, 0, -1, -6],
      [7, 7, 13, 0],
      [19, 25, 32, 4],
      [21, 52, 62, 40],
    ]);
  });

  it("'valid' has those where the second lies in the first", () => {
    expect(conv2(a, b, 'valid')).toEqual([
      [7, 13],
      [25, 32],
    ]);
  });

  it("'same' is the middle of it, which begins in row ⌊m/2⌋", () => {
    expect(conv2(a, b, 'same')).toEqual([
      [7, 13, 0],
      [25, 32, 4],
      [52, 62, 40],
    ]);
    expect(conv2([[1, 2, 3, 4]], [[1, 10, 100]], 'same')).toEqual([[12, 123, 234, 340]]);
  });

  it("refuses a larger kernel in the form 'valid'", () => {
    const message = 'expected a kernel of at most 2×2, found 3×3';
    expect(() => conv2(b, a, 'valid')).toThrow(message);
    expect(() => correlate2(b, a, 'valid')).toThrow(message);
  });

  // The tutorial, equation 16.
  it.each(pairs)('commutes: pair %#', (first, second) => {
    expect(positive(conv2(first, second, 'full'))).toEqual(positive(conv2(second, first, 'full')));
  });

  // The notes: in full as if zero vectors were put around A first.
  it.each(pairs)('in full is valid on the first with zeros around it: pair %#', (first, second) => {
    const [height, width] = [second.length - 1, second[0]!.length - 1];
    const padded = pad(first, [height, height, width, width]);
    expect(positive(conv2(padded, second, 'valid'))).toEqual(positive(conv2(first, second, 'full')));
  });
});

// The tutorial, below equation 16.
describe('correlation', () => {
  it('slides the kernel without turning it', () => {
    expect(correlate2(a, b, 'valid')).toEqual([
      [29, 35],
      [47, 57],
    ]);
    expect(correlate2(a, b, 'full')).toEqual([
      [4, 11, 18, 9],
      [14, 29, 35, 21],
      [20, 47, 57, 36],
      [-14, -9, -12, 10],
    ]);
  });

  describe.each(FORMS)("in the form '%s'", (form) => {
    it.each(pairs)('is convolution with the turned kernel: pair %#', (first, kernel) => {
      expect(positive(correlate2(first, kernel, form))).toEqual(
        positive(conv2(first, rotate180(kernel), form)),
      );
    });
  });

  // The tutorial: turn A by 180 degrees and exchange A and B, and convolution becomes correlation.
  it.each(pairs)('is what becomes of A * B with A turned and the two exchanged: pair %#', (first, kernel) => {
    expect(positive(correlate2(first, rotate180(kernel), 'full'))).toEqual(
      positive(conv2(kernel, first, 'full')),
    );
  });

  // Chapter 15.7.1: two layers of 3×3 see what one of 5×5 sees, with 2·3·3 = 18 weights in place of 25.
  it('twice with 3×3 is once with the 5×5 that the two make', () => {
    const [image, first, second] = [matrix(9, 8), matrix(3, 3), matrix(3, 3)];
    const both = conv2(first, second, 'full');
    expect([both.length, both[0]!.length]).toEqual([5, 5]);
    expect(correlate2(correlate2(image, first, 'valid'), second, 'valid')).toEqual(
      correlate2(image, both, 'valid'),
    );
  });
});

describe('kernels as image filters', () => {
  const across = Array.from({ length: 6 }, (_, i) => new Array<number>(6).fill(i < 3 ? 9 : 1));
  const sobel = [
    [1, 2, 1],
    [0, 0, 0],
    [-1, -2, -1],
  ];

  // Chapter 15.5.2: K answers to horizontal edges, brighter above; its transpose to vertical ones.
  it("Sobel's find the edges of their own direction", () => {
    const edge = [0, 32, 32, 0].map((value) => [value, value, value, value]);
    expect(positive(correlate2(across, sobel, 'valid'))).toEqual(edge);
    expect(positive(correlate2(across, transpose(sobel), 'valid')).flat()).toEqual(new Array(16).fill(0));
    expect(positive(correlate2(transpose(across), transpose(sobel), 'valid'))).toEqual(transpose(edge));
  });

  // CS231n's low-pass template.
  it('nine ninths are the mean of each 3×3', () => {
    const image = matrix(7, 6);
    const means = poolMean(image, [3, 3], [1, 1]).flat();
    correlate2(
      image,
      makeMatrix(3, 3, () => 1 / 9),
      'valid',
    )
      .flat()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(means[i]!, 12);
      });
  });
});

// The notes, equations 14 and 18, for one input map and one output map without activation.
describe("conv2's gradients", () => {
  const input = matrix(6, 5);
  const kernel = matrix(3, 2);
  const delta = matrix(4, 4);

  it('(14): by the kernel rot180(conv2(A, rot180(delta))), for a forward pass of conv2(A, K)', () => {
    const gradient = rotate180(conv2(input, rotate180(delta), 'valid'));
    expect(positive(gradient)).toEqual(positive(differentiate((k) => conv2(input, k, 'valid'), kernel)));
  });

  it('(14) without the turns for a forward pass that correlates, as in every framework', () => {
    const gradient = correlate2(input, delta, 'valid');
    expect(positive(gradient)).toEqual(positive(differentiate((k) => correlate2(input, k, 'valid'), kernel)));
  });

  // The seed writes conv2(delta, K) without a form and without a turn: that is right in full, and for a forward pass that correlates. For
  // one of conv2, as (14) has it, K is turned.
  it('(18): by the input conv2(delta, K) in full for a forward pass that correlates, of the turned K for conv2', () => {
    expect(positive(conv2(delta, kernel, 'full'))).toEqual(
      positive(differentiate((x) => correlate2(x, kernel, 'valid'), input)),
    );
    expect(positive(conv2(delta, rotate180(kernel), 'full'))).toEqual(
      positive(differentiate((x) => conv2(x, kernel, 'valid'), input)),
    );
  });

  /** The gradient of the sum of delta ∘ forward(at), which is linear in each element of `at`: whole steps make it exact. */
  function differentiate(forward: (at: Matrix) => Matrix, at: Matrix): number[][] {
    const measure = (values: Matrix) =>
      forward(values).reduce((sum, row, i) => sum + row.reduce((s, y, j) => s + y * delta[i]![j]!, 0), 0);
    const base = measure(at);
    return at.map((row, i) =>
      row.map((_, j) => measure(at.map((r, y) => r.map((v, x) => (y === i && x === j ? v + 1 : v)))) - base),
    );
  }
});

describe('borders', () => {
  it('are put on and cut off', () => {
    const padded = pad(b, [1, 0, 2, 1]);
    expect(padded).toEqual([
      [0, 0, 0, 0, 0],
      [0, 0, 1, -2, 0],
      [0, 0, 3, 4, 0],
    ]);
    expect(cut(padded, [1, 2], [2, 2])).toEqual(b);
  });
});
