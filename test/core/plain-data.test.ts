import { describe, expect, it } from 'vitest';
import { checkPlainData, MAX_DEPTH } from '../../src/core/plain-data.js';

const cycle: { a: { b: unknown[] } } = { a: { b: [] } };
cycle.a.b.push(cycle.a);

/** Inside so many lists. */
function nest(depth: number): unknown {
  let value: unknown = 0;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

class Net {
  readonly width = 1;
}

describe('data that is not plain', () => {
  it.each<[string, unknown, string]>([
    ['NaN', { a: [1, Number.NaN] }, "field 'a[1]': expected a finite number, found NaN."],
    ['an infinity', { a: Number.NEGATIVE_INFINITY }, "field 'a': expected a finite number, found -Infinity."],
    ['−0', { a: -0 }, "field 'a': expected 0, found -0."],
    [
      'a hole',
      { a: Object.assign(new Array(3), [1, 2]) },
      "field 'a': expected a list without holes and fields, found 2 entries in 3 places.",
    ],
    ['a list of nothing', { a: [undefined] }, "field 'a[0]': expected plain data, found nothing."],
    ['a list with a field', Object.assign([1], { b: 2 }), 'expected a list without holes and fields'],
    [
      'a getter',
      {
        a: {
          get b() {
            throw new Error('called');
          },
        },
      },
      "field 'a.b': expected a plain value, found a getter",
    ],
    ['a hidden field', Object.defineProperty({}, 'a', { value: 1 }), "field 'a': expected a plain value"],
    ['a cycle', cycle, "field 'a.b[0]': expected plain data, found a cycle"],
    ['an object of a class', { a: new Net() }, "field 'a': expected a plain object or a list, found a Net."],
    ['a map', new Map(), 'expected a plain object or a list, found a Map.'],
    ['bytes', { a: Buffer.from('x') }, "field 'a': expected a plain object or a list, found a Buffer."],
    ['an inherited object', Object.create({ seed: 1 }), 'expected a plain object or a list'],
    [
      'a number as an object',
      { a: Object(1) },
      "field 'a': expected a plain object or a list, found a Number.",
    ],
    ['a function', { a: () => 1 }, "field 'a': expected plain data, found a function."],
    ['a BigInt', { a: 1n }, "field 'a': expected plain data, found 1n."],
    ['a symbol', { [Symbol('s')]: 1 }, "expected fields of plain data, found one called 'Symbol(s)'."],
    [
      '__proto__',
      JSON.parse('{"a": {"__proto__": 1}}'),
      "field 'a': expected fields of plain data, found one called '__proto__'.",
    ],
    ['constructor', { constructor: 1 }, "expected fields of plain data, found one called 'constructor'."],
    [
      'prototype',
      { a: [{ prototype: 1 }] },
      "field 'a[0]': expected fields of plain data, found one called 'prototype'.",
    ],
    [
      '10,000 lists',
      nest(10_000),
      `expected at most ${MAX_DEPTH} objects and lists inside each other, found more.`,
    ],
  ])('is refused: %s', (_, value, message) => {
    expect(() => checkPlainData(value, 'spec')).toThrow(`spec: ${message}`);
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });

  it('is told from what is', () => {
    const shared = { kernel: 3 };
    const plain = {
      a: [shared, shared],
      b: null,
      c: 'x',
      d: undefined,
      e: Object.create(null),
      f: nest(MAX_DEPTH - 1),
    };
    expect(() => checkPlainData(plain, 'spec')).not.toThrow();
    for (const value of [undefined, null, 1, 'x', true])
      expect(() => checkPlainData(value, 'spec')).not.toThrow();
  });
});
