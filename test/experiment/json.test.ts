import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/experiment/json.js';

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
});
