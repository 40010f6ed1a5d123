import { BUNDLE_IMAGES, WINOGRAD_MOST_PANELS } from '../../../src/kernels/constants.js';
import { kernelRows, type WindowGeometry } from '../../../src/kernels/geometry.js';
import type { Kernels } from '../../../src/kernels/kernels.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import {
  listTiles,
  winogradGradientFloats,
  winogradKernelFloats,
  winogradPanels,
} from '../../../src/kernels/winograd.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';
import { describeWindow, makeWindow } from './windows.js';

/**
 * How many times as great as a plain sum's rounding errors may be: transformed inputs are sums of up to four terms with two points an axis and
 * infinity; with four, of greater ones.
 */
const TRANSFORM_FACTORS: Readonly<Record<number, number>> = { 4: 4, 6: 8 };

const kernel = [3, 3] as const;
const same = [1, 1, 1, 1] as const;
const SHAPES: readonly WindowGeometry[] = [
  makeWindow({ input: [6, 6, 4], kernel, outputChannels: 4 }),
  makeWindow({ input: [5, 8, 3], kernel, padding: same, outputChannels: 17 }),
  makeWindow({ input: [7, 9, 6], kernel, outputChannels: 20 }),
  makeWindow({ input: [3, 3, 33], kernel, outputChannels: 5 }),
  makeWindow({ input: [2, 2, 29], kernel, padding: same, outputChannels: 40 }),
  makeWindow({ input: [3, 4, 15], kernel, padding: [2, 2, 2, 2], outputChannels: 65 }),
  makeWindow({ input: [1, 5, 2], kernel, padding: [2, 1, 0, 1], outputChannels: 9 }),
  makeWindow({ input: [4, 7, 15], kernel, padding: [0, 1, 1, 0], outputChannels: 32 }),
  makeWindow({ input: [8, 11, 5], kernel, outputChannels: 18 }),
  makeWindow({ input: [7, 8, 4], kernel: [5, 5], outputChannels: 6 }),
  makeWindow({ input: [6, 5, 33], kernel: [5, 5], padding: [2, 2, 2, 2], outputChannels: 5 }),
  makeWindow({ input: [3, 4, 3], kernel: [5, 5], padding: [4, 4, 4, 4], outputChannels: 35 }),
];
/** Of a transformed kernel that lies in no cache, so that tiles of several bundles, and some channels of their outputs, are held at a time. */
const WIDE: Filter = {
  g: makeWindow({ input: [3, 3, 173], kernel, padding: same, outputChannels: 171 }),
  tile: 4,
};
/** Of kernels in panels, whose transform and whose gradient are so much that they are written past the caches. */
const STREAMED: Filter = {
  g: makeWindow({ input: [2, 2, 230], kernel, padding: same, outputChannels: 256 }),
  tile: 4,
};
/** Each with a tile of its kernel's. */
const FILTERS = SHAPES.flatMap((g) => listTiles(g).map((tile): Filter => ({ g, tile })));

interface Filter {
  readonly g: WindowGeometry;
  readonly tile: number;
}

const BUNDLES = 3;
/** The first of them, and how many. */
type Bundles = readonly [first: number, bundles: number];
const ONE: Bundles = [1, 1];
/** The arrays end with these bundles, so shorter ones must be refused. */
const END: Bundles = [BUNDLES - 1, 1];
const ALL: Bundles = [0, BUNDLES];
const FULL = BUNDLES * BUNDLE_IMAGES;
/** Images of a mini-batch whose last bundle needs half its lanes. */
const FEW = FULL - 10;

/** The methods of minimal filtering. Transformed kernels and gradients are tried through what reads them, like packed matrices. */
export function listWinogradCases(): KernelCase[] {
  const padded = FILTERS.filter(({ g }) => g === SHAPES[1]);
  const small = FILTERS.filter(({ g }) => SHAPES.indexOf(g) < 3 || SHAPES.indexOf(g) > 8);
  return [
    ...FILTERS.flatMap((filter) => [makeForwardCase(filter), ...makeInputGradientCases(filter)]),
    makeForwardCase(WIDE, ALL, FEW),
    ...makeInputGradientCases(WIDE, ALL, FEW),
    makeForwardCase(STREAMED),
    ...makeInputGradientCases(STREAMED),
    makeKernelGradientCase(STREAMED, 5, 2),
    ...FILTERS.flatMap((filter) => [
      makeForwardCase(filter, ALL, FEW),
      ...makeInputGradientCases(filter, ALL, FEW),
    ]),
    ...FILTERS.flatMap((filter) => [
      makeKernelGradientCase(filter, FULL, 1),
      makeKernelGradientCase(filter, 37, 4),
    ]),
    ...padded.flatMap((filter) => [makeForwardCase(filter, END), ...makeInputGradientCases(filter, END)]),
    ...small.flatMap((filter) => [
      makeForwardCase(filter, END, FEW),
      ...makeInputGradientCases(filter, END, FEW),
      makeKernelGradientCase(filter, 5, 12),
    ]),
    makeKernelGradientCase(small[0]!, 1, 2),
  ];
}

function describe({ g, tile }: Filter): string {
  return `${describeWindow(g)}, tiles of ${tile}`;
}

/** The tolerance of a sum of so many terms. */
function toleranceOf({ g, tile }: Filter, terms: number): number {
  return TRANSFORM_FACTORS[tile + g.kernelHeight - 1]! * toleranceOfSum(terms, 1);
}

/** All rows but the first and the last, so that what is beside them must stay. */
function innerRows(rows: number): [first: number, rows: number] {
  return rows > 2 ? [1, rows - 2] : [0, rows];
}

/** All channels but the first, likewise, of some numbers of them. */
function innerChannels(channels: number): [first: number, channels: number] {
  return channels % 4 === 1 ? [1, channels - 1] : [0, channels];
}

/** The kernel, transformed in two pieces. */
function transformKernel({ g, tile }: Filter, memory: KernelMemory, kernels: Kernels): Float32Array {
  const f = memory.input('f', memory.uniform(kernelRows(g) * g.outputChannels));
  const u = memory.private('u', winogradKernelFloats(g, tile));
  const cut = Math.floor(g.inputChannels / 2);
  const transform = kernels.bindWinogradKernel({ g, tile, f, u });
  transform(0, cut);
  transform(cut, g.inputChannels - cut);
  return u;
}

function makeForwardCase(filter: Filter, some = ONE, images = FULL): KernelCase {
  const { g, tile } = filter;
  return makeCase(
    'bindWinogradForward',
    `${describe(filter)}, bundles ${some} of ${images} images`,
    (memory, kernels) => {
      const x = memory.input('x', memory.uniform(BUNDLES * BUNDLE_IMAGES * inputFloats(g)));
      const u = transformKernel(filter, memory, kernels);
      const bias = g.outputChannels % 2 === 0 ? memory.input('bias', memory.uniform(g.outputChannels)) : null;
      const tolerance = toleranceOf(filter, kernelRows(g));
      const y = memory.output('y', BUNDLES * BUNDLE_IMAGES * outputFloats(g), tolerance);
      return [
        [
          { g, tile, x, u, bias, y },
          ...some,
          images,
          ...innerRows(g.outputHeight),
          ...innerChannels(g.outputChannels),
        ],
      ];
    },
    { tight: some === END },
  );
}

function makeInputGradientCases(filter: Filter, some = ONE, images = FULL): KernelCase[] {
  return (['bindWinogradInputGradient', 'bindWinogradInputGradientOverlapping'] as const).map((kernel) =>
    makeInputGradientCase(kernel, filter, some, images),
  );
}

function makeInputGradientCase(
  kernel: 'bindWinogradInputGradient' | 'bindWinogradInputGradientOverlapping',
  filter: Filter,
  some: Bundles,
  images: number,
): KernelCase {
  const { g, tile } = filter;
  return makeCase(
    kernel,
    `${describe(filter)}, bundles ${some} of ${images} images`,
    (memory, kernels) => {
      const dy = memory.input('dy', memory.uniform(BUNDLES * BUNDLE_IMAGES * outputFloats(g)));
      const u = transformKernel(filter, memory, kernels);
      const tolerance = toleranceOf(filter, g.kernelHeight * g.kernelWidth * g.outputChannels);
      const dx = memory.output('dx', BUNDLES * BUNDLE_IMAGES * inputFloats(g), tolerance);
      return [
        [
          { g, tile, dy, u, dx },
          ...some,
          images,
          ...innerRows(g.inputHeight),
          ...innerChannels(g.inputChannels),
        ],
      ];
    },
    { tight: some === END },
  );
}

function makeKernelGradientCase(filter: Filter, images: number, parts: number): KernelCase {
  const { g, tile } = filter;
  const title = `${describe(filter)}, ${images} images in ${parts} parts`;
  const tight = images === FULL;
  return makeCase(
    'bindWinogradKernelGradient',
    title,
    (memory, kernels) => {
      const du = memory.input('du', multiplyAll(filter, memory, kernels, images, parts));
      const terms = images * g.outputHeight * g.outputWidth;
      const tolerance = toleranceOf(filter, terms);
      const df = memory.output('df', kernelRows(g) * g.outputChannels, tolerance);
      const kernel = { g, tile, du, df, parts };
      if (tight) return [[kernel, 0, g.inputChannels]];
      // The kernels of the last input channel stay as they are.
      const inputs = g.inputChannels - 1;
      const cut = Math.floor(inputs / 2);
      return [
        [kernel, 0, cut],
        [kernel, cut, inputs - cut],
      ];
    },
    { tight },
  );
}

/** du of all parts and panels. */
function multiplyAll(
  { g, tile }: Filter,
  memory: KernelMemory,
  kernels: Kernels,
  images: number,
  parts: number,
): Float32Array {
  const x = memory.input('x', memory.uniform(BUNDLES * BUNDLE_IMAGES * inputFloats(g)));
  const dy = memory.input('dy', memory.uniform(BUNDLES * BUNDLE_IMAGES * outputFloats(g)));
  const du = memory.private('products', winogradGradientFloats(g, tile, parts));
  const multiply = kernels.bindWinogradKernelProducts({ g, tile, x, dy, du, parts });
  for (let part = 0; part < parts; part++) {
    // Of one part a panel at a time, of the next one several at once.
    const most = part % 2 === 0 ? 1 : WINOGRAD_MOST_PANELS;
    for (let panel = 0; panel < winogradPanels(g); panel += most) {
      const panels = Math.min(most, winogradPanels(g) - panel);
      multiply(images, part, panel, panels);
    }
  }
  return du.slice();
}
