import { type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';

type ForwardMethod = 'reluForward' | 'sigmoidForward' | 'tanhForward';
type BackwardMethod = 'reluBackward' | 'sigmoidBackward' | 'tanhBackward';

const COUNTS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1000];
/** Elements before and after those that a call works on. */
const BEFORE = 3;
const AFTER = 5;

/** Where exponentials overflow, vanish or lose digits, and what is no number. */
const SPECIAL_VALUES = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-45,
  1e-20,
  -1e-20,
  1e-4,
  -1e-4,
  0.5,
  -0.5,
  1,
  -1,
  9,
  -9,
  17,
  -17,
  44,
  -44,
  87,
  -87,
  88,
  -88,
  89,
  -89,
  103,
  -103,
  104,
  -104,
  1000,
  -1000,
  3.4e38,
  -3.4e38,
];
/** The exact function has a relative error of half an epsilon when rounded; a polynomial may have a few more. */
const FUNCTION_TERMS = 3;

export function listActivationCases(): KernelCase[] {
  return [
    ...(['reluForward', 'sigmoidForward', 'tanhForward'] as const).flatMap(listForwardCases),
    ...(['reluBackward', 'sigmoidBackward', 'tanhBackward'] as const).flatMap(listBackwardCases),
    makeReluSelectionCase(),
  ];
}

function listForwardCases(method: ForwardMethod): KernelCase[] {
  const tolerance = method === 'reluForward' ? 0 : toleranceOfSum(FUNCTION_TERMS, 1);
  const makeValuesCase = (
    title: string,
    makeValues: (memory: KernelMemory) => Float32Array,
    inPlace: boolean,
  ) =>
    makeCase(method, title, (memory) => {
      const values = makeValues(memory);
      const x = inPlace ? memory.output('x', values, tolerance) : memory.input('x', values);
      const y = inPlace ? x : memory.output('y', values.length, tolerance);
      return [[x, y, BEFORE, values.length - BEFORE - AFTER]];
    });
  return [
    ...COUNTS.map((count) =>
      makeValuesCase(
        `${count} elements`,
        (memory) => memory.uniform(BEFORE + count + AFTER, -6, 6),
        count % 2 === 1,
      ),
    ),
    makeValuesCase('special values', () => repeat(SPECIAL_VALUES, 3), false),
    makeCase(
      method,
      'arrays as long as needed',
      (memory) => [[memory.input('x', memory.uniform(21)), memory.output('y', 21, tolerance), 2, 19]],
      { tight: true },
    ),
  ];
}

function listBackwardCases(method: BackwardMethod): KernelCase[] {
  const tolerance = method === 'reluBackward' ? 0 : toleranceOfSum(FUNCTION_TERMS, 1);
  return [
    ...COUNTS.map((count) =>
      makeCase(method, `${count} elements`, (memory) => {
        const length = BEFORE + count + AFTER;
        const y = memory.input('y', memory.uniform(length));
        const inPlace = count % 2 === 1;
        const gradients = memory.uniform(length);
        const dy = inPlace ? memory.output('dy', gradients, tolerance) : memory.input('dy', gradients);
        const dx = inPlace ? dy : memory.output('dx', length, tolerance);
        return [[y, dy, dx, BEFORE, count]];
      }),
    ),
    makeCase(
      method,
      'arrays as long as needed',
      (memory) => {
        const y = memory.input('y', memory.uniform(21));
        const dy = memory.input('dy', memory.uniform(21));
        return [[y, dy, memory.output('dx', 21, tolerance), 2, 19]];
      },
      { tight: true },
    ),
  ];
}

/** A gradient is selected, not multiplied: NaN and infinity pass where y > 0 and vanish elsewhere, also where y is NaN. */
function makeReluSelectionCase(): KernelCase {
  return makeCase('reluBackward', 'special values', (memory) => {
    const pairs = SPECIAL_VALUES.flatMap((y) => SPECIAL_VALUES.map((dy) => [y, dy] as const));
    const y = memory.input(
      'y',
      Float32Array.from(pairs, (pair) => pair[0]),
    );
    const dy = memory.input(
      'dy',
      Float32Array.from(pairs, (pair) => pair[1]),
    );
    return [[y, dy, memory.output('dx', y.length, 0), 0, y.length]];
  });
}

function repeat(values: readonly number[], times: number): Float32Array {
  return Float32Array.from({ length: values.length * times }, (_, i) => values[i % values.length]!);
}
