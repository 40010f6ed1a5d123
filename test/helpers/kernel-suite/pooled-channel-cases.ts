import type { WindowGeometry } from '../../../src/kernels/geometry.js';
import { bindScaleAndPool } from '../../../src/kernels/reference/pooled-channels.js';
import { inputFloats, outputFloats } from '../../../src/kernels/reference/window.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';
import { describeWindow, makeWindow } from './windows.js';

/** Maps, and the lines of x that a call works on; of y, about half of them. */
interface PooledSize {
  readonly g: WindowGeometry;
  readonly maps: number;
  readonly firstLine: number;
  readonly lines: number;
}

const GEOMETRIES = (
  [
    [4, 4, 16],
    [24, 24, 32],
    [8, 6, 64],
    // With a row, a column or both left over.
    [5, 4, 48],
    [4, 7, 112],
    [9, 9, 160],
    [3, 3, 16],
    [2, 2, 320],
  ] as const
).map((input) => makeWindow({ input, kernel: [2, 2], stride: [2, 2] }));

const SIZES: readonly PooledSize[] = GEOMETRIES.flatMap((g) => [
  { g, maps: 1, firstLine: 0, lines: g.inputHeight },
  // From one map into another, beginning and ending within windows.
  { g, maps: 3, firstLine: 1, lines: 2 * g.inputHeight - 2 },
  { g, maps: 2, firstLine: g.inputHeight, lines: 0 },
]);
const TIGHT: PooledSize = { g: GEOMETRIES[0]!, maps: 2, firstLine: 4, lines: 4 };

/** Numbers whose products and sums are exact in any arithmetic, so that all sets find the same maxima: with ties, and with some that a ReLU stops. */
const EXACT = {
  x: (memory: KernelMemory, length: number) => memory.integers(length, -3, 3),
  scale: (memory: KernelMemory, length: number) => memory.integers(length, -2, 2),
  shift: (memory: KernelMemory, length: number) => memory.integers(length, -1, 1),
};

export function listPooledChannelCases(): KernelCase[] {
  return [...SIZES, TIGHT].flatMap((size) =>
    [false, true].flatMap((rectified) => [
      makeForwardCase(size, rectified, 'exact'),
      makeForwardCase(size, rectified, 'any'),
      makeForwardCase(size, rectified, 'not finite'),
      makeSumsCase(size, rectified),
      makeCombineCase(size, rectified),
    ]),
  );
}

function makeForwardCase(
  size: PooledSize,
  rectified: boolean,
  values: 'exact' | 'any' | 'not finite',
): KernelCase {
  const { g, maps } = size;
  return makeCase(
    'bindScaleAndPool',
    `${describeSize(size, rectified)}, ${values}`,
    (memory) => {
      const channels = g.inputChannels;
      const length = maps * inputFloats(g);
      const x =
        values === 'exact'
          ? placeExact(memory, g, maps)
          : {
              x: memory.input('x', memory.uniform(length).map(values === 'any' ? (x) => x : spoilSome)),
              scale: memory.input('scale', memory.uniform(channels)),
              shift: memory.input('shift', memory.uniform(channels)),
            };
      const y = memory.output('y', maps * outputFloats(g), toleranceOfSum(2, 1));
      const [first, count] = linesOfOutput(size);
      return [[{ g, ...x, rectified, y }, first, count]];
    },
    { tight: size === TIGHT },
  );
}

/** A NaN, an infinity or neither: where a window's other values are, some of them greater. */
function spoilSome(x: number, i: number): number {
  if (i % 7 === 0) return Number.NaN;
  return i % 11 === 0 ? -Infinity : x;
}

function makeSumsCase(size: PooledSize, rectified: boolean): KernelCase {
  const { g, maps } = size;
  return makeCase(
    'bindPooledGradientSums',
    describeSize(size, rectified),
    (memory) => {
      const arrays = placePooled(memory, { g, maps, rectified });
      const mean = memory.input('mean', memory.uniform(g.inputChannels));
      const terms = (size.lines * g.inputWidth) / 2;
      const sums = memory.output('sums', g.inputChannels, toleranceOfSum(terms, 1));
      const products = memory.output('products', g.inputChannels, toleranceOfSum(terms, 4));
      return [[{ g, ...arrays, mean, rectified, sums, products }, size.firstLine, size.lines]];
    },
    { tight: size === TIGHT },
  );
}

function makeCombineCase(size: PooledSize, rectified: boolean): KernelCase {
  const { g, maps } = size;
  return makeCase(
    'bindCombinePooled',
    describeSize(size, rectified),
    (memory) => {
      const arrays = placePooled(memory, { g, maps, rectified });
      const place = (name: string) => memory.input(name, memory.uniform(g.inputChannels));
      const [a, b, d] = [place('a'), place('b'), place('d')];
      const dx = memory.output('dx', maps * inputFloats(g), toleranceOfSum(3, 3));
      return [[{ g, ...arrays, a, b, d, rectified, dx }, size.firstLine, size.lines]];
    },
    { tight: size === TIGHT },
  );
}

function placeExact(memory: KernelMemory, g: WindowGeometry, maps: number) {
  return {
    x: memory.input('x', EXACT.x(memory, maps * inputFloats(g))),
    scale: memory.input('scale', EXACT.scale(memory, g.inputChannels)),
    shift: memory.input('shift', EXACT.shift(memory, g.inputChannels)),
  };
}

/** What forward has left, and a gradient. */
function placePooled(
  memory: KernelMemory,
  { g, maps, rectified }: { readonly g: WindowGeometry; readonly maps: number; readonly rectified: boolean },
) {
  const given = placeExact(memory, g, maps);
  const y = new Float32Array(maps * outputFloats(g));
  bindScaleAndPool({ g, ...given, rectified, y })(0, maps * g.outputHeight);
  return { ...given, y: memory.input('y', y), dy: memory.input('dy', memory.uniform(y.length)) };
}

/** The lines of y that begin in those of x. */
function linesOfOutput({ g, firstLine, lines }: PooledSize): [first: number, count: number] {
  const count = (line: number) =>
    Math.floor(line / g.inputHeight) * g.outputHeight + ((line % g.inputHeight) >> 1);
  return [count(firstLine), count(firstLine + lines) - count(firstLine)];
}

function describeSize({ g, maps, firstLine, lines }: PooledSize, rectified: boolean): string {
  return `${describeWindow(g)}, ${lines} lines of ${maps} maps from ${firstLine}${rectified ? ', with a ReLU' : ''}`;
}
