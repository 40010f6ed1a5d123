import fc from 'fast-check';

/** Numbers that break what was not thought of. */
const HOSTILE_NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  15,
  16,
  17,
  256,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32 - 1,
  2 ** 32,
  2 ** 50,
  2 ** 52,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  2 ** 64,
  -(2 ** 53),
  1e308,
  5e-324,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** What is no number, no array and no boolean; each made anew. */
const WRONG_VALUES: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => '3',
  () => 3n,
  () => true,
  () => Symbol('3'),
  () => ({ valueOf: () => 3 }),
  () => [1, 2],
  () => () => 3,
  () => new Proxy({}, {}),
  () => new Float64Array(8),
  () => new Uint8ClampedArray(8),
  () => new DataView(new ArrayBuffer(32)),
  () => new ArrayBuffer(32),
  () => new SharedArrayBuffer(32),
  () => new Proxy(new Float32Array(8), {}),
];

const hostileNumber = fc.oneof(
  fc.record({ by: fc.constant('set' as const), value: fc.constantFrom(...HOSTILE_NUMBERS) }),
  fc.record({ by: fc.constant('add' as const), value: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ by: fc.constant('times' as const), value: fc.constantFrom(2, 0.5, 3, 16, 2 ** 20, 2 ** 32) }),
);
const place = fc.nat(40);

/** One thing that is wrong, or at least other, in a call. Places count through what the call has of the kind, and around. */
export type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

export const mutation = fc.oneof(
  // Sizes, coefficients, words of the window: numbers of the descriptor.
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('field' as const), place, number: hostileNumber }) },
  // The numbers of the run.
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('number' as const), place, number: hostileNumber }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap numbers' as const), place, other: place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('wrong field' as const, 'wrong number' as const, 'wrong array' as const),
      place,
      value: fc.constantFrom(...WRONG_VALUES),
    }),
  },
  // The arrays' extents.
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('shorter' as const, 'later' as const, 'longer' as const),
      place,
      elements: fc.oneof(fc.constantFrom(1, 1, 2, 15, 16), fc.nat(2000)),
    }),
  },
  // One array over another: the same, or so many elements later.
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('overlap' as const),
      place,
      other: place,
      elements: fc.constantFrom(0, 0, 1, 4, 16),
    }),
  },
  // Sample ids, labels, cuts, transforms; floats that are none.
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('content' as const),
      place,
      element: fc.nat(500),
      value: fc.constantFrom(
        -1,
        0,
        1,
        7,
        8,
        16,
        17,
        255,
        2 ** 31 - 1,
        -(2 ** 31),
        Number.NaN,
        Number.POSITIVE_INFINITY,
      ),
    }),
  },
  // What happens to a buffer, and when.
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('transfer' as const, 'shrink' as const, 'grow' as const),
      place,
      when: fc.constantFrom('before' as const, 'while reading' as const, 'between' as const),
      /** Of the descriptor, whose reading does it. */
      field: place,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('descriptor' as const),
      as: fc.constantFrom(
        'undefined' as const,
        'null' as const,
        'a function' as const,
        'a number' as const,
        'a proxy' as const,
        'frozen' as const,
        'without a prototype' as const,
        'inherited' as const,
        'throwing' as const,
        'changed when bound' as const,
      ),
      place,
    }),
  },
);

/** A number in the place of another. */
export function mutateNumber(
  before: unknown,
  { by, value }: { readonly by: string; readonly value: number },
): number {
  const number = typeof before === 'number' ? before : 0;
  return by === 'set' ? value : by === 'add' ? number + value : number * value;
}
