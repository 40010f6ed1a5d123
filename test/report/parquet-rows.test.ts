import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Rows } from '../../src/experiment/rows.js';
import { formatRowsAsParquet } from '../../src/report/parquet-rows.js';

async function write(rows: Rows) {
  const bytes = await formatRowsAsParquet(rows);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const types = parquetMetadata(file).schema.slice(1);
  return { rows: await parquetReadObjects({ file, utf8: false }), types };
}

describe('rows as Parquet', () => {
  it('keep their values, each column by its kind', async () => {
    const titles = ['whole', 'number', 'text', 'bytes', 'mixed', 'empty'];
    const { rows, types } = await write({
      titles,
      rows: [
        [9007199254740993n, 1.5, 'ä,"\n', Uint8Array.of(0, 255), 1n, null],
        [null, Number.POSITIVE_INFINITY, '', null, 'x', null],
        [-1n, 2n, null, Uint8Array.of(), 2.5, null],
      ],
    });
    expect(rows).toEqual([
      {
        whole: 9007199254740993n,
        number: 1.5,
        text: 'ä,"\n',
        bytes: Uint8Array.of(0, 255),
        mixed: '1',
        empty: null,
      },
      { whole: null, number: Number.POSITIVE_INFINITY, text: '', bytes: null, mixed: 'x', empty: null },
      { whole: -1n, number: 2, text: null, bytes: Uint8Array.of(), mixed: '2.5', empty: null },
    ]);
    expect(types.map(({ type, converted_type }) => converted_type ?? type)).toEqual([
      'INT64',
      'DOUBLE',
      'UTF8',
      'BYTE_ARRAY',
      'UTF8',
      'INT32',
    ]);
    expect(types.at(-1)!.logical_type).toEqual({ type: 'NULL' });
  });

  it('may be none', async () => {
    expect((await write({ titles: ['a'], rows: [] })).rows).toEqual([]);
  });

  it('are refused with two columns of one name', async () => {
    const rows = { titles: ['a', 'b', 'a'], rows: [] };
    await expect(formatRowsAsParquet(rows)).rejects.toThrow(
      "found two called 'a'. Give one another name: AS.",
    );
  });
});
