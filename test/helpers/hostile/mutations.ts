import fc from 'fast-check';

/** One change of a file's bytes. Places are fractions of its length, so that they hold for what earlier changes have left. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'fill'; readonly at: number; readonly length: number; readonly byte: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'splice'; readonly at: number; readonly from: number; readonly other: number }
  | { readonly kind: 'integer'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'token'; readonly at: number; readonly text: string };

/** Sizes, counts and offsets that a header may lie with. */
const EXTREMES = [
  0n,
  1n,
  -1n,
  2n ** 15n,
  2n ** 16n - 1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
];

/** What may stand in a text in place of a value. */
const HOSTILE_TOKENS = [
  ...[
    '0',
    '-0',
    '-1',
    '1e999',
    '-1e999',
    '1e-999',
    '2147483648',
    '4294967295',
    '9007199254740993',
    '1e15',
    '0.5',
    'NaN',
  ],
  ...[
    'null',
    'true',
    '""',
    '[]',
    '{}',
    '[[]]',
    '[1,2,3]',
    '"__proto__"',
    '"constructor"',
    '{"__proto__":{"a":1}}',
    '\u0000',
    '\ud800',
  ],
  ...['[', '{', '"', ']', '}', ',', ':', '*', '->', '(', ')', '?', '=', '.', '%', '-'],
  ...[
    `${'['.repeat(2000)}${']'.repeat(2000)}`,
    '{"a":'.repeat(500),
    `"${'a'.repeat(3000)}"`,
    '9'.repeat(400),
  ],
];

/** Words, numbers, strings and marks of JSON, of patterns and of overrides. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[-+.\w]+|[^\s\w]/g;

const place = fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true });
const length = fc.integer({ min: 1, max: 64 });

/** Changes of any file. */
export const byteMutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: place, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constant('fill'), at: place, length, byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff) }),
  fc.record({ kind: fc.constant('cut'), at: place }),
  fc.record({ kind: fc.constant('remove'), at: place, length }),
  fc.record({
    kind: fc.constant('insert'),
    at: place,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  }),
  fc.record({ kind: fc.constant('repeat'), at: place, length, times: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('splice'), at: place, from: place, other: fc.nat({ max: 99 }) }),
  fc.record({ kind: fc.constant('integer'), at: place, bytes: extremeBytes() }),
);

/** Changes of a text. */
export const textMutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('token'), at: place, text: fc.constantFrom(...HOSTILE_TOKENS) }),
  },
  { weight: 1, arbitrary: byteMutation },
);

function extremeBytes(): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...EXTREMES), fc.constantFrom(1, 2, 4, 8), fc.boolean())
    .map(([value, size, bigEndian]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
      const some = Uint8Array.from(bytes.subarray(0, size));
      return bigEndian ? some.reverse() : some;
    });
}

/**
 * A file changed.
 *
 * @param others valid files of the same format, of which parts may be put in
 */
export function mutate(file: Buffer, mutations: readonly Mutation[], others: readonly Buffer[]): Buffer {
  return mutations.reduce((bytes, mutation) => apply(bytes, mutation, others), file);
}

function apply(bytes: Buffer, mutation: Mutation, others: readonly Buffer[]): Buffer {
  const at = Math.floor(mutation.at * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (mutation.kind) {
    case 'flip': {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at]! ^= 1 << mutation.bit;
      return flipped;
    }
    case 'fill':
      return Buffer.from(bytes).fill(mutation.byte, at, Math.min(bytes.length, at + mutation.length));
    case 'cut':
      return before;
    case 'remove':
      return Buffer.concat([before, after.subarray(mutation.length)]);
    case 'insert':
      return Buffer.concat([before, mutation.bytes, after]);
    case 'repeat': {
      const piece = after.subarray(0, mutation.length);
      return Buffer.concat([before, ...new Array<Buffer>(mutation.times).fill(piece), after]);
    }
    case 'splice': {
      const other = others[mutation.other % others.length]!;
      return Buffer.concat([before, other.subarray(Math.floor(mutation.from * other.length))]);
    }
    case 'integer':
      return Buffer.concat([before, mutation.bytes, after.subarray(mutation.bytes.length)]);
    case 'token':
      return replaceToken(bytes, mutation);
  }
}

function replaceToken(bytes: Buffer, { at, text }: Mutation & { kind: 'token' }): Buffer {
  const whole = bytes.toString('utf8');
  const tokens = [...whole.matchAll(TOKENS)];
  const token = tokens[Math.min(tokens.length - 1, Math.floor(at * tokens.length))];
  if (token === undefined) return Buffer.from(text);
  return Buffer.from(whole.slice(0, token.index) + text + whole.slice(token.index + token[0].length));
}
