import { BUNDLE_IMAGES } from '../../src/kernels/constants.js';
import { kernelRows, type WindowGeometry } from '../../src/kernels/geometry.js';
import { packedFloats, panelCount } from '../../src/kernels/interface/products.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import { countBundles, imagesOfBundle } from '../../src/kernels/lanes.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { winogradGradientFloats, winogradKernelFloats, winogradPanels } from '../../src/kernels/winograd.js';
import { splitChannels, splitKernels, stackChannels, stackKernels } from '../../src/mathematics/channels.js';
import {
  convolveDeltas,
  convolveMaps,
  correlateDeltas,
  sumDeltas,
} from '../../src/mathematics/convolution-by-hand.js';
import {
  im2row,
  kernelsToMatrix,
  matrixToKernels,
  matrixToTensor,
  row2im,
  tensorToMatrix,
} from '../../src/mathematics/im2row.js';
import {
  addMatrices,
  multiplyMatrices,
  type Tensor3,
  type Tensor4,
  transpose,
} from '../../src/mathematics/matrix.js';
import { readImages, runBoundLayer } from './bound-layer.js';
import { makeWindow } from './kernel-suite/windows.js';

/** A convolution of some images, and the gradient of a loss by its output. */
export interface ConvolutionExample {
  readonly x: readonly Tensor3[];
  readonly f: Tensor4;
  readonly b: readonly number[];
  readonly dy: readonly Tensor3[];
  readonly stride?: readonly [y: number, x: number];
  readonly padding?: readonly [top: number, bottom: number, left: number, right: number];
}

/** Its output, and the gradients of the loss by input, kernels and biases. */
export interface ConvolutionResult {
  readonly y: readonly Tensor3[];
  readonly dx: readonly Tensor3[];
  readonly df: Tensor4;
  readonly db: readonly number[];
}

type ConvolutionWays = readonly (readonly [
  name: string,
  run: (example: ConvolutionExample) => ConvolutionResult,
])[];

/** Every way in which Convoy computes any convolution: the texts' formulas, each kernel set, and layers bound to each. */
export const CONVOLUTION_WAYS: ConvolutionWays = [
  ['by hand', convolveByHand],
  ['by matrices', convolveByMatrices],
  ...availableKernelNames().flatMap((name) => {
    const kernels = loadKernels(name);
    return [
      [`kernels ${name}`, (example: ConvolutionExample) => convolveImages(example, kernels)],
      [`kernels ${name} in lanes`, (example: ConvolutionExample) => convolveLanes(example, kernels)],
      [`layer on ${name}`, (example: ConvolutionExample) => convolveInLayer(example, kernels, 0)],
      [`layer on ${name} in lanes`, (example: ConvolutionExample) => convolveInLayer(example, kernels, 9)],
    ] as const;
  }),
];

/** The ways that compute kernels at stride 1 by minimal filtering with such tiles. */
export function listWinogradWays(tile: number): ConvolutionWays {
  return availableKernelNames().flatMap((name) => {
    const kernels = loadKernels(name);
    return ([false, true] as const).map(
      (overlap) =>
        [
          `winograd ${name}, tiles of ${tile}${overlap ? ' that overlap in dX' : ''}`,
          (example: ConvolutionExample) => filterMinimally(example, kernels, tile, overlap),
        ] as const,
    );
  });
}

function convolveByHand({ x, f, b, dy, ...steps }: ConvolutionExample): ConvolutionResult {
  const filters = splitKernels(f);
  const [height, width] = [x[0]!.length, x[0]![0]!.length];
  const kernel = { height: f.length, width: f[0]!.length };
  const perImage = x.map((image, n) => {
    const [maps, deltas] = [splitChannels(image), splitChannels(dy[n]!)];
    return {
      y: stackChannels(convolveMaps(maps, filters, b, steps)),
      dx: stackChannels(convolveDeltas(deltas, filters, { height, width }, steps)),
      df: correlateDeltas(maps, deltas, kernel, steps),
      db: sumDeltas(deltas),
    };
  });
  return {
    y: perImage.map(({ y }) => y),
    dx: perImage.map(({ dx }) => dx),
    df: stackKernels(
      filters.map((filter, k) => filter.map((_, d) => addMatrices(perImage.map(({ df }) => df[k]![d]!)))),
    ),
    db: addMatrices(perImage.map(({ db }) => [db]))[0]!,
  };
}

function convolveByMatrices({ x, f, b, dy, ...steps }: ConvolutionExample): ConvolutionResult {
  const kernel = [f.length, f[0]!.length] as const;
  const depth = f[0]![0]!.length;
  const input = [x[0]!.length, x[0]![0]!.length, depth] as const;
  const matrix = kernelsToMatrix(f);
  const perImage = x.map((image, n) => {
    const phi = im2row(image, kernel, steps);
    const dyMatrix = tensorToMatrix(dy[n]!);
    const product = multiplyMatrices(phi, matrix).map((row) => row.map((value, d) => value + b[d]!));
    return {
      y: matrixToTensor(product, dy[n]!.length, dy[n]![0]!.length),
      dx: row2im(multiplyMatrices(dyMatrix, transpose(matrix)), { input, kernel, ...steps }),
      df: multiplyMatrices(transpose(phi), dyMatrix),
      db: multiplyMatrices([dyMatrix.map(() => 1)], dyMatrix),
    };
  });
  return {
    y: perImage.map(({ y }) => y),
    dx: perImage.map(({ dx }) => dx),
    df: matrixToKernels(addMatrices(perImage.map(({ df }) => df)), [...kernel, depth]),
    db: addMatrices(perImage.map(({ db }) => db))[0]!,
  };
}

/** The numbers of an example as a kernel set has them: row by row, which is n×h×w×c and H×W×cIn×cOut. */
function flatten({ x, f, b, dy }: ConvolutionExample) {
  const floats = (values: readonly unknown[]) =>
    Float32Array.from((values as number[][]).flat(3) as number[]);
  return { x: floats(x), f: floats(f), b: floats(b), dy: floats(dy) };
}

function geometryOf({ x, f, stride, padding }: ConvolutionExample): WindowGeometry {
  return makeWindow({
    input: [x[0]!.length, x[0]![0]!.length, f[0]![0]!.length],
    kernel: [f.length, f[0]!.length],
    ...(stride ? { stride } : {}),
    ...(padding ? { padding } : {}),
    outputChannels: f[0]![0]![0]!.length,
  });
}

function readResult(
  example: ConvolutionExample,
  floats: Record<'y' | 'dx' | 'df' | 'db', Float32Array>,
): ConvolutionResult {
  const { x, dy } = example;
  const [depth, filters] = [x[0]![0]![0]!.length, dy[0]![0]![0]!.length];
  return {
    y: readImages(floats.y, x.length, [dy[0]!.length, dy[0]![0]!.length, filters]),
    dx: readImages(floats.dx, x.length, [x[0]!.length, x[0]![0]!.length, depth]),
    ...readGradients(example, floats),
  };
}

function readGradients({ f }: ConvolutionExample, { df, db }: Record<'df' | 'db', Float32Array>) {
  // Rows of kernels are to them what images are to a mini-batch.
  const kernels = readImages(df, f.length, [f[0]!.length, f[0]![0]!.length, db.length]);
  return { df: kernels, db: [...db].map((value) => value + 0) };
}

function convolveImages(example: ConvolutionExample, kernels: Kernels): ConvolutionResult {
  const g = geometryOf(example);
  const { x, f, b, dy } = flatten(example);
  const [rows, columns, images] = [f.length / b.length, b.length, example.x.length];
  const packed = new Float32Array(packedFloats(rows, columns));
  const packedTransposed = new Float32Array(packedFloats(columns, rows));
  kernels.bindPack({ rows, columns, b: f, packed })(0, panelCount(columns));
  kernels.bindPackTransposed({ rows, columns, b: f, packed: packedTransposed })(0, panelCount(rows));
  const [y, dx, df, db] = [dy, x, f, b].map((array) => new Float32Array(array.length).fill(Number.NaN));
  kernels.bindConvolutionForward({ g, x, packed, bias: b, y: y! })(0, images);
  kernels.bindConvolutionInputGradient({ g, dy, packed: packedTransposed, dx: dx! })(0, images);
  kernels.bindConvolutionKernelGradient({ g, x, dy, df: df! })(0, images, 0, rows);
  kernels.bindSumRows({ channels: columns, x: dy, sums: db! })(0, dy.length / columns);
  return readResult(example, { y: y!, dx: dx!, df: df!, db: db! });
}

function convolveLanes(example: ConvolutionExample, kernels: Kernels): ConvolutionResult {
  return computeInLanes(example, kernels, (g, { x, f, b, dy, y, dx, df }, bundles, images) => {
    kernels.bindConvolutionForwardLanes({ g, x, f, bias: b, y })(
      ...([0, bundles, images] as const),
      ...([0, g.outputHeight, 0, g.outputChannels] as const),
    );
    kernels.bindConvolutionInputGradientLanes({ g, dy, f, dx })(
      ...([0, bundles, images] as const),
      ...([0, g.inputHeight, 0, g.inputChannels] as const),
    );
    const rows = kernelRows(g);
    kernels.bindConvolutionKernelGradientLanes({ g, x, dy, df })(
      0,
      bundles,
      images,
      0,
      g.outputHeight,
      0,
      rows,
    );
  });
}

/** Parts that a kernel's gradient is summed in. */
const PARTS = 3;

function filterMinimally(
  example: ConvolutionExample,
  kernels: Kernels,
  tile: number,
  overlap: boolean,
): ConvolutionResult {
  const bindInputGradient = overlap
    ? kernels.bindWinogradInputGradientOverlapping
    : kernels.bindWinogradInputGradient;
  return computeInLanes(example, kernels, (g, { x, f, b, dy, y, dx, df }, bundles, images) => {
    const u = new Float32Array(winogradKernelFloats(g, tile));
    kernels.bindWinogradKernel({ g, tile, f, u })(0, g.inputChannels);
    kernels.bindWinogradForward({ g, tile, x, u, bias: b, y })(
      ...([0, bundles, images] as const),
      ...([0, g.outputHeight, 0, g.outputChannels] as const),
    );
    bindInputGradient({ g, tile, dy, u, dx })(
      ...([0, bundles, images] as const),
      ...([0, g.inputHeight, 0, g.inputChannels] as const),
    );
    const du = new Float32Array(winogradGradientFloats(g, tile, PARTS));
    for (let part = 0; part < PARTS; part++) {
      for (let panel = 0; panel < winogradPanels(g); panel++) {
        kernels.bindWinogradKernelProducts({ g, tile, x, dy, du, parts: PARTS })(images, part, panel, 1);
      }
    }
    kernels.bindWinogradKernelGradient({ g, tile, du, df, parts: PARTS })(0, g.inputChannels);
  });
}

type LaneArrays = Readonly<Record<'x' | 'f' | 'b' | 'dy' | 'y' | 'dx' | 'df', Float32Array>>;

/** Puts images into lanes, computes all but the biases' gradient, and takes the results out again. */
function computeInLanes(
  example: ConvolutionExample,
  kernels: Kernels,
  compute: (g: WindowGeometry, arrays: LaneArrays, bundles: number, images: number) => void,
): ConvolutionResult {
  const { x, f, b, dy } = flatten(example);
  const images = example.x.length;
  const bundles = countBundles(images);
  const makeLanes = (array: Float32Array) =>
    new Float32Array((array.length / images) * bundles * BUNDLE_IMAGES).fill(Number.NaN);
  const scatter = (array: Float32Array) => {
    const lanes = makeLanes(array);
    for (let bundle = 0; bundle < bundles; bundle++) {
      kernels.bindScatterLanes({ images: array, lanes, floatsPerImage: array.length / images })(
        bundle,
        imagesOfBundle(bundle, images),
      );
    }
    return lanes;
  };
  const gather = (lanes: Float32Array, like: Float32Array) => {
    const array = new Float32Array(like.length);
    for (let bundle = 0; bundle < bundles; bundle++) {
      kernels.bindGatherLanes({ lanes, images: array, floatsPerImage: like.length / images })(
        bundle,
        imagesOfBundle(bundle, images),
      );
    }
    return array;
  };
  const arrays = {
    ...{ x: scatter(x), f, b, dy: scatter(dy) },
    ...{ y: makeLanes(dy), dx: makeLanes(x), df: new Float32Array(f.length) },
  };
  compute(geometryOf(example), arrays, bundles, images);
  const width = b.length * BUNDLE_IMAGES;
  const sums = new Float32Array(width);
  kernels.bindSumRows({ channels: width, x: arrays.dy, sums })(0, arrays.dy.length / width);
  const db = new Float32Array(b.length);
  kernels.bindSumChannelLanes({ channels: b.length, x: sums, sums: db })();
  return readResult(example, { y: gather(arrays.y, dy), dx: gather(arrays.dx, x), df: arrays.df, db });
}

/** @param least images of the mini-batch; from 8 on, layers work in lanes */
function convolveInLayer(example: ConvolutionExample, kernels: Kernels, least: number): ConvolutionResult {
  const { f, b } = flatten(example);
  const { stride = [1, 1], padding = [0, 0, 0, 0] } = example;
  const kernel = [example.f.length, example.f[0]!.length];
  const layer = { kind: 'convolution', kernel, filters: b.length, stride, padding };
  const weights = { kernel: f, bias: b };
  const { y, dx, gradients } = runBoundLayer({ ...example, layer, weights, kernels, least });
  return { y, dx, ...readGradients(example, { df: gradients.kernel!, db: gradients.bias! }) };
}
