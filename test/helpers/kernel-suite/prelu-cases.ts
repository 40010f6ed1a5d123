import { CHANNEL_COUNTS } from './convolution-windows.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';

/** A rows × channels matrix, and the rows of it that a call works on. */
interface Rows {
  readonly channels: number;
  readonly total: number;
  readonly first: number;
  readonly count: number;
}

const SIZES: readonly Rows[] = [
  ...CHANNEL_COUNTS.map((channels) => ({ channels, total: 45, first: 5, count: 37 })),
  ...[0, 1, 3, 16, 577].map((count) => ({ channels: 10, total: count + 3, first: 2, count })),
  { channels: 1, total: 3000, first: 1, count: 2998 },
];
/** Arrays as long as the call needs. */
const TIGHT: Rows = { channels: 20, total: 9, first: 2, count: 7 };
/** Neither side of zero alone, nothing where a product with a slope would be a number again, and no gradient for a NaN. */
const SPECIAL_VALUES = [0, -0, 1e-45, -1e-45, Infinity, -Infinity, 3.4e38, -3.4e38, NaN, -1, 1, 2];

export function listPreluCases(): KernelCase[] {
  return [
    ...[...SIZES, TIGHT].flatMap((size) => [
      makeForwardCase(size, size.channels % 2 === 1),
      makeBackwardCase(size, size.channels % 2 === 1),
      makeBackwardCase(size, false, false),
    ]),
    makeSpecialCase(),
  ];
}

function makeForwardCase(size: Rows, inPlace: boolean): KernelCase {
  return makeCase(
    'bindPreluForward',
    describe(size),
    (memory) => {
      const { channels, total, first, count } = size;
      const values = memory.uniform(total * channels);
      const tolerance = toleranceOfSum(1, 1);
      const x = inPlace ? memory.output('x', values, tolerance) : memory.input('x', values);
      const y = inPlace ? x : memory.output('y', values.length, tolerance);
      const slope = memory.input('slope', memory.uniform(channels));
      return [[{ channels, x, slope, y }, first, count]];
    },
    { tight: size === TIGHT },
  );
}

function makeBackwardCase(size: Rows, inPlace: boolean, withInput = true): KernelCase {
  return makeCase(
    'bindPreluBackward',
    `${describe(size)}${withInput ? '' : ", without the input's gradient"}`,
    (memory) => {
      const { channels, total, first, count } = size;
      const x = memory.input('x', memory.uniform(total * channels));
      const gradients = memory.uniform(total * channels);
      const tolerance = toleranceOfSum(1, 1);
      const dy = inPlace ? memory.output('dy', gradients, tolerance) : memory.input('dy', gradients);
      const slope = memory.input('slope', memory.uniform(channels));
      const dx = inPlace ? dy : memory.output('dx', gradients.length, tolerance);
      const dSlope = memory.output('dSlope', channels, toleranceOfSum(count, 1));
      return [[{ channels, x, dy, slope, dx: withInput ? dx : null, dSlope }, first, count]];
    },
    { tight: size === TIGHT && withInput },
  );
}

function makeSpecialCase(): KernelCase {
  return makeCase('bindPreluForward', 'special values', (memory) => {
    const channels = 3;
    const x = memory.input('x', Float32Array.from(SPECIAL_VALUES));
    const slope = memory.input('slope', Float32Array.of(0.25, 0, -2));
    return [[{ channels, x, slope, y: memory.output('y', x.length, 0) }, 0, x.length / channels]];
  });
}

function describe({ channels, total, first, count }: Rows): string {
  return `${channels} channels, ${count} rows of ${total} from ${first}`;
}
