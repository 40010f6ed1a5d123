import { type BackwardMethod, type ForwardMethod, type KernelCase, makeCase } from './kernel-case.js';
import { type KernelMemory, toleranceOfSum } from './kernel-memory.js';

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
/** Inputs lie between −REACH and REACH. */
const REACH = 6;

interface ActivationOptions {
  readonly coefficient?: number;
  readonly threshold?: number;
  /** Bound of the output's magnitude; 0 if every set gives the same bits. */
  readonly magnitude: number;
  /** Bound of what backward takes the derivative from. */
  readonly reach: number;
}

const ACTIVATIONS: Readonly<Record<string, readonly ActivationOptions[]>> = {
  relu: [{ magnitude: 0, reach: 1 }],
  relu6: [{ magnitude: 0, reach: REACH + 1 }],
  sigmoid: [{ magnitude: 1, reach: 1 }],
  tanh: [{ magnitude: 1, reach: 1 }],
  'leaky-relu': [
    { coefficient: 0.01, magnitude: 1, reach: 1 },
    { coefficient: 0, magnitude: 1, reach: 1 },
  ],
  elu: [
    { coefficient: 1, magnitude: 1, reach: 1 },
    { coefficient: 0.3, magnitude: 1, reach: 1 },
  ],
  gelu: [{ magnitude: REACH, reach: REACH }],
  'gelu-tanh': [{ magnitude: REACH, reach: REACH }],
  silu: [{ magnitude: REACH, reach: REACH }],
  'hard-sigmoid': [{ magnitude: 1, reach: 1 }],
  'hard-swish': [{ magnitude: REACH, reach: REACH }],
  softplus: [
    { coefficient: 1, threshold: 20, magnitude: REACH, reach: REACH },
    { coefficient: 2, threshold: 5, magnitude: REACH, reach: REACH },
  ],
  mish: [{ magnitude: REACH, reach: REACH }],
};

export function listActivationCases(): KernelCase[] {
  const each = Object.entries(ACTIVATIONS).flatMap(([name, variants]) =>
    variants.map((options) => [name, options] as const),
  );
  return [
    ...each.flatMap(([name, options]) => [
      ...listForwardCases(`activations.${name}.bindForward`, options),
      ...listBackwardCases(`activations.${name}.bindBackward`, options),
    ]),
    makeReluSelectionCase(),
    // Those that read the input.
    ...each
      .filter(([, { reach }]) => reach === REACH)
      .map(([name, options]) => makeFarCase(`activations.${name}.bindBackward`, options)),
  ];
}

const describeCoefficient = ({ coefficient, threshold }: ActivationOptions) =>
  (coefficient === undefined ? '' : `, coefficient ${coefficient}`) +
  (threshold === undefined ? '' : `, threshold ${threshold}`);

const constantsOf = ({ coefficient = 0, threshold = 0 }: ActivationOptions) => ({ coefficient, threshold });

function listForwardCases(method: ForwardMethod, options: ActivationOptions): KernelCase[] {
  const tolerance = options.magnitude === 0 ? 0 : toleranceOfSum(FUNCTION_TERMS, options.magnitude);
  const makeValuesCase = (
    title: string,
    makeValues: (memory: KernelMemory) => Float32Array,
    inPlace: boolean,
  ) =>
    makeCase(method, `${title}${describeCoefficient(options)}`, (memory) => {
      const values = makeValues(memory);
      const x = inPlace ? memory.output('x', values, tolerance) : memory.input('x', values);
      const y = inPlace ? x : memory.output('y', values.length, tolerance);
      return [[{ x, y, ...constantsOf(options) }, BEFORE, values.length - BEFORE - AFTER]];
    });
  return [
    ...COUNTS.map((count) =>
      makeValuesCase(
        `${count} elements`,
        (memory) => memory.uniform(BEFORE + count + AFTER, -REACH, REACH),
        count % 2 === 1,
      ),
    ),
    makeValuesCase('special values', () => repeat(SPECIAL_VALUES, 3), false),
    makeCase(
      method,
      'arrays as long as needed',
      (memory) => {
        const x = memory.input('x', memory.uniform(21));
        return [[{ x, y: memory.output('y', 21, tolerance), ...constantsOf(options) }, 2, 19]];
      },
      { tight: true },
    ),
  ];
}

function listBackwardCases(method: BackwardMethod, options: ActivationOptions): KernelCase[] {
  const { magnitude, reach } = options;
  // A derivative is of magnitude 1 or a little more, whatever the function's.
  const tolerance = magnitude === 0 ? 0 : toleranceOfSum(FUNCTION_TERMS, 1);
  return [
    ...COUNTS.map((count) =>
      makeCase(method, `${count} elements${describeCoefficient(options)}`, (memory) => {
        const length = BEFORE + count + AFTER;
        const from = memory.input('from', memory.uniform(length, -reach, reach));
        const inPlace = count % 2 === 1;
        const gradients = memory.uniform(length);
        const dy = inPlace ? memory.output('dy', gradients, tolerance) : memory.input('dy', gradients);
        const dx = inPlace ? dy : memory.output('dx', length, tolerance);
        return [[{ from, dy, dx, ...constantsOf(options) }, BEFORE, count]];
      }),
    ),
    makeCase(
      method,
      'arrays as long as needed',
      (memory) => {
        const from = memory.input('from', memory.uniform(21));
        const dy = memory.input('dy', memory.uniform(21));
        const dx = memory.output('dx', 21, tolerance);
        return [[{ from, dy, dx, ...constantsOf(options) }, 2, 19]];
      },
      { tight: true },
    ),
  ];
}

/** Far out the derivative is 0 or 1, and nothing on the way to it overflows. */
function makeFarCase(method: BackwardMethod, options: ActivationOptions): KernelCase {
  return makeCase(method, `special values${describeCoefficient(options)}`, (memory) => {
    const x = memory.input('x', Float32Array.from(SPECIAL_VALUES));
    const dy = memory.input('dy', new Float32Array(x.length).fill(1));
    const dx = memory.output('dx', x.length, toleranceOfSum(FUNCTION_TERMS, 1));
    return [[{ from: x, dy, dx, ...constantsOf(options) }, 0, x.length]];
  });
}

/** A gradient is selected, not multiplied: it passes where y > 0, and vanishes elsewhere, also where y is NaN, unless it is not finite. */
function makeReluSelectionCase(): KernelCase {
  return makeCase('activations.relu.bindBackward', 'special values', (memory) => {
    const pairs = SPECIAL_VALUES.flatMap((y) => SPECIAL_VALUES.map((dy) => [y, dy] as const));
    const y = memory.input(
      'y',
      Float32Array.from(pairs, (pair) => pair[0]),
    );
    const dy = memory.input(
      'dy',
      Float32Array.from(pairs, (pair) => pair[1]),
    );
    return [[{ from: y, dy, dx: memory.output('dx', y.length, 0), coefficient: 0 }, 0, y.length]];
  });
}

function repeat(values: readonly number[], times: number): Float32Array {
  return Float32Array.from({ length: values.length * times }, (_, i) => values[i % values.length]!);
}
