import { BUNDLE_IMAGES } from '../../../src/kernels/constants.js';
import { kernelRows, type WindowGeometry } from '../../../src/kernels/geometry.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import { DILATED_IN_LANES } from './convolution-windows.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';
import { describeWindow, makeWindow } from './windows.js';

const SHAPES: readonly WindowGeometry[] = [
  makeWindow({ input: [5, 6, 1], kernel: [3, 3], outputChannels: 4 }),
  makeWindow({ input: [6, 26, 4], kernel: [3, 3], outputChannels: 10 }),
  makeWindow({ input: [7, 9, 3], kernel: [3, 3], padding: [1, 1, 1, 1], outputChannels: 20 }),
  makeWindow({ input: [6, 7, 5], kernel: [5, 5], outputChannels: 17 }),
  makeWindow({ input: [4, 5, 2], kernel: [2, 4], padding: [0, 1, 1, 2], outputChannels: 9 }),
  makeWindow({ input: [7, 8, 2], kernel: [3, 2], stride: [2, 3], padding: [1, 0, 2, 1], outputChannels: 7 }),
  makeWindow({ input: [9, 9, 6], kernel: [1, 1], stride: [2, 2], outputChannels: 5 }),
  makeWindow({ input: [6, 6, 3], kernel: [2, 2], stride: [3, 3], outputChannels: 3 }),
  makeWindow({ input: [3, 4, 12], kernel: [3, 4], outputChannels: 50 }),
  makeWindow({ input: [2, 2, 3], kernel: [3, 3], padding: [2, 2, 2, 2], outputChannels: 33 }),
  makeWindow({ input: [1, 3, 64], kernel: [1, 1], outputChannels: 64 }),
  ...DILATED_IN_LANES,
];
const BUNDLES = 3;
/** The first of them, and how many. */
type Bundles = readonly [first: number, bundles: number];
const ONE: Bundles = [1, 1];
/** The arrays end with these bundles, so shorter ones must be refused. */
const END: Bundles = [BUNDLES - 1, 1];
const ALL: Bundles = [0, BUNDLES];
const MIDDLE = 1;
const LAST = BUNDLES - 1;
const FULL = BUNDLES * BUNDLE_IMAGES;
/** Images of a mini-batch whose last bundle needs half its lanes. */
const FEW = FULL - 10;

/** The methods on bundles of 16 images. */
export function listLaneCases(): KernelCase[] {
  return [
    ...SHAPES.flatMap((g) => [makeForwardCase(g), makeInputGradientCase(g)]),
    ...SHAPES.flatMap((g) => [makeForwardCase(g, ALL, FEW), makeInputGradientCase(g, ALL, FEW)]),
    ...SHAPES.flatMap((g) => [makeKernelGradientCase(g, MIDDLE, 1), makeKernelGradientCase(g, 0, BUNDLES)]),
    ...[1, 3, 4, 5, 13, 16, 64].map(makeSumCase),
    ...[0, 1, 7, 16].map(makeClearCase),
    ...[0, 1, 5, 16].map((images) => makeAssembleCase(images)),
    makeForwardCase(SHAPES[1]!, END),
    makeInputGradientCase(SHAPES[1]!, END),
    makeKernelGradientCase(SHAPES[1]!, 1, BUNDLES - 1, { tight: true }),
    ...SHAPES.slice(0, 5).flatMap((g) => [
      makeForwardCase(g, END, FEW),
      makeInputGradientCase(g, END, FEW),
      makeKernelGradientCase(g, LAST, 1, { images: FEW }),
      makeKernelGradientCase(g, MIDDLE, 2, { images: FEW }),
    ]),
    makeAssembleCase(BUNDLE_IMAGES, LAST),
    makeMoveCase('bindGatherLanes', BUNDLE_IMAGES, LAST),
    makeMoveCase('bindScatterLanes', BUNDLE_IMAGES, LAST),
    ...[1, 7, 16].flatMap((images) => [
      makeMoveCase('bindGatherLanes', images),
      makeMoveCase('bindScatterLanes', images),
    ]),
  ];
}

/** All rows but the first and the last, so that what is beside them must stay. */
function innerRows(rows: number): [first: number, rows: number] {
  return rows > 2 ? [1, rows - 2] : [0, rows];
}

/** All channels but the first, likewise, of some numbers of them. */
function innerChannels(channels: number): [first: number, channels: number] {
  return channels % 4 === 1 ? [1, channels - 1] : [0, channels];
}

function makeForwardCase(g: WindowGeometry, some = ONE, images = FULL): KernelCase {
  return makeCase(
    'bindConvolutionForwardLanes',
    `${describeWindow(g)}, bundles ${some} of ${images} images`,
    (memory) => {
      const x = memory.input('x', memory.uniform(BUNDLES * BUNDLE_IMAGES * inputFloats(g)));
      const f = memory.input('f', memory.uniform(kernelRows(g) * g.outputChannels));
      const bias = g.outputChannels % 2 === 0 ? memory.input('bias', memory.uniform(g.outputChannels)) : null;
      const tolerance = toleranceOfSum(kernelRows(g), 1);
      const y = memory.output('y', BUNDLES * BUNDLE_IMAGES * outputFloats(g), tolerance);
      return [
        [
          { g, x, f, bias, y },
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

function makeInputGradientCase(g: WindowGeometry, some = ONE, images = FULL): KernelCase {
  return makeCase(
    'bindConvolutionInputGradientLanes',
    `${describeWindow(g)}, bundles ${some} of ${images} images`,
    (memory) => {
      const dy = memory.input('dy', memory.uniform(BUNDLES * BUNDLE_IMAGES * outputFloats(g)));
      const f = memory.input('f', memory.uniform(kernelRows(g) * g.outputChannels));
      const tolerance = toleranceOfSum(g.kernelHeight * g.kernelWidth * g.outputChannels, 1);
      const dx = memory.output('dx', BUNDLES * BUNDLE_IMAGES * inputFloats(g), tolerance);
      return [
        [{ g, dy, f, dx }, ...some, images, ...innerRows(g.inputHeight), ...innerChannels(g.inputChannels)],
      ];
    },
    { tight: some === END },
  );
}

function makeKernelGradientCase(
  g: WindowGeometry,
  first: number,
  bundles: number,
  { images = FULL, tight = false } = {},
): KernelCase {
  return makeCase(
    'bindConvolutionKernelGradientLanes',
    `${describeWindow(g)}, ${bundles} bundles from ${first} of ${images} images`,
    (memory) => {
      const x = memory.input('x', memory.uniform(BUNDLES * BUNDLE_IMAGES * inputFloats(g)));
      const dy = memory.input('dy', memory.uniform(BUNDLES * BUNDLE_IMAGES * outputFloats(g)));
      const tolerance = toleranceOfSum(bundles * BUNDLE_IMAGES * g.outputHeight * g.outputWidth, 1);
      const df = memory.output('df', kernelRows(g) * g.outputChannels, tolerance);
      const call = (firstKernelRow: number, rows: number) =>
        [
          { g, x, dy, df },
          first,
          bundles,
          images,
          ...innerRows(g.outputHeight),
          firstKernelRow,
          rows,
        ] as const;
      if (tight) return [[...call(0, kernelRows(g))]];
      // In three pieces, and the last kernel row stays as it is.
      const last = kernelRows(g) - 1;
      const cut = Math.floor(last / 3);
      return [[...call(0, cut)], [...call(cut, cut)], [...call(2 * cut, last - 2 * cut)]];
    },
    { tight },
  );
}

function makeSumCase(channels: number): KernelCase {
  return makeCase(
    'bindSumChannelLanes',
    `${channels} channels`,
    (memory) => {
      const x = memory.input('x', memory.uniform(channels * BUNDLE_IMAGES));
      const sums = memory.output('sums', channels, toleranceOfSum(BUNDLE_IMAGES, 1));
      return [[{ channels, x, sums }]];
    },
    { tight: true },
  );
}

function makeClearCase(images: number): KernelCase {
  return makeCase(
    'bindClearLanes',
    `${images} images`,
    (memory) => [[{ x: memory.output('x', memory.uniform(21 * BUNDLE_IMAGES), 0) }, images, 3, 18]],
    { tight: true },
  );
}

function makeAssembleCase(images: number, bundle = MIDDLE): KernelCase {
  return makeCase(
    'bindAssembleLanes',
    `${images} images, bundle ${bundle}`,
    (memory) => {
      const floats = 21;
      const pixels = memory.input('pixels', Uint8Array.from(memory.integers(8 * floats, 0, 255)));
      const sampleIds = memory.input(
        'sampleIds',
        Int32Array.from({ length: BUNDLES * BUNDLE_IMAGES }, (_, i) => i % 8),
      );
      const mean = memory.input('mean', memory.uniform(floats, 0, 255));
      const scale = memory.input('scale', memory.uniform(floats, 0, 2));
      const x = memory.output('x', BUNDLES * BUNDLE_IMAGES * floats, toleranceOfSum(2, 2 * 255));
      return [[{ pixels, sampleIds, mean, scale, x, floatsPerImage: floats }, bundle, images, 3, 18]];
    },
    { tight: bundle === LAST },
  );
}

function makeMoveCase(
  method: 'bindGatherLanes' | 'bindScatterLanes',
  images: number,
  bundle = MIDDLE,
): KernelCase {
  return makeCase(
    method,
    `${images} images, bundle ${bundle}`,
    (memory) => {
      const floats = 19;
      const from = memory.input('from', memory.uniform(BUNDLES * BUNDLE_IMAGES * floats));
      const to = memory.output('to', BUNDLES * BUNDLE_IMAGES * floats, 0);
      const [lanes, one] = method === 'bindGatherLanes' ? [from, to] : [to, from];
      return [[{ lanes, images: one, floatsPerImage: floats }, bundle, images]];
    },
    { tight: bundle === LAST },
  );
}
