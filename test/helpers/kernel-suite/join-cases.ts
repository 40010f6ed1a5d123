import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';

const COUNTS = [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 65, 1000];
/** Elements before and after those that a call works on. */
const BEFORE = 3;
const AFTER = 5;
const ROWS = 5;
/** Of rows that gates multiply. */
const WIDTHS = [1, 3, 8, 15, 16, 17, 33, 160];
const MAPS = 3;

/** The methods that join branches and part them again; where none rounds more than once results are exact. */
export function listJoinCases(): KernelCase[] {
  return [
    ...COUNTS.map((count, i) => makeAddCase(count, (['neither', 'a', 'b'] as const)[i % 3]!)),
    makeCase(
      'bindAddElements',
      'arrays as long as needed',
      (memory) => [
        [
          {
            a: memory.input('a', memory.uniform(21)),
            b: memory.input('b', memory.uniform(21)),
            sum: memory.output('sum', 21, 0),
          },
          2,
          19,
        ],
      ],
      { tight: true },
    ),
    ...COUNTS.map((columns, i) => makeCopyCase(columns, { xFirst: i % 3, yFirst: (2 * i) % 5 })),
    makeCopyCase(64, { xFirst: 0, yFirst: 0 }),
    makeCopyCase(21, { xFirst: 1, yFirst: 2, tight: true }),
    ...WIDTHS.flatMap((width, i) => {
      const gate = { positions: 1 + ((3 * i) % 11), width };
      return [makeGateCase(gate), makeGateGradientCase(gate)];
    }),
    makeGateCase({ positions: 4, width: 9, tight: true }),
    makeGateGradientCase({ positions: 4, width: 9, tight: true }),
  ];
}

/** @param place the summand that the sum is written over */
function makeAddCase(count: number, place: 'a' | 'b' | 'neither'): KernelCase {
  return makeCase('bindAddElements', `${count} elements, over ${place}`, (memory) => {
    const length = BEFORE + count + AFTER;
    const [a, b] = (['a', 'b'] as const).map((label) => {
      const values = memory.uniform(length);
      return label === place ? memory.output(label, values, 0) : memory.input(label, values);
    });
    const sum = place === 'neither' ? memory.output('sum', length, 0) : { a: a!, b: b! }[place];
    return [[{ a: a!, b: b!, sum }, BEFORE, count]];
  });
}

/** What lies beside the columns, and the first and last rows, must stay. */
function makeCopyCase(
  columns: number,
  { xFirst, yFirst, tight = false }: { xFirst: number; yFirst: number; tight?: boolean },
): KernelCase {
  return makeCase(
    'bindCopyColumns',
    `${columns} columns from ${xFirst} to ${yFirst}${tight ? ', arrays as long as needed' : ''}`,
    (memory) => {
      const xWidth = xFirst + columns + 2;
      const yWidth = yFirst + columns + 1;
      const x = memory.input('x', memory.uniform(ROWS * xWidth));
      const y = memory.output('y', ROWS * yWidth, 0);
      return [[{ columns, x, xWidth, xFirst, y, yWidth, yFirst }, 1, tight ? ROWS - 1 : ROWS - 2]];
    },
    { tight },
  );
}

interface GateOptions {
  readonly positions: number;
  readonly width: number;
  readonly tight?: boolean;
}

/** The first map, and the first and last row of each other, must stay; of tight ones all are run. */
function makeGateCase({ positions, width, tight = false }: GateOptions): KernelCase {
  return makeCase(
    'bindMultiplyByGate',
    `${positions}×${width}${tight ? ', arrays as long as needed' : ''}`,
    (memory) => {
      const x = memory.input('x', memory.uniform(MAPS * positions * width));
      const gate = memory.input('gate', memory.uniform(MAPS * width));
      const y = memory.output('y', MAPS * positions * width, 0);
      const rows = positions > 2 && !tight ? ([1, positions - 2] as const) : ([0, positions] as const);
      return [
        [
          { positions, width, x, gate, y },
          ...(tight ? ([0, MAPS] as const) : ([1, MAPS - 1] as const)),
          ...rows,
        ],
      ];
    },
    { tight },
  );
}

function makeGateGradientCase({ positions, width, tight = false }: GateOptions): KernelCase {
  return makeCase(
    'bindGateGradient',
    `${positions}×${width}${tight ? ', arrays as long as needed' : ''}`,
    (memory) => {
      const x = memory.input('x', memory.uniform(MAPS * positions * width));
      const dy = memory.input('dy', memory.uniform(MAPS * positions * width));
      const dGate = memory.output('dGate', MAPS * width, toleranceOfSum(positions, 1));
      return [
        [{ positions, width, x, dy, dGate }, ...(tight ? ([0, MAPS] as const) : ([1, MAPS - 1] as const))],
      ];
    },
    { tight },
  );
}
