import { CHANNEL_COUNTS } from './convolution-windows.js';
import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';

/** Rows × channels × columns, and the rows that a call works on. */
interface Sizes {
  readonly channels: number;
  readonly columnsPerChannel: number;
  readonly total: number;
  readonly first: number;
  readonly count: number;
}

const SIZES: readonly Sizes[] = [
  ...[1, 16].flatMap((columnsPerChannel) =>
    [...CHANNEL_COUNTS, 300].map((channels) => ({
      channels,
      columnsPerChannel,
      total: 9,
      first: 2,
      count: 5,
    })),
  ),
  ...[2, 3, 7, 19].map((columnsPerChannel) => ({
    channels: 10,
    columnsPerChannel,
    total: 4,
    first: 1,
    count: 2,
  })),
  { channels: 10, columnsPerChannel: 1, total: 2, first: 1, count: 0 },
];
const TIGHT: readonly Sizes[] = [1, 16].map((columnsPerChannel) => ({
  channels: 21,
  columnsPerChannel,
  total: 4,
  first: 1,
  count: 3,
}));
/** Rows of a column: powers that overflow, vanish or are equal, and what is no number. */
const SPECIAL_ROWS = [
  [1000, -1000, 999],
  [3.4e38, -3.4e38, 0],
  [-3.4e38, -3.4e38, -3.4e38],
  [0, -0, 0],
  [-100, -200, -300],
  [1, Infinity, 0],
  [1, -Infinity, 0],
  [-Infinity, -Infinity, -Infinity],
  [NaN, 0, 1],
  [0, 1, NaN],
];
/** A power, and its share of the sum: see FUNCTION_TERMS of activations. */
const POWER_TERMS = 4;

export function listSoftmaxCases(): KernelCase[] {
  return [
    ...[...SIZES, ...TIGHT].flatMap((sizes) => [makeForwardCase(sizes), makeBackwardCase(sizes)]),
    ...[1, 16].map(makeSpecialCase),
  ];
}

function makeForwardCase({ total, first, count, ...sizes }: Sizes): KernelCase {
  return makeCase(
    'bindSoftmaxForward',
    describe({ ...sizes, total, first, count }),
    (memory) => {
      const values = memory.uniform(total * sizes.channels * sizes.columnsPerChannel, -6, 6);
      // No output is above 1, nor is the sum of their errors.
      const tolerance = toleranceOfSum(POWER_TERMS + sizes.channels, 1 / Math.sqrt(sizes.channels));
      const inPlace = sizes.channels % 2 === 1;
      const x = inPlace ? memory.output('x', values, tolerance) : memory.input('x', values);
      const y = inPlace ? x : memory.output('y', values.length, tolerance);
      return [[{ ...sizes, x, y }, first, count]];
    },
    { tight: count === 3 && sizes.channels === 21 },
  );
}

function makeBackwardCase({ total, first, count, ...sizes }: Sizes): KernelCase {
  return makeCase(
    'bindSoftmaxBackward',
    describe({ ...sizes, total, first, count }),
    (memory) => {
      const floats = total * sizes.channels * sizes.columnsPerChannel;
      const y = memory.input('y', memory.uniform(floats, 0, 2 / sizes.channels));
      const gradients = memory.uniform(floats);
      const tolerance = toleranceOfSum(sizes.channels, 2 / sizes.channels);
      const inPlace = sizes.channels % 2 === 1;
      const dy = inPlace ? memory.output('dy', gradients, tolerance) : memory.input('dy', gradients);
      const dx = inPlace ? dy : memory.output('dx', floats, tolerance);
      return [[{ ...sizes, y, dy, dx }, first, count]];
    },
    { tight: count === 3 && sizes.channels === 21 },
  );
}

function makeSpecialCase(columnsPerChannel: number): KernelCase {
  const channels = SPECIAL_ROWS[0]!.length;
  return makeCase('bindSoftmaxForward', `special values, ${columnsPerChannel} columns`, (memory) => {
    const values = SPECIAL_ROWS.flatMap((row) =>
      row.flatMap((value) => new Array<number>(columnsPerChannel).fill(value)),
    );
    const x = memory.input('x', Float32Array.from(values));
    const y = memory.output('y', x.length, toleranceOfSum(POWER_TERMS, 1));
    return [[{ channels, columnsPerChannel, x, y }, 0, SPECIAL_ROWS.length]];
  });
}

function describe({ channels, columnsPerChannel, total, first, count }: Sizes): string {
  return `${channels} channels × ${columnsPerChannel}, ${count} rows of ${total} from ${first}`;
}
