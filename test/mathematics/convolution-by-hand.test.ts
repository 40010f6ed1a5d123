import { describe, expect, it } from 'vitest';
import { conv2, correlate2, pad, rotate180 } from '../../src/mathematics/conv2.js';
import {
  convolveDeltas,
  convolveMaps,
  spreadDelta,
  sumDeltas,
} from '../../src/mathematics/convolution-by-hand.js';
import { type Matrix, makeMatrix, multiplyElements } from '../../src/mathematics/matrix.js';
import { makeRandomIntegers, positive } from '../helpers/random-tensors.js';

describe('the delta of the layer below', () => {
  const { matrix } = makeRandomIntegers(8);

  // Backpropagation by hand, end of its section 3. The matrix printed there has delta12 in the place of delta21.
  it('is the correlation of the delta map, zeros around it, with the turned kernel', () => {
    const [delta, kernel] = [matrix(2, 2), matrix(2, 2)];
    const [below] = convolveDeltas([delta], [[kernel]], { height: 3, width: 3 });
    expect(positive(below)).toEqual(
      positive(correlate2(pad(delta, [1, 1, 1, 1]), rotate180(kernel), 'valid')),
    );
  });

  // The tutorial's 式7 has delta[i+m][j+n], which would leave the kernel as it is; its examples (equations 22 to 26) and its code have
  // i−m and j−n.
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

  // The tutorial, section on strides: the skipped elements of the map are zeros.
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

  // The tutorial, 式8: with ReLU in the layer below, whose derivative is 1 for positive weighted inputs and 0 for others.
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
  // Backpropagation by hand's section 4 says that nothing is turned, its summary delta * rot180(a). With * as mathematics has it, that is the
  // gradient turned by 180°; the test above holds section 4.
  it('is the summary of backpropagation by hand turned by half a circle', () => {
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
