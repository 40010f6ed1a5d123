import { CHANNEL_COUNTS } from './convolution-windows.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';

/** A rows × channels matrix, and the rows of it that a call works on. */
interface ChannelSize {
  readonly channels: number;
  readonly totalRows: number;
  readonly firstRow: number;
  readonly rows: number;
}

const SIZES: readonly ChannelSize[] = [
  ...CHANNEL_COUNTS.map((channels) => ({ channels, totalRows: 45, firstRow: 5, rows: 37 })),
  ...[0, 1, 2, 3, 4, 5, 15, 16, 17, 33, 577].flatMap((rows) => [
    { channels: 10, totalRows: rows + 3, firstRow: 2, rows },
    { channels: 50, totalRows: rows + 1, firstRow: 0, rows },
  ]),
  { channels: 1, totalRows: 3000, firstRow: 1, rows: 2998 },
];
/** Arrays as long as the call needs. */
const TIGHT: ChannelSize = { channels: 20, totalRows: 9, firstRow: 2, rows: 7 };

/** Sums over rows and arithmetic by channel, as biases and batch normalisation need them. */
export function listChannelCases(): KernelCase[] {
  return [...SIZES, TIGHT].flatMap((size) => [
    makeSumCase(size),
    makeMomentsCase(size, 0),
    makeMomentsCase(size, 100),
    makeScaleCase(size),
    makeGradientSumsCase(size),
    makeCombineCase(size),
  ]);
}

function makeSumCase(size: ChannelSize): KernelCase {
  return makeCase(
    'sumRows',
    describeSize(size),
    (memory, kernels) => {
      const x = placeRows(memory, 'x', size);
      const sums = memory.output('sums', size.channels, toleranceOfSum(size.rows, 1));
      const scratch = memory.private('scratch', kernels.channelScratchFloats(size.channels));
      return [[size.channels, x, sums, scratch, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

/** With values far from zero, squares come out right only about the mean: a sum of x² would cancel. */
function makeMomentsCase(size: ChannelSize, offset: number): KernelCase {
  return makeCase(
    'channelMoments',
    `${describeSize(size)}, values about ${offset}`,
    (memory, kernels) => {
      const x = memory.input('x', memory.uniform(size.totalRows * size.channels, offset - 1, offset + 1));
      const mean = memory.output(
        'mean',
        size.channels,
        toleranceOfSum(size.rows, offset + 1) / Math.max(size.rows, 1),
      );
      // (x − mean)² is at most 4, and the difference is off by an epsilon of x.
      const tolerance = toleranceOfSum(size.rows, 4) + size.rows * toleranceOfSum(1, offset) ** 2;
      const squares = memory.output('squares', size.channels, tolerance);
      const scratch = memory.private('scratch', kernels.channelScratchFloats(size.channels));
      return [[size.channels, x, mean, squares, scratch, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function makeScaleCase(size: ChannelSize): KernelCase {
  return makeCase(
    'scaleChannels',
    describeSize(size),
    (memory, kernels) => {
      const x = placeRows(memory, 'x', size);
      const scale = memory.input('scale', memory.uniform(size.channels));
      const shift = memory.input('shift', memory.uniform(size.channels));
      const y = memory.output('y', x.length, toleranceOfSum(2, 1));
      const scratch = memory.private('scratch', kernels.channelScratchFloats(size.channels));
      return [[size.channels, x, scale, shift, y, scratch, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function makeGradientSumsCase(size: ChannelSize): KernelCase {
  return makeCase(
    'channelGradientSums',
    describeSize(size),
    (memory, kernels) => {
      const x = placeRows(memory, 'x', size);
      const dy = placeRows(memory, 'dy', size);
      const mean = memory.input('mean', memory.uniform(size.channels));
      const sums = memory.output('sums', size.channels, toleranceOfSum(size.rows, 1));
      const products = memory.output('products', size.channels, toleranceOfSum(size.rows, 2));
      const scratch = memory.private('scratch', kernels.channelScratchFloats(size.channels));
      return [[size.channels, x, dy, mean, sums, products, scratch, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function makeCombineCase(size: ChannelSize): KernelCase {
  return makeCase(
    'combineChannels',
    describeSize(size),
    (memory, kernels) => {
      const x = placeRows(memory, 'x', size);
      const dy = placeRows(memory, 'dy', size);
      const a = memory.input('a', memory.uniform(size.channels));
      const b = memory.input('b', memory.uniform(size.channels));
      const d = memory.input('d', memory.uniform(size.channels));
      const dx = memory.output('dx', x.length, toleranceOfSum(3, 1));
      const scratch = memory.private('scratch', kernels.channelScratchFloats(size.channels));
      return [[size.channels, x, dy, a, b, d, dx, scratch, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function placeRows(memory: KernelMemory, label: string, size: ChannelSize): Float32Array {
  return memory.input(label, memory.uniform(size.totalRows * size.channels));
}

function describeSize({ channels, totalRows, firstRow, rows }: ChannelSize): string {
  return `${channels} channels, ${rows} rows of ${totalRows} from ${firstRow}`;
}
