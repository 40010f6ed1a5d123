import { UserError } from '../core/errors.js';
import type { Cell, Rows } from '../experiment/rows.js';

/** How a column is written: its type, and what its values become. */
interface ColumnType {
  readonly schema: object;
  convert(cell: NonNullable<Cell>): unknown;
}

const INTEGERS: ColumnType = { schema: { type: 'INT64' }, convert: (cell) => cell };
const NUMBERS: ColumnType = { schema: { type: 'DOUBLE' }, convert: Number };
const BYTES: ColumnType = { schema: { type: 'BYTE_ARRAY' }, convert: (cell) => cell };
const TEXTS: ColumnType = { schema: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, convert: formatText };
/** Of which nothing is known but that it is empty: readers take it for any type. */
const NULLS: ColumnType = {
  schema: { type: 'INT32', logical_type: { type: 'NULL' } },
  convert: (cell) => cell,
};

/**
 * A Parquet file of rows: whole numbers are INT64, others DOUBLE, texts UTF-8, bytes BYTE_ARRAY; columns that hold several kinds are texts. NULL stays
 * NULL.
 *
 * @throws UserError if two columns have one name, of which readers would lose one
 */
export async function formatRowsAsParquet({ titles, rows }: Rows): Promise<Uint8Array> {
  const twice = titles.find((title, i) => titles.indexOf(title) !== i);
  if (twice !== undefined) {
    throw new UserError(
      `--parquet: expected columns with names of their own, found two called '${twice}'. Give one another name: AS.`,
    );
  }
  // Few commands need it, and all would wait for it.
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const types = titles.map((_, i) => chooseType(rows.map((row) => row[i]!)));
  const columnData = titles.map((name, i) => ({
    name,
    data: rows.map((row) => (row[i] === null ? null : types[i]!.convert(row[i]!))),
  }));
  const fields = titles.map((name, i) => ({
    name,
    repetition_type: 'OPTIONAL' as const,
    ...types[i]!.schema,
  }));
  const schema = [{ name: 'root', num_children: fields.length }, ...fields];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
}

function chooseType(cells: readonly Cell[]): ColumnType {
  const kinds = new Set(cells.filter((cell) => cell !== null).map((cell) => typeof cell));
  if (kinds.size === 0) return NULLS;
  if ([...kinds].every((kind) => kind === 'bigint')) return INTEGERS;
  if ([...kinds].every((kind) => kind === 'bigint' || kind === 'number')) return NUMBERS;
  return [...kinds].every((kind) => kind === 'object') ? BYTES : TEXTS;
}

function formatText(cell: NonNullable<Cell>): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell);
}
