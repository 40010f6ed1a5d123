import { expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { referenceKernels } from '../../../src/kernels/reference/reference.js';
import { MisfitError, slideWindow } from '../../../src/layers/window.js';
import { makeTensor } from '../../../src/mathematics/matrix.js';
import { runBoundLayer } from '../../helpers/bound-layer.js';

const slide = (size: number, kernel: number, stride: number, [before, behind]: [number, number]) => {
  const padding = [before, behind, 0, 0] as const;
  const window = { kernel: [kernel, 1], stride: [stride, 1], padding, ceil: true } as const;
  return slideWindow(window, { height: size, width: 1, channels: 1 }, 'pool1').height;
};

// Sizes that PyTorch's max_pool2d gives with ceil_mode=True.
it.each([
  { size: 6, kernel: 3, stride: 2, padding: 0, expected: 3 },
  { size: 7, kernel: 3, stride: 2, padding: 0, expected: 3 },
  { size: 112, kernel: 3, stride: 2, padding: 0, expected: 56 },
  { size: 3, kernel: 2, stride: 2, padding: 1, expected: 2 },
  { size: 4, kernel: 2, stride: 2, padding: 1, expected: 3 },
  { size: 5, kernel: 2, stride: 3, padding: 1, expected: 2 },
  { size: 6, kernel: 2, stride: 3, padding: 1, expected: 3 },
  { size: 5, kernel: 1, stride: 3, padding: 0, expected: 2 },
  { size: 3, kernel: 1, stride: 3, padding: 0, expected: 1 },
  { size: 2, kernel: 3, stride: 2, padding: 0, expected: 1 },
])('ceil makes PyTorch’s size: %j', ({ size, kernel, stride, padding, expected }) => {
  expect(slide(size, kernel, stride, [padding, padding])).toBe(expected);
});

it('ceil refuses a window of which no place would begin inside', () => {
  expect(() => slide(2, 4, 2, [0, 0])).toThrow(MisfitError);
  expect(() => slide(2, 4, 2, [0, 0])).toThrow('pool1: expected a window of at most 3×1 (the padded input');
  expect(() => slide(2, 4, 2, [0, 0])).toThrow(UserError);
});

it.each([5, 9])('a mean of ones is one, also of windows beyond the counted padding (%i images)', (least) => {
  const x = [makeTensor(6, 6, 1, () => 1)];
  const dy = [makeTensor(3, 3, 1, () => 1)];
  for (const countPadding of [true, false]) {
    const layer = { kind: 'average-pooling', kernel: 3, stride: 2, ceil: true, countPadding };
    const { y } = runBoundLayer({ layer, x, dy, kernels: referenceKernels, least });
    expect(y.flat(3)).toEqual(new Array(9).fill(expect.closeTo(1, 6)));
  }
});
