import { kernelColumns, kernelRows, type WindowGeometry } from '../../../src/kernels/geometry.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import { CONVOLUTION_WINDOWS } from './convolution-windows.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { packMatrix, packTransposedMatrix } from './packing.js';
import { type Batch, describeBatch, describeWindow, makeWindow } from './windows.js';

const WHOLE: Batch = { total: 2, first: 0, count: 2 };
const MIDDLE: Batch = { total: 5, first: 1, count: 3 };
const EMPTY: Batch = { total: 2, first: 1, count: 0 };

/** Forward and both gradients of every window in the list, and some over parts of the mini-batch or of the kernel's rows. */
export function listConvolutionCases(): KernelCase[] {
  const padded = makeWindow({
    input: [9, 11, 13],
    kernel: [3, 4],
    padding: [1, 2, 0, 1],
    outputChannels: 33,
  });
  const grouped = makeWindow({
    input: [6, 7, 12],
    kernel: [3, 2],
    padding: [1, 0, 1, 1],
    outputChannels: 9,
    groups: 3,
  });
  const covering = makeWindow({ input: [4, 4, 50], kernel: [4, 4], outputChannels: 65 });
  const special = [padded, covering, grouped];
  return [
    ...CONVOLUTION_WINDOWS.flatMap((g, i) => makeAll(g, i % 2 === 0 ? WHOLE : MIDDLE)),
    ...special.flatMap((g) => makeAll(g, EMPTY)),
    ...special.flatMap((g) => makeAll(g, { total: 37, first: 4, count: 31 })),
    ...special.flatMap((g) => makeAll(g, { total: 3, first: 0, count: 3 }, true)),
    ...special.map((g) => {
      const parts = [1, 14, 32, 0, g.groups * kernelRows(g) - 47];
      return makeKernelGradientCase(g, MIDDLE, { parts });
    }),
  ];
}

function makeAll(g: WindowGeometry, batch: Batch, tight = false): KernelCase[] {
  return [
    makeForwardCase(g, batch, { tight, bias: g.outputChannels % 2 === 0 || tight }),
    makeInputGradientCase(g, batch, { tight }),
    makeKernelGradientCase(g, batch, { tight }),
  ];
}

function makeForwardCase(
  g: WindowGeometry,
  batch: Batch,
  options: { tight: boolean; bias: boolean },
): KernelCase {
  return makeCase(
    'bindConvolutionForward',
    `${describeWindow(g)}, ${describeBatch(batch)}${options.bias ? ', bias' : ''}`,
    (memory, kernels) => {
      const rows = kernelRows(g);
      const x = memory.input('x', memory.uniform(batch.total * inputFloats(g)));
      const f = memory.input('f', memory.uniform(rows * g.outputChannels));
      const size = { rows, columns: kernelColumns(g), groups: g.groups };
      const packed = packMatrix(memory, kernels, size, f);
      const bias = options.bias ? memory.input('bias', memory.uniform(g.outputChannels)) : null;
      const y = memory.output('y', batch.total * outputFloats(g), toleranceOfSum(rows, 1));
      return [[{ g, x, packed, bias, y }, batch.first, batch.count]];
    },
    options,
  );
}

function makeInputGradientCase(g: WindowGeometry, batch: Batch, options: { tight: boolean }): KernelCase {
  return makeCase(
    'bindConvolutionInputGradient',
    `${describeWindow(g)}, ${describeBatch(batch)}`,
    (memory, kernels) => {
      const rows = kernelRows(g);
      const terms = g.kernelHeight * g.kernelWidth * kernelColumns(g);
      const dy = memory.input('dy', memory.uniform(batch.total * outputFloats(g)));
      const f = memory.input('f', memory.uniform(rows * g.outputChannels));
      const size = { rows, columns: kernelColumns(g), groups: g.groups };
      const packed = packTransposedMatrix(memory, kernels, size, f);
      const dx = memory.output('dx', batch.total * inputFloats(g), toleranceOfSum(terms, 1));
      return [[{ g, dy, packed, dx }, batch.first, batch.count]];
    },
    options,
  );
}

/** @param options.parts numbers of rows, one call for each */
function makeKernelGradientCase(
  g: WindowGeometry,
  batch: Batch,
  options: { tight?: boolean; parts?: readonly number[] },
): KernelCase {
  const parts = options.parts ?? [g.groups * kernelRows(g)];
  return makeCase(
    'bindConvolutionKernelGradient',
    `${describeWindow(g)}, ${describeBatch(batch)}${options.parts ? `, in parts of ${parts.join(' + ')} rows` : ''}`,
    (memory) => {
      const terms = batch.count * g.outputHeight * g.outputWidth;
      const x = memory.input('x', memory.uniform(batch.total * inputFloats(g)));
      const dy = memory.input('dy', memory.uniform(batch.total * outputFloats(g)));
      const df = memory.output('df', kernelRows(g) * g.outputChannels, toleranceOfSum(terms, 1));
      let firstRow = 0;
      return parts.map((rows) => {
        firstRow += rows;
        return [{ g, x, dy, df }, batch.first, batch.count, firstRow - rows, rows];
      });
    },
    { tight: options.tight ?? false },
  );
}
