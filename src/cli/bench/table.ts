import { readFileSync } from 'node:fs';
import type { Figure } from '../../bench/figure.js';
import { UserError } from '../../core/errors.js';
import { formatFigures, formatNetworks } from './markdown.js';

/** What `bench table` was asked for. */
export interface TableCommand {
  readonly suite: 'table';
  /** Lines that `bench --json` printed. */
  readonly file: string;
  readonly byNetwork?: true;
}

/**
 * `bench table FILE`: recorded figures as a table in Markdown.
 *
 * @throws UserError if the file cannot be read, or holds something else
 */
export function formatRecord({ file, byNetwork }: TableCommand): string {
  const figures = readRecord(file);
  return byNetwork ? formatNetworks(figures) : formatFigures(figures);
}

function readRecord(file: string): Figure[] {
  const lines = readText(file).split('\n');
  const figures = lines.flatMap((line, i) => (line.trim() === '' ? [] : [readFigure(line, file, i + 1)]));
  if (figures.length > 0) return figures;
  throw new UserError(`bench table: ${file} is empty. Fill it with bench <suite> --json > ${file}.`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`bench table: ${file} cannot be read: ${(error as Error).message}.`);
  }
}

function readFigure(line: string, file: string, number: number): Figure {
  try {
    const figure = JSON.parse(line) as Partial<Figure> | null;
    if (typeof figure?.name === 'string' && typeof figure.threads === 'number') return figure as Figure;
  } catch {
    // Neither is what is no JSON at all.
  }
  throw new UserError(
    `bench table: ${file}, line ${number}: expected a figure as bench <suite> --json prints it, found '${line.slice(0, 40)}'.`,
  );
}
