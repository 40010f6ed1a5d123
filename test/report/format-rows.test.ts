import { describe, expect, it } from 'vitest';
import {
  formatJsonObject,
  formatRowsAsCsv,
  formatRowsAsJson,
  formatRowsAsTable,
} from '../../src/report/format-rows.js';

const ROWS = {
  titles: ['id', 'text', 'value', 'bytes'],
  rows: [
    [9007199254740993n, 'a,b', 1.5, Buffer.from([0, 255])],
    [2n, 'say "hi"\r\nthere', Number.POSITIVE_INFINITY, null],
    [3n, '', Number.NEGATIVE_INFINITY, null],
    [4n, null, null, null],
  ],
};

describe('rows of a query', () => {
  it('are a table with numbers at the right', () => {
    expect(
      formatRowsAsTable({
        titles: ['n', 'text'],
        rows: [
          [1n, 'a'],
          [100n, null],
          [null, 'b'],
        ],
      }),
    ).toBe('  n  text\n---  ----\n  1  a\n100\n     b\n');
  });

  it('are CSV by RFC 4180: CRLF, quotes where needed and doubled, no quotes for NULL', () => {
    expect(formatRowsAsCsv(ROWS)).toBe(
      'id,text,value,bytes\r\n9007199254740993,"a,b",1.5,00ff\r\n2,"say ""hi""\r\nthere",Infinity,\r\n3,"",-Infinity,\r\n4,,,\r\n',
    );
  });

  it('are JSON that gives infinities back', () => {
    const json = formatRowsAsJson(ROWS);
    expect(json).toContain('"id":9007199254740993,');
    const parsed = JSON.parse(json) as Record<string, unknown>[];
    expect(parsed.map(({ text, value, bytes }) => [text, value, bytes])).toEqual([
      ['a,b', 1.5, '00ff'],
      ['say "hi"\r\nthere', Number.POSITIVE_INFINITY, null],
      ['', Number.NEGATIVE_INFINITY, null],
      [null, null, null],
    ]);
    expect(JSON.parse(formatRowsAsJson({ titles: ['a'], rows: [] }))).toEqual([]);
  });

  it('are JSON with other fields behind them', () => {
    expect(formatJsonObject(['a'], [1], { b: { c: [2] } })).toBe('{"a":1,"b":{"c":[2]}}');
  });
});
