import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UserError } from '../core/errors.js';
import { openRegularFile } from '../core/regular-file.js';
import { explainReadError } from '../dataset/read-errors.js';

/** What the column of classes is called. */
const LABEL_NAMES: readonly string[] = ['label', 'labels', 'class', 'target', 'y'];
/** A line of 65,536 pixels takes a quarter of it. */
const MAX_LINE_BYTES = 2 ** 20;
const FIRST_ROWS = 8;

/** What a table of images holds. */
export interface CsvTable {
  /** Of pixels. */
  readonly columns: number;
  /** Rows one after another. */
  readonly pixels: Uint8Array | Float32Array;
  /** As they are written. */
  readonly labels: readonly string[];
}

/**
 * Reads a table with a line an image: a column of classes, called `label` or the first one, and a column a pixel.
 *
 * @throws UserError for a line with another number of columns, or a pixel that is no number
 */
export async function readCsv(path: string, range: 1 | 255 = 255): Promise<CsvTable> {
  const rows = new RowReader(path, range);
  for await (const row of readRows(path)) rows.add(row);
  return rows.finish();
}

/**
 * Whether a table says of its images what they are, as far as its first row tells.
 *
 * @param columns of pixels that it has
 * @throws UserError if it cannot be read
 */
export async function hasClasses(path: string, columns: number): Promise<boolean> {
  for await (const row of readRows(path)) return row.length !== columns || (findLabels(row) ?? -1) >= 0;
  return true;
}

async function* readRows(path: string): AsyncGenerator<string[]> {
  const { handle } = await openRegularFile(path, 'a table of pixels');
  const parser = parse({ bom: true, trim: true, skip_empty_lines: true, max_record_size: MAX_LINE_BYTES });
  try {
    const bytes = handle.createReadStream({ start: 0, autoClose: false });
    yield* pipeline(bytes, parser, () => {}) as AsyncIterable<string[]>;
  } catch (error) {
    if (!(error instanceof CsvError)) throw explainReadError(error, path);
    throw new UserError(`${path}: expected a table (CSV), found: ${error.message}. Save it again.`);
  } finally {
    await handle.close();
  }
}

/** Where a first row of titles has that of the classes; −1 where none has it, null where it is no row of titles. */
function findLabels(row: readonly string[]): number | null {
  const at = row.findIndex((title) => LABEL_NAMES.includes(title.toLowerCase()));
  const others = row.filter((_, i) => i !== Math.max(0, at));
  // pandas numbers the columns of pixels.
  const areCounted =
    at >= 0 && others.length > 1 && others.every((title, i) => i === 0 || isNext(title, others[i - 1]!));
  return areCounted || others.every(isWord) ? at : null;
}

const isWord = (text: string) => text === '' || !Number.isFinite(Number(text));

const isNext = (title: string, earlier: string) =>
  /^\d+$/.test(earlier) && /^\d+$/.test(title) && Number(title) === Number(earlier) + 1;

/** Puts a table together from its rows. */
class RowReader {
  readonly #path: string;
  #labelAt = 0;
  #columns = -1;
  #pixels: Uint8Array | Float32Array;
  readonly #range: 1 | 255;
  readonly #labels: string[] = [];
  #isBegun = false;

  constructor(path: string, range: 1 | 255) {
    this.#path = path;
    this.#range = range;
    this.#pixels = this.#allocate(0);
  }

  add(row: readonly string[]): void {
    if (!this.#isBegun && this.#begin(row)) return;
    const at = this.#labels.length * this.#columns;
    if (at + this.#columns > this.#pixels.length) this.#grow();
    for (let column = 0, to = at; column < row.length; column++) {
      if (column === this.#labelAt) continue;
      const text = row[column]!;
      const value = Number(text);
      const isPixel = value >= 0 && value <= this.#range && (this.#range === 1 || Number.isInteger(value));
      if (text === '' || !isPixel) this.#refuseNumber(text, column);
      this.#pixels[to++] = value;
    }
    if (row[this.#labelAt] === '') this.#refuse('a class', '', this.#labelAt);
    this.#labels.push(row[this.#labelAt]!);
  }

  /** @returns whether it is a row of titles */
  #begin(row: readonly string[]): boolean {
    this.#isBegun = true;
    if (row.length < 2) {
      throw new UserError(
        `${this.#path}: expected a column of classes and one a pixel, found ${row.length} columns.`,
      );
    }
    this.#columns = row.length - 1;
    this.#pixels = this.#allocate(this.#columns);
    const labelAt = findLabels(row);
    if (labelAt === null) return false;
    this.#labelAt = labelAt;
    if (labelAt >= 0) return true;
    throw new UserError(
      `${this.#path}: expected a column called ${LABEL_NAMES.join(', ')}, found ${row.slice(0, 3).join(', ')} and others. A table without classes can be neither trained nor tested on.`,
    );
  }

  #grow(): void {
    const pixels = this.#allocate(Math.max(FIRST_ROWS, 2 * this.#labels.length) * this.#columns);
    pixels.set(this.#pixels);
    this.#pixels = pixels;
  }

  /** Bytes where they will do: a table of a hundred megabytes has as many numbers. */
  #allocate(numbers: number): Uint8Array | Float32Array {
    return this.#range === 1 ? new Float32Array(numbers) : new Uint8Array(numbers);
  }

  #refuseNumber(found: string, column: number): never {
    if (this.#range === 1) this.#refuse('a number from 0 to 1', found, column);
    this.#refuse('a whole number from 0 to 255 (numbers from 0 to 1 need range=1)', found, column);
  }

  #refuse(expected: string, found: string, column: number): never {
    throw new UserError(
      `${this.#path}: image ${this.#labels.length + 1}, column ${column + 1}: expected ${expected}, found '${found.slice(0, 20)}'. Correct it.`,
    );
  }

  finish(): CsvTable {
    if (this.#labels.length === 0) {
      throw new UserError(`${this.#path}: expected an image a row, found no rows. Save it again.`);
    }
    const pixels = this.#pixels.subarray(0, this.#labels.length * this.#columns);
    return { columns: this.#columns, pixels, labels: this.#labels };
  }
}
