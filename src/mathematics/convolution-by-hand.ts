/**
 * A convolutional layer worked by hand, as in the tutorial and in backpropagation by hand (docs/texts.md). Feature maps are matrices in a list; filters[f][d] is the
 * weight matrix of filter f on input map d.
 */

import { UserError } from '../core/errors.js';
import { conv2, correlate2, cut, pad } from './conv2.js';
import { addMatrices, countColumns, countRows, type Matrix, makeMatrix } from './matrix.js';
import { readSteps, type StepOptions } from './steps.js';

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * The weighted inputs of a layer (the tutorial, 式4, before the activation): map f is the sum over d of the correlation of padded input map d
 * with filters[f][d], plus biases[f]; a stride of S takes every S-th row and column of what stride 1 gives.
 *
 * @throws UserError if a filter has not as many matrices as there are maps, or is larger than the padded maps
 */
export function convolveMaps(
  maps: readonly Matrix[],
  filters: readonly (readonly Matrix[])[],
  biases: readonly number[],
  options: StepOptions = {},
): number[][][] {
  const { stride, padding } = readSteps(options);
  return filters.map((filter, f) => {
    if (filter.length !== maps.length) {
      throw new UserError(
        `convolveMaps: expected ${maps.length} weight matrices in each filter, one for each input map, ` +
          `found ${filter.length} in filter ${f}.`,
      );
    }
    const sum = addMatrices(maps.map((map, d) => correlate2(pad(map, padding), filter[d]!, 'valid')));
    const [rows, columns] = [Math.ceil(countRows(sum) / stride[0]), Math.ceil(countColumns(sum) / stride[1])];
    return makeMatrix(rows, columns, (i, j) => sum[i * stride[0]]![j * stride[1]]! + biases[f]!);
  });
}

/** The delta map of a layer of stride S as stride 1 would have it: its elements S apart, zeros between and behind them. */
export function spreadDelta(
  delta: Matrix,
  [strideY, strideX]: readonly [y: number, x: number],
  { height, width }: Size,
): number[][] {
  return makeMatrix(height, width, (i, j) => {
    const isTaken = i % strideY === 0 && j % strideX === 0;
    return isTaken ? (delta[i / strideY]?.[j / strideX] ?? 0) : 0;
  });
}

/**
 * The gradient of the loss by the input maps: for map d, the sum over the filters of the full convolution of the spread delta map with
 * filters[f][d] (the tutorial, 式9; backpropagation by hand, section 3), which is the correlation of the delta map, padded with zeros, with the filter
 * turned by 180°. What falls on padding is left out. Times f'(net) it is the delta of the layer below (式8).
 */
export function convolveDeltas(
  deltas: readonly Matrix[],
  filters: readonly (readonly Matrix[])[],
  input: Size,
  options: StepOptions = {},
): number[][][] {
  const [top, , left] = readSteps(options).padding;
  const spread = spreadAll(deltas, input, measure(filters[0]![0]!), options);
  return filters[0]!.map((_, d) => {
    const sum = addMatrices(spread.map((delta, f) => conv2(delta, filters[f]![d]!, 'full')));
    return cut(sum, [top, left], [input.height, input.width]);
  });
}

/**
 * The gradients of the loss by the weights: that of filters[f][d] is the correlation of padded input map d with the spread delta map f
 * (the tutorial, equations 30 and 31; backpropagation by hand, section 4).
 */
export function correlateDeltas(
  maps: readonly Matrix[],
  deltas: readonly Matrix[],
  kernel: Size,
  options: StepOptions = {},
): number[][][][] {
  const { padding } = readSteps(options);
  return spreadAll(deltas, measure(maps[0]!), kernel, options).map((delta) =>
    maps.map((map) => correlate2(pad(map, padding), delta, 'valid')),
  );
}

/** The gradients of the loss by the biases: the sum of each delta map (the tutorial, equation 34). */
export function sumDeltas(deltas: readonly Matrix[]): number[] {
  return deltas.map((delta) => delta.flat().reduce((sum, value) => sum + value, 0));
}

/** Every delta map as large as stride 1 would make it. */
function spreadAll(deltas: readonly Matrix[], input: Size, kernel: Size, options: StepOptions): number[][][] {
  const { stride, padding } = readSteps(options);
  const [top, bottom, left, right] = padding;
  const size = {
    height: input.height + top + bottom - kernel.height + 1,
    width: input.width + left + right - kernel.width + 1,
  };
  return deltas.map((delta) => spreadDelta(delta, stride, size));
}

function measure(matrix: Matrix): Size {
  return { height: countRows(matrix), width: countColumns(matrix) };
}
