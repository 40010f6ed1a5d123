import type { WindowGeometry } from '../../../src/kernels/geometry.js';
import { bindMaxPoolingForward } from '../../../src/kernels/reference/pooling.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import { CHANNEL_COUNTS } from './convolution-windows.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';
import { type Batch, describeBatch, describeWindow, makeWindow, type WindowOptions } from './windows.js';

const MIDDLE: Batch = { total: 4, first: 1, count: 2 };
const EMPTY: Batch = { total: 2, first: 2, count: 0 };
/** Arrays as long as the call needs. */
const TIGHT: Batch = { total: 2, first: 1, count: 1 };

/** No window lies in padding altogether: the pooling layer forbids it. */
export const POOLING_WINDOWS: readonly WindowGeometry[] = [
  ...CHANNEL_COUNTS.map(
    (channels): WindowOptions => ({ input: [5, 4, channels], kernel: [2, 2], stride: [2, 2] }),
  ),
  ...CHANNEL_COUNTS.map(
    (channels): WindowOptions => ({
      input: [5, 6, channels],
      kernel: [3, 3],
      stride: [2, 1],
      padding: [0, 1, 1, 1],
    }),
  ),
  { input: [24, 24, 20], kernel: [2, 2], stride: [2, 2] } as const,
  { input: [9, 9, 10], kernel: [3, 3], stride: [2, 2] } as const,
  { input: [8, 8, 10], kernel: [3, 3], padding: [1, 1, 1, 1] } as const,
  { input: [7, 9, 17], kernel: [2, 3], stride: [1, 2], padding: [1, 0, 2, 1] } as const,
  { input: [10, 7, 5], kernel: [1, 2], stride: [3, 3] } as const,
  { input: [7, 5, 33], kernel: [7, 5] } as const,
  { input: [3, 3, 6], kernel: [5, 5], padding: [2, 2, 2, 2] } as const,
  // As with `ceil`: a last window that is mostly outside, one that is so along both axes, one larger than its input.
  { input: [7, 8, 5], kernel: [4, 3], stride: [3, 2], padding: [1, 2, 1, 1] } as const,
  { input: [4, 4, 18], kernel: [3, 3], stride: [3, 3], padding: [0, 2, 0, 2] } as const,
  { input: [2, 5, 3], kernel: [4, 2], stride: [3, 3], padding: [0, 3, 0, 1] } as const,
  { input: [1, 1, 50], kernel: [1, 1] } as const,
  { input: [1, 17, 3], kernel: [1, 4], stride: [1, 3] } as const,
].map(makeWindow);

/** Inputs that settle what a maximum is: ties everywhere, nothing above padding's zero, infinities, a NaN in every window. */
const MAXIMUM_INPUTS: Record<string, (memory: KernelMemory, length: number) => Float32Array> = {
  'any values': (memory, length) => memory.uniform(length),
  ties: (memory, length) => memory.integers(length, 0, 2),
  'negative values': (memory, length) => memory.integers(length, -4, -1),
  'equal values': (_memory, length) => new Float32Array(length).fill(-3),
  infinities: (memory, length) =>
    memory.integers(length, -1, 1).map((value) => value * Infinity || -Infinity),
};

export function listPoolingCases(): KernelCase[] {
  const [twoByTwo, threeByThree] = [POOLING_WINDOWS[6]!, POOLING_WINDOWS[CHANNEL_COUNTS.length + 6]!];
  return [
    ...POOLING_WINDOWS.flatMap((g) => makeMaximumCases(g, 'any values', MIDDLE)),
    ...Object.keys(MAXIMUM_INPUTS).flatMap((inputs) => makeMaximumCases(twoByTwo, inputs, MIDDLE)),
    ...Object.keys(MAXIMUM_INPUTS).flatMap((inputs) => makeMaximumCases(threeByThree, inputs, MIDDLE)),
    ...[twoByTwo, threeByThree].map(makeNaNCase),
    ...POOLING_WINDOWS.flatMap((g) => makeAverageCases(g, MIDDLE)),
    ...[EMPTY, TIGHT].flatMap((batch) => [
      ...makeMaximumCases(threeByThree, 'any values', batch),
      ...makeAverageCases(threeByThree, batch),
    ]),
  ];
}

function makeMaximumCases(g: WindowGeometry, inputs: string, batch: Batch): KernelCase[] {
  const makeInput = MAXIMUM_INPUTS[inputs]!;
  const title = `${describeWindow(g)}, ${describeBatch(batch)}, ${inputs}`;
  return [
    makeCase(
      'bindMaxPoolingForward',
      title,
      (memory) => {
        const x = memory.input('x', makeInput(memory, batch.total * inputFloats(g)));
        const y = memory.output('y', batch.total * outputFloats(g), 0);
        return [[{ g, x, y }, batch.first, batch.count]];
      },
      { tight: batch === TIGHT },
    ),
    makeCase(
      'bindMaxPoolingBackward',
      title,
      (memory) => {
        const x = memory.input('x', makeInput(memory, batch.total * inputFloats(g)));
        const y = new Float32Array(batch.total * outputFloats(g));
        bindMaxPoolingForward({ g, x, y })(0, batch.total);
        const dy = memory.input('dy', memory.uniform(y.length));
        const dx = memory.output('dx', x.length, toleranceOfSum(g.kernelHeight * g.kernelWidth, 1));
        return [[{ g, x, y: memory.input('y', y), dy, dx }, batch.first, batch.count]];
      },
      { tight: batch === TIGHT },
    ),
  ];
}

/** A window of nothing but NaN must not look finite. */
function makeNaNCase(g: WindowGeometry): KernelCase {
  const batch = MIDDLE;
  return makeCase('bindMaxPoolingForward', `${describeWindow(g)}, nothing but NaN`, (memory) => {
    const x = memory.input('x', new Float32Array(batch.total * inputFloats(g)).fill(NaN));
    const y = memory.output('y', new Float32Array(batch.total * outputFloats(g)), 0);
    return [[{ g, x, y }, 0, batch.total]];
  });
}

function makeAverageCases(g: WindowGeometry, batch: Batch): KernelCase[] {
  const title = `${describeWindow(g)}, ${describeBatch(batch)}`;
  // A backward sum has a term for each window that holds the pixel.
  const tolerance = toleranceOfSum(g.kernelHeight * g.kernelWidth, 1);
  return [
    makeCase(
      'bindAveragePoolingForward',
      title,
      (memory) => {
        const x = memory.input('x', memory.uniform(batch.total * inputFloats(g)));
        const y = memory.output('y', batch.total * outputFloats(g), tolerance);
        return [[{ g, x, y, shares: makeShares(memory, g) }, batch.first, batch.count]];
      },
      { tight: batch === TIGHT },
    ),
    makeCase(
      'bindAveragePoolingBackward',
      title,
      (memory) => {
        const dy = memory.input('dy', memory.uniform(batch.total * outputFloats(g)));
        const dx = memory.output('dx', batch.total * inputFloats(g), tolerance);
        return [[{ g, dy, dx, shares: makeShares(memory, g) }, batch.first, batch.count]];
      },
      { tight: batch === TIGHT },
    ),
  ];
}

/** Any numbers, one a window. */
export function makeShares(memory: KernelMemory, g: WindowGeometry): Float32Array {
  return memory.input('shares', memory.uniform(g.outputHeight * g.outputWidth));
}
