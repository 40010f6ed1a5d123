import type { Cell, Rows } from '../experiment/rows.js';
import { type Column, formatTable } from './tables.js';

/** An aligned table; numbers stand at the right, NULL is empty. */
export function formatRowsAsTable({ titles, rows }: Rows, width?: number): string {
  const columns = titles.map((title, i): Column => {
    const isNumber =
      rows.some((row) => isNumeric(row[i]!)) && rows.every((row) => row[i] === null || isNumeric(row[i]!));
    return { title, align: isNumber ? 'right' : 'left' };
  });
  return formatTable(
    columns,
    rows.map((row) => row.map(formatText)),
    width,
  );
}

/** CSV by RFC 4180: a header, CRLF, quotes where they are needed. NULL is empty, an empty text is `""`. */
export function formatRowsAsCsv({ titles, rows }: Rows): string {
  return [titles, ...rows].map((row) => `${row.map(formatCsvCell).join(',')}\r\n`).join('');
}

/**
 * A JSON array of objects, one row a line.
 *
 * @param embedded columns whose text is JSON, which becomes a part of it
 */
export function formatRowsAsJson({ titles, rows }: Rows, embedded: readonly string[] = []): string {
  if (rows.length === 0) return '[]\n';
  return `[\n${rows.map((row) => formatJsonObject(titles, row, {}, embedded)).join(',\n')}\n]\n`;
}

/**
 * One row as a JSON object on one line. Infinities are 9e999, which every JSON parser reads as infinity.
 *
 * @param more fields to put behind the row's
 */
export function formatJsonObject(
  titles: readonly string[],
  row: readonly Cell[],
  more: Readonly<Record<string, unknown>> = {},
  embedded: readonly string[] = [],
): string {
  const formatCell = (cell: Cell, title: string) =>
    typeof cell === 'string' && embedded.includes(title) ? cell : formatJsonCell(cell);
  const cells = titles.map((title, i) => `${JSON.stringify(title)}:${formatCell(row[i]!, title)}`);
  const others = Object.entries(more).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  return `{${[...cells, ...others].join(',')}}`;
}

function formatJsonCell(cell: Cell): string {
  if (cell === Number.POSITIVE_INFINITY) return '9e999';
  if (cell === Number.NEGATIVE_INFINITY) return '-9e999';
  if (typeof cell === 'bigint') return String(cell);
  return JSON.stringify(cell instanceof Uint8Array ? formatText(cell) : cell);
}

function formatCsvCell(cell: Cell): string {
  if (cell === null) return '';
  const text = formatText(cell);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function formatText(cell: Cell): string {
  if (cell === null) return '';
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell);
}

function isNumeric(cell: Cell): boolean {
  return typeof cell === 'number' || typeof cell === 'bigint';
}
