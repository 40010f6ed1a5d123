import { kernelRows, type WindowGeometry } from '../../../src/kernels/geometry.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { type Batch, describeBatch, describeWindow, makeWindow } from './windows.js';

const WINDOWS: readonly WindowGeometry[] = [
  ...[1, 3, 4, 7, 8, 9, 15, 16, 17, 33].map((channels, i) =>
    makeWindow({
      input: [4, 5, channels],
      kernel: [3, 2],
      padding: [1, 0, 0, 1],
      outputChannels: [17, 4, 1, 16, 33, 5, 9, 2, 31, 8][i]!,
    }),
  ),
  makeWindow({ input: [9, 8, 5], kernel: [3, 3], stride: [2, 3], outputChannels: 8 }),
  makeWindow({ input: [8, 9, 3], kernel: [2, 3], stride: [2, 1], padding: [0, 1, 2, 0], outputChannels: 6 }),
  // Strides that skip pixels, the last of which are in no window; a kernel that covers its input.
  makeWindow({ input: [7, 8, 5], kernel: [1, 1], stride: [2, 2], outputChannels: 10 }),
  makeWindow({ input: [3, 4, 5], kernel: [3, 4], outputChannels: 20 }),
  // Windows that lie in padding altogether.
  makeWindow({ input: [3, 4, 3], kernel: [2, 2], padding: [2, 3, 3, 2], outputChannels: 5 }),
];
const TIGHT = makeWindow({ input: [4, 5, 3], kernel: [2, 3], padding: [1, 0, 0, 1], outputChannels: 7 });

/** Numbers of images around those whose sums are kept together. */
const BATCHES: readonly Batch[] = [
  { total: 9, first: 2, count: 5 },
  { total: 4, first: 0, count: 4 },
  { total: 3, first: 1, count: 2 },
];

export function listLocallyConnectedCases(): KernelCase[] {
  return [
    ...WINDOWS.flatMap((g, i) => makeAll(g, BATCHES[i % BATCHES.length]!)),
    ...makeAll(TIGHT, { total: 2, first: 1, count: 0 }),
    ...makeAll(TIGHT, { total: 3, first: 0, count: 3 }, true),
  ];
}

function makeAll(g: WindowGeometry, batch: Batch, tight = false): KernelCase[] {
  const title = `${describeWindow(g)}, ${describeBatch(batch)}`;
  const positions = g.outputHeight * g.outputWidth;
  const weights = positions * kernelRows(g) * g.outputChannels;
  const first = tight ? 0 : Math.floor(positions / 3);
  return [
    makeCase(
      'bindLocalForward',
      title,
      (memory) => {
        const x = memory.input('x', memory.uniform(batch.total * inputFloats(g)));
        const f = memory.input('f', memory.uniform(weights));
        const hasBias = tight || g.outputChannels % 2 === 0;
        const bias = hasBias ? memory.input('bias', memory.uniform(outputFloats(g))) : null;
        const y = memory.output('y', batch.total * outputFloats(g), toleranceOfSum(kernelRows(g), 1));
        return [[{ g, x, f, bias, y }, batch.first, batch.count]];
      },
      { tight },
    ),
    makeCase(
      'bindLocalInputGradient',
      title,
      (memory) => {
        const dy = memory.input('dy', memory.uniform(batch.total * outputFloats(g)));
        const f = memory.input('f', memory.uniform(weights));
        const terms = g.kernelHeight * g.kernelWidth * g.outputChannels;
        const dx = memory.output('dx', batch.total * inputFloats(g), toleranceOfSum(terms, 1));
        return [[{ g, dy, f, dx }, batch.first, batch.count]];
      },
      { tight },
    ),
    makeCase(
      'bindLocalKernelGradient',
      `${title}, from position ${first}`,
      (memory) => {
        const x = memory.input('x', memory.uniform(batch.total * inputFloats(g)));
        const dy = memory.input('dy', memory.uniform(batch.total * outputFloats(g)));
        const images = tight ? batch.total : batch.count;
        const df = memory.output('df', weights, toleranceOfSum(images, 1));
        return [[{ g, x, dy, df }, images, first, positions - first]];
      },
      { tight },
    ),
  ];
}
