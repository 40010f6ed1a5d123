import type { Kernels } from '../../src/kernels/kernels.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { makeMeanShares } from '../../src/layers/pooling/window-shares.js';
import { NO_PADDING } from '../../src/layers/window.js';
import { splitChannels, stackChannels } from '../../src/mathematics/channels.js';
import { type Matrix, multiplyMatrices, type Tensor3, transpose } from '../../src/mathematics/matrix.js';
import {
  makeSelection,
  poolMaximum,
  poolMean,
  spreadEvenly,
  spreadToMaxima,
} from '../../src/mathematics/pooling.js';
import { foldTensor, vec } from '../../src/mathematics/vec.js';
import { readImages, runBoundLayer } from './bound-layer.js';
import { makeWindow } from './kernel-suite/windows.js';

/** Pooling of some images, and the gradient of a loss by its output. */
export interface PoolingExample {
  readonly x: readonly Tensor3[];
  readonly dy: readonly Tensor3[];
  readonly window: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
}

export interface PoolingResult {
  readonly y: readonly Tensor3[];
  readonly dx: readonly Tensor3[];
}

type Pool = 'max' | 'average';
type Ways = readonly (readonly [name: string, run: (example: PoolingExample) => PoolingResult])[];

/** Every way in which Convoy pools maxima. */
export const MAX_POOLING_WAYS: Ways = [
  ['by positions', poolByPositions],
  ['by S(x)', poolBySelection],
  ...listKernelWays('max'),
];

/** Every way in which Convoy pools means; the one by hand for windows side by side. */
export const MEAN_POOLING_WAYS: Ways = [['by hand', poolMeansByHand], ...listKernelWays('average')];

function listKernelWays(pool: Pool): Ways {
  return availableKernelNames().flatMap((name) => {
    const kernels = loadKernels(name);
    return [
      [`kernels ${name}`, (example: PoolingExample) => poolImages(example, pool, kernels)],
      [`layer on ${name}`, (example: PoolingExample) => poolInLayer(example, pool, kernels, 0)],
      [`layer on ${name} in lanes`, (example: PoolingExample) => poolInLayer(example, pool, kernels, 9)],
    ] as const;
  });
}

function poolMaps(
  { x, dy }: PoolingExample,
  pool: (map: Matrix, delta: Matrix) => { values: Matrix; gradient: Matrix },
): PoolingResult {
  const images = x.map((image, n) => {
    const deltas = splitChannels(dy[n]!);
    return splitChannels(image).map((map, d) => pool(map, deltas[d]!));
  });
  return {
    y: images.map((maps) => stackChannels(maps.map(({ values }) => values))),
    dx: images.map((maps) => stackChannels(maps.map(({ gradient }) => gradient))),
  };
}

function poolByPositions(example: PoolingExample): PoolingResult {
  return poolMaps(example, (map, delta) => {
    const { values, positions } = poolMaximum(map, example.window, example.stride);
    return { values, gradient: spreadToMaxima(delta, positions, [map.length, map[0]!.length]) };
  });
}

function poolMeansByHand(example: PoolingExample): PoolingResult {
  return poolMaps(example, (map, delta) => ({
    values: poolMean(map, example.window, example.stride),
    gradient: spreadEvenly(delta, example.window),
  }));
}

/** Chapter 15, equations 15.57 and 15.59. */
function poolBySelection({ x, dy, window, stride }: PoolingExample): PoolingResult {
  const column = (tensor: Tensor3) => vec(tensor).map((value) => [value]);
  const images = x.map((image, n) => {
    const [height, width] = [image.length, image[0]!.length];
    const channels = image[0]![0]!.length;
    const s = makeSelection(image, window, stride);
    return {
      y: foldTensor(multiplyMatrices(s, column(image)).flat(), dy[n]!.length, dy[n]![0]!.length, channels),
      dx: foldTensor(multiplyMatrices(transpose(s), column(dy[n]!)).flat(), height, width, channels),
    };
  });
  return { y: images.map(({ y }) => y), dx: images.map(({ dx }) => dx) };
}

function poolImages(example: PoolingExample, pool: Pool, kernels: Kernels): PoolingResult {
  const { x, dy, window, stride } = example;
  const input = [x[0]!.length, x[0]![0]!.length, x[0]![0]![0]!.length] as const;
  const g = makeWindow({ input, kernel: window, stride });
  const [xFloats, dyFloats] = [Float32Array.from(x.flat(3)), Float32Array.from(dy.flat(3))];
  const y = new Float32Array(dyFloats.length).fill(Number.NaN);
  const dx = new Float32Array(xFloats.length).fill(Number.NaN);
  if (pool === 'max') {
    kernels.bindMaxPoolingForward({ g, x: xFloats, y })(0, x.length);
    kernels.bindMaxPoolingBackward({ g, x: xFloats, y, dy: dyFloats, dx })(0, x.length);
  } else {
    const shares = makeMeanShares(g, NO_PADDING);
    kernels.bindAveragePoolingForward({ g, x: xFloats, y, shares })(0, x.length);
    kernels.bindAveragePoolingBackward({ g, dy: dyFloats, dx, shares })(0, x.length);
  }
  const output = [g.outputHeight, g.outputWidth, g.outputChannels] as const;
  return { y: readImages(y, x.length, output), dx: readImages(dx, x.length, input) };
}

/** @param least images of the mini-batch; from 8 on, layers work in lanes */
function poolInLayer(example: PoolingExample, pool: Pool, kernels: Kernels, least: number): PoolingResult {
  const { x, dy, window, stride } = example;
  return runBoundLayer({ layer: { kind: `${pool}-pooling`, kernel: window, stride }, x, dy, kernels, least });
}
