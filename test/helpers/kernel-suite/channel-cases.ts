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

/** Sums that parts of a mini-batch have left, and of how many rows, and images in a row, each is. */
interface PartsSize {
  readonly channels: number;
  readonly columnsPerChannel: 1 | 16;
  readonly cuts: readonly (readonly [rows: number, imagesPerRow: number])[];
}

const PARTS: readonly PartsSize[] = [1, 3, 4, 17].flatMap((channels) => [
  { channels, columnsPerChannel: 1, cuts: [[7, 1]] },
  {
    channels,
    columnsPerChannel: 1,
    cuts: [
      [5, 1],
      [0, 1],
      [6, 1],
      [5, 1],
    ],
  },
  { channels, columnsPerChannel: 16, cuts: [[12, 16]] },
  {
    channels,
    columnsPerChannel: 16,
    cuts: [
      [144, 16],
      [132, 16],
      [144, 4],
      [0, 16],
      [132, 4],
    ],
  },
  { channels, columnsPerChannel: 16, cuts: [[3, 1]] },
  // One number a channel.
  { channels, columnsPerChannel: 1, cuts: [[1, 1]] },
  {
    channels,
    columnsPerChannel: 16,
    cuts: [
      [1, 1],
      [0, 1],
    ],
  },
]);

/** Sums over rows and arithmetic by channel, as biases and batch normalisation need them. */
export function listChannelCases(): KernelCase[] {
  return [
    ...[...SIZES, TIGHT].flatMap((size) => [
      makeSumCase(size),
      makeMomentsCase(size, 0),
      makeMomentsCase(size, 100),
      ...[false, true].flatMap((rectified) => [
        makeScaleCase(size, rectified),
        makeGradientSumsCase(size, rectified),
        makeCombineCase(size, rectified),
      ]),
    ]),
    ...PARTS.flatMap((size) => [
      makeCoefficientsCase(size, true),
      makeCoefficientsCase(size, false),
      makeGradientCoefficientsCase(size, true),
      makeGradientCoefficientsCase(size, false),
    ]),
  ];
}

function makeSumCase(size: ChannelSize): KernelCase {
  return makeCase(
    'bindSumRows',
    describeSize(size),
    (memory) => {
      const x = placeRows(memory, 'x', size);
      const sums = memory.output('sums', size.channels, toleranceOfSum(size.rows, 1));
      return [[{ channels: size.channels, x, sums }, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

/** With values far from zero, squares come out right only about the mean: a sum of x² would cancel. */
function makeMomentsCase(size: ChannelSize, offset: number): KernelCase {
  return makeCase(
    'bindChannelMoments',
    `${describeSize(size)}, values about ${offset}`,
    (memory) => {
      const x = memory.input('x', memory.uniform(size.totalRows * size.channels, offset - 1, offset + 1));
      const mean = memory.output(
        'mean',
        size.channels,
        toleranceOfSum(size.rows, offset + 1) / Math.max(size.rows, 1),
      );
      // (x − mean)² is at most 4, and the difference is off by an epsilon of x.
      const tolerance = toleranceOfSum(size.rows, 4) + size.rows * toleranceOfSum(1, offset) ** 2;
      const squares = memory.output('squares', size.channels, tolerance);
      return [[{ channels: size.channels, x, mean, squares }, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function makeScaleCase(size: ChannelSize, rectified: boolean): KernelCase {
  return makeCase(
    'bindScaleChannels',
    describeRectified(size, rectified),
    (memory) => {
      const x = placeRows(memory, 'x', size);
      const scale = memory.input('scale', memory.uniform(size.channels));
      const shift = memory.input('shift', memory.uniform(size.channels));
      const y = memory.output('y', x.length, toleranceOfSum(2, 1));
      return [[{ channels: size.channels, x, scale, shift, rectified, y }, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function makeGradientSumsCase(size: ChannelSize, rectified: boolean): KernelCase {
  return makeCase(
    'bindChannelGradientSums',
    describeRectified(size, rectified),
    (memory) => {
      const x = placeRows(memory, 'x', size);
      const dy = placeRows(memory, 'dy', size);
      const mean = memory.input('mean', memory.uniform(size.channels));
      const sums = memory.output('sums', size.channels, toleranceOfSum(size.rows, 1));
      const products = memory.output('products', size.channels, toleranceOfSum(size.rows, 2));
      return [[{ channels: size.channels, x, dy, mean, ...placeRectifier(memory, size, rectified), sums, products }, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function makeCombineCase(size: ChannelSize, rectified: boolean): KernelCase {
  return makeCase(
    'bindCombineChannels',
    describeRectified(size, rectified),
    (memory) => {
      const x = placeRows(memory, 'x', size);
      const dy = placeRows(memory, 'dy', size);
      const a = memory.input('a', memory.uniform(size.channels));
      const b = memory.input('b', memory.uniform(size.channels));
      const d = memory.input('d', memory.uniform(size.channels));
      const dx = memory.output('dx', x.length, toleranceOfSum(3, 1));
      const rectifier = placeRectifier(memory, size, rectified);
      return [[{ channels: size.channels, x, dy, a, b, d, ...rectifier, dx }, size.firstRow, size.rows]];
    },
    { tight: size === TIGHT },
  );
}

function describeRectified(size: ChannelSize, rectified: boolean): string {
  return `${describeSize(size)}${rectified ? ', with a ReLU' : ''}`;
}

/** What a ReLU came behind, if one did. */
function placeRectifier(memory: KernelMemory, { channels }: ChannelSize, rectified: boolean) {
  const place = (name: string) => (rectified ? memory.input(name, memory.uniform(channels)) : null);
  return { scale: place('scale'), shift: place('shift') };
}

/** Variances are from 1 to 5, so that no number is greater than these. All sums are in float64: what differs is the last rounding. */
function makeCoefficientsCase(size: PartsSize, affine: boolean): KernelCase {
  const { channels, columnsPerChannel, cuts } = size;
  const width = channels * columnsPerChannel;
  return makeCase(
    'bindNormalizationCoefficients',
    describeParts(size, affine),
    (memory) => {
      const means = memory.input('means', memory.uniform(cuts.length * width, -2, 2));
      const squares = memory.uniform(cuts.length * width, 1, 1.5);
      for (let i = 0; i < squares.length; i++) squares[i]! *= cuts[Math.floor(i / width)]![0];
      return [
        [
          {
            channels,
            columnsPerChannel,
            cuts: memory.input('cuts', Int32Array.from(cuts.flat())),
            means,
            squares: memory.input('squares', squares),
            scale: affine ? memory.input('scale', memory.uniform(channels)) : null,
            shift: affine ? memory.input('shift', memory.uniform(channels)) : null,
            epsilon: 1e-5,
            statistics: memory.output('statistics', 3 * channels, toleranceOfSum(1, 6)),
            mean: memory.output('mean', width, toleranceOfSum(1, 2)),
            a: memory.output('a', width, toleranceOfSum(1, 1)),
            d: memory.output('d', width, toleranceOfSum(1, 3)),
          },
          cuts.length,
        ],
      ];
    },
    { tight: true },
  );
}

function makeGradientCoefficientsCase(size: PartsSize, affine: boolean): KernelCase {
  const { channels, columnsPerChannel, cuts } = size;
  const width = channels * columnsPerChannel;
  return makeCase(
    'bindNormalizationGradientCoefficients',
    describeParts(size, affine),
    (memory) => {
      const most = columnsPerChannel * cuts.length;
      return [
        [
          {
            channels,
            columnsPerChannel,
            cuts: memory.input('cuts', Int32Array.from(cuts.flat())),
            sums: memory.input('sums', memory.uniform(cuts.length * width)),
            products: memory.input('products', memory.uniform(cuts.length * width)),
            scale: affine ? memory.input('scale', memory.uniform(channels)) : null,
            statistics: memory.input('statistics', memory.uniform(3 * channels, 0.5, 1)),
            a: memory.output('a', width, toleranceOfSum(1, 1)),
            b: memory.output('b', width, toleranceOfSum(1, most)),
            d: memory.output('d', width, toleranceOfSum(1, 2 * most)),
            dScale: memory.output('dScale', channels, toleranceOfSum(1, most)),
            dShift: memory.output('dShift', channels, toleranceOfSum(1, most)),
          },
          cuts.length,
        ],
      ];
    },
    { tight: true },
  );
}

function describeParts({ channels, columnsPerChannel, cuts }: PartsSize, affine: boolean): string {
  const parts = cuts.map(([rows, used]) => `${rows} rows of ${used}`).join(', ');
  return `${channels} channels of ${columnsPerChannel} columns in ${parts}${affine ? ', scaled and shifted' : ''}`;
}

function placeRows(memory: KernelMemory, label: string, size: ChannelSize): Float32Array {
  return memory.input(label, memory.uniform(size.totalRows * size.channels));
}

function describeSize({ channels, totalRows, firstRow, rows }: ChannelSize): string {
  return `${channels} channels, ${rows} rows of ${totalRows} from ${firstRow}`;
}
