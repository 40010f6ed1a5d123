/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align: 'left' | 'right';
}

const GAP = '  ';

/**
 * An aligned table as plain text, with a rule under the titles and a line feed at the end of each line.
 *
 * @param rows one text for each column
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(escapeControls));
  // Not Math.max(...), whose arguments would fill the stack for a long table.
  const widths = columns.map(({ title }, i) =>
    cells.reduce((width, row) => Math.max(width, row[i]!.length), title.length),
  );
  const titles = columns.map((column) => column.title);
  const rules = widths.map((width) => '-'.repeat(width));
  return [titles, rules, ...cells].map((row) => formatRow(row, columns, widths)).join('');
}

function formatRow(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  const cells = row.map((cell, i) =>
    columns[i]!.align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
  );
  return `${cells.join(GAP).trimEnd()}\n`;
}

/** A line break in a cell would break the table, and an escape sequence could do worse to the terminal. */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
    return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
