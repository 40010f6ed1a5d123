import { BUNDLE_IMAGES } from '../../../src/kernels/constants.js';
import type { WindowGeometry } from '../../../src/kernels/geometry.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { packTransposedMatrix } from './packing.js';
import { describeWindow, makeWindow, type WindowOptions } from './windows.js';

/** Channels around the sizes of vectors, panels and parts, kernels around a tile of taps, rows around a tile of positions. */
const WINDOWS: readonly WindowOptions[] = [
  { input: [4, 5, 1], kernel: [3, 3], padding: [1, 1, 1, 1] },
  { input: [5, 20, 3], kernel: [3, 3], padding: [1, 1, 1, 1] },
  { input: [6, 9, 4], kernel: [3, 3] },
  { input: [5, 4, 7], kernel: [5, 5], padding: [2, 2, 2, 2] },
  { input: [7, 8, 17], kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] },
  { input: [4, 11, 33], kernel: [2, 4], stride: [1, 2], padding: [1, 0, 2, 1] },
  { input: [9, 7, 5], kernel: [7, 1], stride: [3, 1], padding: [3, 3, 0, 0] },
  { input: [3, 4, 40], kernel: [3, 4] },
  { input: [4, 4, 16], kernel: [1, 1] },
  // Strides that skip pixels; the last columns are in no window.
  { input: [7, 8, 6], kernel: [2, 1], stride: [3, 3] },
  // A kernel larger than the input, and windows that lie in padding altogether.
  { input: [3, 3, 4], kernel: [5, 5], padding: [2, 2, 2, 2] },
  { input: [3, 4, 5], kernel: [2, 2], padding: [2, 3, 3, 2] },
  // Three wide: rows of one, two and three tiles, with 1, 4 and 5 rows of taps, rows that are skipped, and windows that lie in padding.
  ...[1, 2, 3, 4, 5, 8, 9].map(
    (width): WindowOptions => ({ input: [3, width, 6], kernel: [3, 3], padding: [1, 1, 1, 1] }),
  ),
  { input: [3, 9, 6], kernel: [1, 3], padding: [0, 0, 1, 1] },
  { input: [6, 6, 3], kernel: [4, 3], padding: [2, 1, 1, 1] },
  { input: [3, 5, 4], kernel: [2, 3], padding: [2, 3, 1, 1] },
  { input: [7, 5, 2], kernel: [5, 3], stride: [2, 1], padding: [2, 2, 1, 1] },
  // Several parts of the channels: of sums in either layout, and of rows.
  { input: [3, 4, 70], kernel: [3, 3], padding: [1, 1, 1, 1] },
  { input: [2, 3, 475], kernel: [3, 3], padding: [1, 1, 1, 1] },
  { input: [2, 220, 70], kernel: [3, 3], padding: [1, 1, 1, 1] },
  { input: [2, 220, 70], kernel: [2, 2] },
];
const SHAPES = WINDOWS.map((window) => makeWindow({ ...window, groups: window.input[2] }));

const TOTAL = 3;
const ALL: Extent = { first: 0, bundles: TOTAL, inner: false };
const INNER: Extent = { first: 1, bundles: 1, inner: true };
const NONE: Extent = { first: 2, bundles: 0, inner: false };
const EXTENTS: readonly Extent[] = [ALL, INNER, { first: 1, bundles: 2, inner: false }];

interface Extent {
  readonly first: number;
  readonly bundles: number;
  /** Leaves out the first and the last row, so that what is beside the others must stay. */
  readonly inner: boolean;
}

interface Options {
  readonly lanes: number;
  readonly extent: Extent;
  readonly tight: boolean;
}

/** Forward and both gradients of every window, in both layouts. */
export function listDepthwiseCases(): KernelCase[] {
  const tight = { extent: ALL, tight: true };
  return [1, BUNDLE_IMAGES].flatMap((lanes) => [
    ...SHAPES.flatMap((g, i) => makeAll(g, { lanes, extent: EXTENTS[i % EXTENTS.length]!, tight: false })),
    ...[INNER, NONE].flatMap((extent) => makeAll(SHAPES[1]!, { lanes, extent, tight: false })),
    ...[SHAPES[1]!, SHAPES[2]!].flatMap((g) => makeAll(g, { lanes, ...tight })),
  ]);
}

function makeAll(g: WindowGeometry, options: Options): KernelCase[] {
  return [makeForwardCase(g, options), makeInputGradientCase(g, options), makeKernelGradientCase(g, options)];
}

function numbersOf({ first, bundles, inner }: Extent, height: number) {
  const rows = inner && height > 2 ? ([1, height - 2] as const) : ([0, height] as const);
  return [first, bundles, ...rows] as const;
}

function titleOf(g: WindowGeometry, { lanes, extent }: Options): string {
  const rows = extent.inner ? ', inner rows' : '';
  return `${describeWindow(g)}, ${lanes} lanes, ${extent.bundles} bundles from ${extent.first}${rows}`;
}

const countTaps = (g: WindowGeometry) => g.kernelHeight * g.kernelWidth;

function makeForwardCase(g: WindowGeometry, options: Options): KernelCase {
  const { lanes, extent, tight } = options;
  return makeCase(
    'bindDepthwiseForward',
    titleOf(g, options),
    (memory, kernels) => {
      const [channels, taps] = [g.inputChannels, countTaps(g)];
      const x = memory.input('x', memory.uniform(TOTAL * lanes * inputFloats(g)));
      const f = memory.input('f', memory.uniform(channels * taps));
      const packed = packTransposedMatrix(memory, kernels, { rows: channels, columns: taps }, f);
      const bias = channels % 2 === 0 || tight ? memory.input('bias', memory.uniform(channels)) : null;
      const y = memory.output('y', TOTAL * lanes * outputFloats(g), toleranceOfSum(taps, 1));
      return [[{ g, lanes, x, packed, bias, y }, ...numbersOf(extent, g.outputHeight)]];
    },
    { tight },
  );
}

function makeInputGradientCase(g: WindowGeometry, options: Options): KernelCase {
  const { lanes, extent, tight } = options;
  return makeCase(
    'bindDepthwiseInputGradient',
    titleOf(g, options),
    (memory, kernels) => {
      const [channels, taps] = [g.inputChannels, countTaps(g)];
      const dy = memory.input('dy', memory.uniform(TOTAL * lanes * outputFloats(g)));
      const f = memory.input('f', memory.uniform(channels * taps));
      const packed = packTransposedMatrix(memory, kernels, { rows: channels, columns: taps }, f);
      const dx = memory.output('dx', TOTAL * lanes * inputFloats(g), toleranceOfSum(taps, 1));
      return [[{ g, lanes, dy, packed, dx }, ...numbersOf(extent, g.inputHeight)]];
    },
    { tight },
  );
}

function makeKernelGradientCase(g: WindowGeometry, options: Options): KernelCase {
  const { lanes, extent, tight } = options;
  return makeCase(
    'bindDepthwiseKernelGradient',
    titleOf(g, options),
    (memory) => {
      const terms = extent.bundles * lanes * g.outputHeight * g.outputWidth;
      const x = memory.input('x', memory.uniform(TOTAL * lanes * inputFloats(g)));
      const dy = memory.input('dy', memory.uniform(TOTAL * lanes * outputFloats(g)));
      const df = memory.output('df', g.inputChannels * countTaps(g), toleranceOfSum(terms, 1));
      return [[{ g, lanes, x, dy, df }, ...numbersOf(extent, g.outputHeight)]];
    },
    { tight },
  );
}
