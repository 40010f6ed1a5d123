import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';

/** A rows × channels × columns array, and the rows of it that a call works on. */
interface RowSize {
  readonly channels: number;
  readonly columnsPerChannel: 1 | 16;
  readonly total: number;
  readonly first: number;
  readonly count: number;
}

/** Fewer channels than places that sums run in, as many, a tail behind each vector's width. */
const ROW_SIZES: readonly RowSize[] = [
  ...[1, 2, 3, 7, 16, 31, 32, 33, 50, 64, 200].map(
    (channels): RowSize => ({ channels, columnsPerChannel: 1, total: 9, first: 2, count: 5 }),
  ),
  ...[1, 2, 3, 5, 20].map(
    (channels): RowSize => ({ channels, columnsPerChannel: 16, total: 5, first: 1, count: 3 }),
  ),
  { channels: 10, columnsPerChannel: 1, total: 3, first: 1, count: 0 },
];
/** Arrays as long as the call needs. */
const TIGHT: RowSize = { channels: 21, columnsPerChannel: 1, total: 3, first: 1, count: 2 };

/** So large that no deviation is so small that it would magnify what sums are off by. */
const EPSILON = 0.1;
/**
 * Of a normalised number: with x in [−1, 1) a mean is off by some epsilons, a variance by eight, and with EPSILON under the root the inverse
 * deviation by a hundred at most.
 */
const NORMAL_TOLERANCE = toleranceOfSum(4, 25);
/** Of a gradient: three such numbers, each times the inverse deviation of at most 3.2. */
const GRADIENT_TOLERANCE = 10 * NORMAL_TOLERANCE;

/** Bands of a block, and what is normalised together. */
interface BandsSize {
  readonly channels: number;
  readonly columnsPerChannel: 1 | 16;
  readonly groups: number;
  readonly bandRows: readonly number[];
  readonly blocks: number;
  readonly block: number;
  readonly images: number;
}

const BANDS: readonly BandsSize[] = [
  { channels: 6, columnsPerChannel: 1, groups: 3, bandRows: [12], blocks: 3, block: 1, images: 1 },
  { channels: 21, columnsPerChannel: 1, groups: 1, bandRows: [1], blocks: 2, block: 1, images: 1 },
  { channels: 8, columnsPerChannel: 16, groups: 2, bandRows: [20, 24], blocks: 3, block: 2, images: 16 },
  { channels: 9, columnsPerChannel: 16, groups: 9, bandRows: [8, 0, 4], blocks: 2, block: 0, images: 5 },
  { channels: 4, columnsPerChannel: 16, groups: 1, bandRows: [0, 0, 2], blocks: 1, block: 0, images: 8 },
  // One number to a group.
  { channels: 5, columnsPerChannel: 1, groups: 5, bandRows: [1], blocks: 2, block: 0, images: 1 },
  { channels: 3, columnsPerChannel: 16, groups: 3, bandRows: [1, 0], blocks: 1, block: 0, images: 3 },
];
const LAST_BAND = { channels: 20, total: 9, first: 2, count: 7 };

/** Windows of channels; such as reach over all of them at both ends. */
const WINDOWS = [
  { before: 2, after: 2, share: 2e-5, beta: 0.75, k: 2 },
  { before: 2, after: 1, share: 0.5, beta: 0.75, k: 1 },
  { before: 0, after: 0, share: 1, beta: 1.3, k: 0.5 },
  { before: 30, after: 30, share: 0.3, beta: 0.5, k: 1 },
] as const;

/** Normalisation of each image by itself. */
export function listNormalizationCases(): KernelCase[] {
  return [
    ...[...ROW_SIZES, TIGHT].flatMap((size, i) => [
      makeRowsCase(size, i % 3 !== 1),
      makeRowsBackwardCase(size, true),
      makeRowsBackwardCase(size, false),
    ]),
    ...[0, 1, 6, 45].flatMap((count) => [
      makeMomentsCase({ channels: 10, total: count + 3, first: 2, count }),
      makeGradientSumsCase({ channels: 10, total: count + 3, first: 2, count }),
    ]),
    makeMomentsCase(LAST_BAND),
    makeGradientSumsCase(LAST_BAND),
    ...BANDS.flatMap((size) =>
      [true, false].flatMap((affine) => [
        makeCoefficientsCase(size, affine),
        makeGradientCoefficientsCase(size, affine),
      ]),
    ),
    ...[...ROW_SIZES, TIGHT].flatMap((size) =>
      WINDOWS.flatMap((window) => [
        makeResponseCase(size, window, 'bindResponseForward'),
        makeResponseCase(size, window, 'bindResponseBackward'),
      ]),
    ),
  ];
}

function makeRowsCase(size: RowSize, affine: boolean): KernelCase {
  const { channels, columnsPerChannel, first, count } = size;
  return makeCase(
    'bindNormalizeRows',
    `${describeRows(size)}${affine ? '' : ', plain'}`,
    (memory) => {
      const x = placeRows(memory, 'x', size);
      const scale = affine ? placeRow(memory, 'scale', size) : null;
      const shift = affine ? placeRow(memory, 'shift', size) : null;
      const y = memory.output('y', x.length, NORMAL_TOLERANCE);
      return [[{ channels, columnsPerChannel, x, scale, shift, epsilon: EPSILON, y }, first, count]];
    },
    { tight: size === TIGHT && affine },
  );
}

function makeRowsBackwardCase(size: RowSize, whole: boolean): KernelCase {
  const { channels, columnsPerChannel, first, count } = size;
  const width = channels * columnsPerChannel;
  return makeCase(
    'bindNormalizeRowsBackward',
    `${describeRows(size)}${whole ? '' : ', plain'}`,
    (memory) => {
      const x = placeRows(memory, 'x', size);
      const dy = placeRows(memory, 'dy', size);
      const scale = whole ? placeRow(memory, 'scale', size) : null;
      const dx = memory.output('dx', x.length, GRADIENT_TOLERANCE);
      const dScale = memory.output('dScale', width, count * NORMAL_TOLERANCE);
      const dShift = memory.output('dShift', width, toleranceOfSum(count, 1));
      const kernel = { channels, columnsPerChannel, x, dy, scale, epsilon: EPSILON };
      const outputs = whole ? { dx, dScale, dShift } : { dx: null, dScale: null, dShift };
      return [[{ ...kernel, ...outputs }, first, count]];
    },
    { tight: size === TIGHT && whole },
  );
}

interface BandSize {
  readonly channels: number;
  readonly total: number;
  readonly first: number;
  readonly count: number;
}

/** The second of two bands. */
const BAND = 1;

function makeMomentsCase({ channels, total, first, count }: BandSize): KernelCase {
  return makeCase(
    'bindBandMoments',
    `${channels} channels, ${count} rows of ${total} from ${first}`,
    (memory) => {
      const x = memory.input('x', memory.uniform(total * channels));
      const means = memory.output('means', 2 * channels, toleranceOfSum(1, 1));
      const squares = memory.output('squares', 2 * channels, toleranceOfSum(count, 4));
      return [[{ channels, x, means, squares }, BAND, first, count]];
    },
    { tight: first + count === total },
  );
}

function makeGradientSumsCase({ channels, total, first, count }: BandSize): KernelCase {
  return makeCase(
    'bindBandGradientSums',
    `${channels} channels, ${count} rows of ${total} from ${first}`,
    (memory) => {
      const x = memory.input('x', memory.uniform(total * channels));
      const dy = memory.input('dy', memory.uniform(total * channels));
      const mean = memory.input('mean', memory.uniform(channels));
      const inverse = memory.input('inverse', memory.uniform(channels, 0, 3));
      const sums = memory.output('sums', 2 * channels, toleranceOfSum(count, 1));
      const products = memory.output('products', 2 * channels, toleranceOfSum(count, 6));
      return [[{ channels, x, dy, mean, inverse, sums, products }, BAND, first, count]];
    },
    { tight: first + count === total },
  );
}

/** All sums are in float64: what differs is the last rounding, of numbers up to 3.2·(2 + …). */
function makeCoefficientsCase(size: BandsSize, affine: boolean): KernelCase {
  const { channels, columnsPerChannel, groups, bandRows, blocks, block, images } = size;
  const width = channels * columnsPerChannel;
  return makeCase(
    'bindGroupCoefficients',
    describeBands(size, affine),
    (memory) => {
      const bands = blocks * bandRows.length;
      const squares = memory.uniform(bands * width, 0.5, 1.5);
      for (let i = 0; i < squares.length; i++)
        squares[i]! *= bandRows[Math.floor(i / width) % bandRows.length]!;
      const output = (label: string) => memory.output(label, width, toleranceOfSum(1, 8));
      const kernel = {
        channels,
        columnsPerChannel,
        groups,
        bandRows: memory.input('bandRows', Int32Array.from(bandRows)),
        means: memory.input('means', memory.uniform(bands * width, -2, 2)),
        squares: memory.input('squares', squares),
        scale: affine ? memory.input('scale', memory.uniform(channels)) : null,
        shift: affine ? memory.input('shift', memory.uniform(channels)) : null,
        epsilon: EPSILON,
      };
      const outputs = {
        mean: output('mean'),
        inverse: output('inverse'),
        a: output('a'),
        d: output('d'),
      };
      return [[{ ...kernel, ...outputs }, block, images]];
    },
    { tight: affine && block === blocks - 1 },
  );
}

function makeGradientCoefficientsCase(size: BandsSize, affine: boolean): KernelCase {
  const { channels, columnsPerChannel, groups, bandRows, blocks, block, images } = size;
  const width = channels * columnsPerChannel;
  return makeCase(
    'bindGroupGradientCoefficients',
    describeBands(size, affine),
    (memory) => {
      const floats = blocks * bandRows.length * width;
      const output = (label: string) => memory.output(label, width, toleranceOfSum(1, 40));
      const kernel = {
        channels,
        columnsPerChannel,
        groups,
        bandRows: memory.input('bandRows', Int32Array.from(bandRows)),
        sums: memory.input('sums', memory.uniform(floats)),
        products: memory.input('products', memory.uniform(floats)),
        scale: affine ? memory.input('scale', memory.uniform(channels)) : null,
        mean: memory.input('mean', memory.uniform(width)),
        inverse: memory.input('inverse', memory.uniform(width, 0, 3)),
      };
      return [[{ ...kernel, a: output('a'), b: output('b'), d: output('d') }, block, images]];
    },
    { tight: affine && block === blocks - 1 },
  );
}

/** Powers are within 1e-6 of themselves: of sums up to 18, an error of an epsilon times their logarithm, and that of the exponential. */
function makeResponseCase(
  size: RowSize,
  window: (typeof WINDOWS)[number],
  method: 'bindResponseForward' | 'bindResponseBackward',
): KernelCase {
  const { channels, columnsPerChannel, first, count } = size;
  const { share, beta, k } = window;
  const before = Math.min(window.before, channels - 1);
  const after = Math.min(window.after, channels - 1);
  const title = `${describeRows(size)}, window ${before} + 1 + ${after}, share ${share}, beta ${beta}, k ${k}`;
  const greatest = k ** (-beta - 1);
  const tight = { tight: size === TIGHT };
  const common = { channels, columnsPerChannel, before, after, share, beta, k };
  if (method === 'bindResponseForward') {
    return makeCase(
      method,
      title,
      (memory) => {
        const x = placeRows(memory, 'x', size);
        const y = memory.output('y', x.length, 1e-6 * greatest);
        return [[{ ...common, x, y }, first, count]];
      },
      tight,
    );
  }
  return makeCase(
    method,
    title,
    (memory) => {
      const x = placeRows(memory, 'x', size);
      const dy = placeRows(memory, 'dy', size);
      const terms = before + 1 + after;
      const dx = memory.output('dx', x.length, 1e-6 * greatest * (1 + 2 * share * beta * terms));
      return [[{ ...common, x, dy, dx }, first, count]];
    },
    tight,
  );
}

function placeRows(memory: KernelMemory, label: string, { channels, columnsPerChannel, total }: RowSize) {
  return memory.input(label, memory.uniform(total * channels * columnsPerChannel));
}

function placeRow(memory: KernelMemory, label: string, { channels, columnsPerChannel }: RowSize) {
  return memory.input(label, memory.uniform(channels * columnsPerChannel));
}

function describeRows({ channels, columnsPerChannel, total, first, count }: RowSize): string {
  return `${channels} channels by ${columnsPerChannel}, ${count} rows of ${total} from ${first}`;
}

function describeBands(size: BandsSize, affine: boolean): string {
  const { channels, columnsPerChannel, groups, bandRows, block, blocks, images } = size;
  return (
    `${channels} channels by ${columnsPerChannel} in ${groups} groups, block ${block} of ${blocks}, ` +
    `${images} images, bands of ${bandRows.join(', ')}${affine ? '' : ', plain'}`
  );
}
