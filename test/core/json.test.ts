import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault, parseJson } from '../../src/core/json.js';
import { MAX_DEPTH } from '../../src/core/plain-data.js';

describe('text that is not JSON', () => {
  it.each([
    ['{\n  "base": {,}\n}', 'line 2, column 12: expected JSON, found ",}"'],
    ['{"base": {"seed": 1,}}', 'line 1, column 21: expected JSON, found "}}"'],
    ['{"base": ', 'line 1, column 10: expected JSON, found the end of the text'],
    ['', 'line 1, column 1: expected JSON, found the end of the text'],
    ['hello', 'line 1, column 1: expected JSON, found "hello"'],
    ['{seed: 1}', 'line 1, column 2: expected JSON, found "seed: 1}"'],
    ["{'seed': 1}", `line 1, column 2: expected JSON, found "'seed': 1}"`],
    ['[1, 2\n, 03]', 'line 2, column 4: expected JSON, found "3]"'],
    ['{} {}', 'line 1, column 4: expected JSON, found "{}"'],
    ['{"a": "b\nc"}', 'line 1, column 7: expected JSON, found "\\"b"'],
    ['[NaN]', 'line 1, column 2: expected JSON, found "NaN]"'],
  ])('%j tells the place', (text, message) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(() => parseJson(text, 'grid.json')).toThrow(`grid.json: ${message}.`);
  });

  it('is told from text that is', () => {
    expect(parseJson(' {"a": [1, -2.5e3, "\\u00e9", null, {}, []]} ', 'x')).toEqual({
      a: [1, -2500, 'é', null, {}, []],
    });
  });

  it('is what JSON.parse takes it for, whatever it is', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      'u',
      '0',
      '1',
      '-',
      '.',
      'e',
      ' ',
      'true',
      '\u0085',
    ];
    const texts = fc.oneof(
      fc.json(),
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((some) => some.join('')),
      fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 1 })).map(([json, at, put]) => {
        const i = at % (json.length + 1);
        return json.slice(0, i) + put + json.slice(i + 1);
      }),
    );
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        const fault = findJsonFault(text);
        // Of a text with a fault of the other sort, nothing is said of what follows.
        if (fault === null || !fault.isJson) expect(fault === null).toBe(isJson(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('JSON that says what nobody can mean', () => {
  it.each([
    ['{"a": 1, "b": 2, "a" : 3}', "column 18: expected each key once, found 'a' twice."],
    ['{"x": {"a": 1, "a": 2}}', "column 16: expected each key once, found 'a' twice."],
    ['[{"a": []}, {"b": {}, "\\u0062": 1}]', "column 23: expected each key once, found 'b' twice."],
    [
      '{"__proto__": {"seed": 1}}',
      "column 2: expected a name that objects have no meaning for, found '__proto__'.",
    ],
    ['{"a": [{"constructor": 1}]}', "found 'constructor'."],
    ['{"a": {"pr\\u006ftotype": 1}}', "found 'prototype'."],
    ['{"seed": 9007199254740993}', 'column 10: expected a whole number that is kept to the last digit'],
    ['[9007199254740993.0]', 'are), found 9007199254740993.0.'],
    ['[-100000000000000000001]', 'are), found -100000000000000000001.'],
    ['[1e999]', 'expected a number up to 1.7976931348623157e+308, found 1e999.'],
    ['[-1e400]', 'found -1e400.'],
    ['[1e-400]', 'expected 0, or a number from 5e-324 up, found 1e-400.'],
    ['[-0]', 'expected 0, found -0.'],
    ['[-0.0e5]', 'expected 0, found -0.0e5.'],
    ['[[[', 'expected JSON, found the end of the text.'],
  ])('%s is refused', (text, message) => {
    expect(() => parseJson(text, 'spec')).toThrow(message);
  });

  it.each([
    '{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}',
    '{"a": "b", "b": "a", "c": ["a", "a"]}',
    '{"a": "\\"a\\": 1", "b": "{\\"b\\":"}',
    '["__proto__", "constructor"]',
    '[9007199254740992, 1e20, 0.1234567890123456789, 1e-5, 0e5, 0.0]',
  ])('is not taken for it: %s', (text) => {
    expect(parseJson(text, 'spec')).toEqual(JSON.parse(text));
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('is refused at a depth that fills a stack: %s', (_, open, close) => {
    const nest = (depth: number) => `${open.repeat(depth)}0${close.repeat(depth)}`;
    expect(() => parseJson(nest(MAX_DEPTH), 'spec')).not.toThrow();
    for (const text of [nest(MAX_DEPTH + 1), nest(10_000), open.repeat(1_000_000)]) {
      expect(() => parseJson(text, 'spec')).toThrow(
        `expected at most ${MAX_DEPTH} objects and lists inside each other, found more.`,
      );
    }
  });

  it('may hold a text of any length', () => {
    const text = JSON.stringify('a\n'.repeat(4_000_000));
    expect(findJsonFault(text)).toBeNull();
  });
});
