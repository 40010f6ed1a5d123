import { splitWords, wrapText } from './wrap-text.js';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align: 'left' | 'right';
}

const GAP = '  ';
/** Words and numbers of so many characters are not broken to make a table narrower. */
const UNBROKEN = 20;

/** A column with its cells. */
interface FilledColumn extends Column {
  readonly cells: readonly string[];
  /** That it takes, and that it can do with. */
  readonly width: number;
  readonly least: number;
}

/**
 * An aligned table as plain text, with a rule under the titles and a line feed at the end of each line. One that is wider than the terminal has
 * titles and texts in several lines; if that does not help, it is cut into tables of some columns each, with the first column in all of them, or the
 * row's number where that does not tell the rows apart.
 *
 * @param rows one text for each column
 * @param width of the terminal, in characters; default: what it takes
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const filled = columns.map((column, i) =>
    fillColumn(
      column,
      rows.map((row) => escapeControls(row[i]!)),
    ),
  );
  const fits = measure(filled.map((column) => column.width)) <= width;
  const parts = fits ? [filled] : splitColumns(filled.map(measureLeast), rows.length, width);
  return parts.map((part) => formatPart(narrow(part, width), rows.length)).join('\n');
}

function fillColumn({ title, align }: Column, cells: readonly string[]): FilledColumn {
  const width = findLongest([title], cells);
  return { title, align, cells, width, least: width };
}

function measureLeast(column: FilledColumn): FilledColumn {
  const { title, align, cells } = column;
  // A short number stays whole, with its unit.
  const words = cells.flatMap((cell) =>
    align === 'right' && cell.length <= UNBROKEN ? [cell] : splitWords(cell),
  );
  return { ...column, least: Math.max(1, Math.min(UNBROKEN, findLongest(splitWords(title), words))) };
}

/** In characters, with the gaps. */
function measure(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
}

/** Not Math.max(...), whose arguments would fill the stack for a long table. */
function findLongest(...lists: readonly (readonly string[])[]): number {
  return lists.flat().reduce((longest, { length }) => Math.max(longest, length), 0);
}

/** Takes from the widest columns until all of them fit, if they can. */
function narrow(columns: readonly FilledColumn[], width: number): FilledColumn[] {
  const widths = columns.map((column) => column.width);
  for (let excess = measure(widths) - width; excess > 0; excess--) {
    const spare = widths.map((own, i) => (own > columns[i]!.least ? own : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)]!--;
  }
  return columns.map((column, i) => ({ ...column, width: widths[i]! }));
}

/** With a column of the rows' numbers in front, unless the first one tells them apart. */
function withKey(columns: readonly FilledColumn[], rowCount: number): readonly FilledColumn[] {
  if (new Set(columns[0]!.cells).size === rowCount) return columns;
  const numbers = Array.from({ length: rowCount }, (_, i) => String(i + 1));
  return [fillColumn({ title: '#', align: 'right' }, numbers), ...columns];
}

/** All of them, or as many in each part as fit behind a first one that all have; one at least, however narrow the terminal. */
function splitColumns(columns: readonly FilledColumn[], rowCount: number, width: number): FilledColumn[][] {
  const isTooWide = (some: readonly FilledColumn[]) => measure(some.map(({ least }) => least)) > width;
  if (columns.length < 2 || !isTooWide(columns)) return [[...columns]];
  const [key, ...others] = withKey(columns, rowCount);
  const parts: FilledColumn[][] = [];
  for (const column of others) {
    const part = parts.at(-1);
    if (part === undefined || isTooWide([...part, column])) parts.push([key!, column]);
    else part.push(column);
  }
  return parts;
}

function formatPart(columns: readonly FilledColumn[], rowCount: number): string {
  const titles = columns.map(({ title, width }) => wrapText(title, width));
  const height = titles.reduce((most, { length }) => Math.max(most, length), 1);
  const raised = titles.map((lines) => [...new Array<string>(height - lines.length).fill(''), ...lines]);
  const rules = columns.map(({ width }) => ['-'.repeat(width)]);
  const rows = Array.from({ length: rowCount }, (_, row) =>
    columns.map(({ cells, width }) => wrapText(cells[row]!, width)),
  );
  return [raised, rules, ...rows].map((row) => formatRow(row, columns)).join('');
}

/** A row, of as many lines as its longest cell. */
function formatRow(cells: readonly (readonly string[])[], columns: readonly FilledColumn[]): string {
  const height = cells.reduce((most, { length }) => Math.max(most, length), 1);
  return Array.from({ length: height }, (_, line) => {
    const texts = cells.map((lines, i) => {
      const text = lines[line] ?? '';
      const { align, width } = columns[i]!;
      return align === 'right' ? text.padStart(width) : text.padEnd(width);
    });
    return `${texts.join(GAP).trimEnd()}\n`;
  }).join('');
}

/** A line break in a cell would break the table, and an escape sequence could do worse to the terminal. */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
    return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
