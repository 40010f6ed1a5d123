import { type KernelCase, makeCase } from './kernel-case.js';
import { toleranceOfSum } from './kernel-memory.js';

const COUNTS = [0, 1, 3, 4, 5, 7, 8, 13, 15, 16, 17, 31, 32, 33, 63, 65, 100, 1000];
/** Elements before and after those that a call works on. */
const BEFORE = 3;
const AFTER = 5;
const RATE = 0.05;

export function listOptimizerCases(): KernelCase[] {
  return [
    ...listAdamCases(),
    ...listDirectionCases(),
    ...listMoveCases(),
    ...listFollowCases(),
    ...listScaleCases(),
    ...listSquareCases(),
    ...listTransposeCases(),
  ];
}

function listAdamCases(): KernelCase[] {
  return [
    ...COUNTS.map((count) => makeAdamCase(`${count} elements`, count)),
    ...COUNTS.slice(-4).map((count) => makeAdamCase(`${count} elements, amsgrad`, count, { amsgrad: true })),
    makeAdamCase('without decay', 37, { keep: 1, penalty: 0 }),
    ...[0, 15, 16, 36].flatMap((position) =>
      [NaN, Infinity, -Infinity].map((value) =>
        makeAdamCase(`a gradient of ${value} at ${position}`, 37, { change: { position, value } }),
      ),
    ),
    makeAdamCase('arrays as long as needed', 19, { amsgrad: true, tight: true }),
  ];
}

interface AdamCase {
  readonly amsgrad?: boolean;
  readonly keep?: number;
  readonly penalty?: number;
  readonly change?: { readonly position: number; readonly value: number };
  readonly tight?: boolean;
}

function makeAdamCase(
  title: string,
  count: number,
  { amsgrad = false, keep = 0.99, penalty = 0.01, change, tight = false }: AdamCase = {},
): KernelCase {
  return makeCase(
    'bindAdamUpdate',
    title,
    (memory) => {
      const length = BEFORE + count + (tight ? 0 : AFTER);
      const g = memory.uniform(length);
      if (change) g[BEFORE + change.position] = change.value;
      const kernel = {
        // The quotient is at most 1 / √0.1 / 0.5, and its error that of some ten operations.
        w: memory.output('w', memory.uniform(length), toleranceOfSum(10, 2)),
        g: memory.input('g', g),
        mean: memory.output('mean', memory.uniform(length), toleranceOfSum(3, 2)),
        variance: memory.output('variance', memory.uniform(length, 0.1, 1), toleranceOfSum(3, 2)),
        greatest: amsgrad
          ? memory.output('greatest', memory.uniform(length, 0.1, 1), toleranceOfSum(3, 2))
          : null,
        penalty,
        meanShare: 0.1,
        varianceShare: 0.001,
        epsilon: 0.01,
      };
      return [[kernel, keep, RATE, 0.5, BEFORE, count]];
    },
    { tight },
  );
}

function listDirectionCases(): KernelCase[] {
  const make = (count: number, tight = false) =>
    makeCase(
      'bindNesterovDirection',
      `${count} elements${tight ? ', arrays as long as needed' : ''}`,
      (memory) => {
        const length = BEFORE + count + (tight ? 0 : AFTER);
        const g = memory.input('g', memory.uniform(length));
        const u = memory.output('u', length, toleranceOfSum(5, 2));
        const v = memory.output('v', memory.uniform(length), toleranceOfSum(3, 2));
        return [[{ g, v, u, momentum: 0.95 }, BEFORE, count]];
      },
      { tight },
    );
  return [...COUNTS.map((count) => make(count)), make(19, true)];
}

function listMoveCases(): KernelCase[] {
  const make = (title: string, count: number, tight = false, change: (u: Float32Array) => void = () => {}) =>
    makeCase(
      'bindMoveWeights',
      title,
      (memory) => {
        const length = BEFORE + count + (tight ? 0 : AFTER);
        const w = memory.output('w', memory.uniform(length), toleranceOfSum(3, 2));
        const u = memory.uniform(length);
        change(u);
        return [[{ w, u: memory.input('u', u) }, 0.99, RATE, BEFORE, count]];
      },
      { tight },
    );
  return [
    ...COUNTS.map((count) => make(`${count} elements`, count)),
    ...[0, 15, 16, 36].map((position) =>
      make(`NaN at ${position}`, 37, false, (u) => {
        u[BEFORE + position] = NaN;
      }),
    ),
    make('infinite outside the range', 19, false, (u) => {
      u[BEFORE - 1] = Infinity;
      u[BEFORE + 19] = Infinity;
    }),
    make('arrays as long as needed', 19, true),
  ];
}

function listFollowCases(): KernelCase[] {
  const make = (count: number, share: number, tight = false) =>
    makeCase(
      'bindFollowWeights',
      `${count} elements, a share of ${share}${tight ? ', arrays as long as needed' : ''}`,
      (memory) => {
        const length = BEFORE + count + (tight ? 0 : AFTER);
        const w = memory.input('w', memory.uniform(length));
        const average = memory.output(
          'average',
          memory.uniform(length),
          share === 1 ? 0 : toleranceOfSum(3, 2),
        );
        return [[{ w, average }, share, BEFORE, count]];
      },
      { tight },
    );
  return [...COUNTS.map((count) => make(count, 0.3)), make(33, 1), make(33, 0), make(19, 0.001, true)];
}

function listScaleCases(): KernelCase[] {
  const make = (count: number, tight = false) =>
    makeCase(
      'bindScaleElements',
      `${count} elements${tight ? ', arrays as long as needed' : ''}`,
      (memory) => {
        const length = BEFORE + count + (tight ? 0 : AFTER);
        const x = memory.input('x', memory.uniform(length));
        return [[{ x, y: memory.output('y', length, toleranceOfSum(1, 1)) }, 0.3, BEFORE, count]];
      },
      { tight },
    );
  return [...COUNTS.map((count) => make(count)), make(19, true)];
}

/** Sums must be the reference's to the bit. */
function listSquareCases(): KernelCase[] {
  const make = (title: string, count: number, magnitude: number, tight = false) =>
    makeCase(
      'bindSumSquares',
      title,
      (memory) => {
        const length = BEFORE + count + (tight ? 0 : AFTER);
        const x = memory.input('x', memory.uniform(length, -magnitude, magnitude));
        return [[{ x, sums: memory.output('sums', tight ? 3 : 4, 0) }, 2, BEFORE, count]];
      },
      { tight },
    );
  return [
    ...COUNTS.map((count) => make(`${count} elements`, count, 1)),
    make('a sum that float32 does not hold', 100, 1e30),
    make('arrays as long as needed', 19, 1, true),
  ];
}

function listTransposeCases(): KernelCase[] {
  const make = (rows: number, columns: number, { first = 0, count = columns, gap = 0, tight = false } = {}) =>
    makeCase(
      'bindTranspose',
      `${rows}×${columns}, ${count} columns from ${first}, ${gap} floats between rows${tight ? ', arrays as long as needed' : ''}`,
      (memory) => {
        const yWidth = rows + gap;
        const x = memory.input('x', memory.uniform(rows * columns + (tight ? 0 : AFTER)));
        const y = memory.output('y', columns * yWidth + (tight ? 0 : AFTER), 0);
        return [[{ rows, x, xWidth: columns, y, yWidth }, first, count]];
      },
      { tight },
    );
  return [
    make(1, 1),
    make(5, 1),
    make(1, 7),
    make(3, 4, { gap: 2 }),
    make(17, 33),
    make(33, 17, { gap: 5 }),
    make(40, 50, { first: 3, count: 30 }),
    make(6, 9, { first: 9, count: 0 }),
    make(7, 5, { gap: 1, tight: true }),
  ];
}
