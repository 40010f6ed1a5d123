import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { type ArrayParts, fromArrays } from '../dataset/from-arrays.js';
import type { Tensor } from '../safetensors/format.js';
import { type CsvTable, hasClasses, readCsv } from './csv-table.js';
import { cacheDecoded } from './decoded-cache.js';
import type { ReadJob, SourceFormat } from './format.js';
import type { Place } from './place.js';

/** Tables of pixels, an image a row. */
export const csvFormat: SourceFormat = {
  title: 'pixels in CSV files',
  options: ['shape', 'layout', 'range', 'testFraction', 'splitSeed'],
  recognizes: ({ path, isFolder, files, folders }) =>
    isFolder ? folders.length === 0 && files.some(isCsv) : isCsv(path),
  async read(job) {
    const { place, name, options, tell } = job;
    const { train, test } = findTables(place, tell);
    const { layout, range, testFraction, splitSeed } = options;
    const table = await cacheTable(train, tell, range);
    const isTested = test !== null && (await hasClasses(test, table.columns));
    if (test !== null && !isTested) {
      tell(
        `${test}: has no column of classes and is not read; some images of ${train} are taken for the test`,
      );
    }
    const tested = isTested ? await cacheTable(test, tell, range) : null;
    if (tested !== null && tested.columns !== table.columns) {
      throw new UserError(
        `${test}: expected ${table.columns} pixels a row as in ${train}, found ${tested.columns}.`,
      );
    }
    const parts = {
      ...{ name, layout, testFraction, splitSeed },
      shape: options.shape ?? guessShape(table.columns, train),
      images: table.pixels,
      labels: takeLabels(table),
      testImages: tested?.pixels,
      testLabels: tested ? takeLabels(tested) : undefined,
    };
    const given = Object.entries(parts).filter(([, value]) => value !== undefined);
    return fromArrays(Object.fromEntries(given) as unknown as ArrayParts);
  },
};

function isCsv(name: string): boolean {
  return /\.csv$/i.test(name);
}

function findTables({ path, isFolder, files }: Place, tell: ReadJob['tell']) {
  if (!isFolder) return { train: path, test: null };
  const tables = files.filter(isCsv);
  const trains = tables.filter((name) => /train/i.test(name));
  const tests = tables.filter((name) => /test/i.test(name) && !/train/i.test(name));
  if (trains.length !== 1 || tests.length > 1) {
    throw new UserError(
      `${path}: expected a CSV file with train in its name, and one with test, found ${tables.join(', ')}. Give the one file, or rename them.`,
    );
  }
  const [train, test] = [trains[0]!, tests[0]];
  const others = files.filter((name) => name !== train && name !== test);
  if (others.length > 0) tell(`${path}: not read: ${others.slice(0, 10).join(', ')}`);
  return { train: join(path, train), test: test === undefined ? null : join(path, test) };
}

/** Goes up whenever a table comes out otherwise. */
const CACHE_VERSION = 2;

/** A table is parsed once, and not again by each process that trains on it. */
function cacheTable(path: string, tell: ReadJob['tell'], range: 1 | 255 = 255): Promise<CsvTable> {
  return cacheDecoded<CsvTable>(
    {
      title: 'the numbers of a table',
      files: [path],
      how: { csv: CACHE_VERSION, range },
      decode: () => readCsv(path, range),
      pack: ({ columns, pixels, labels }) => {
        const text = Buffer.from(JSON.stringify(labels));
        return {
          metadata: {},
          tensors: new Map<string, Tensor>([
            ['pixels', { shape: [labels.length, columns], values: pixels }],
            ['labels', { shape: [text.length], values: text }],
          ]),
        };
      },
      unpack: ({ tensors }) => {
        const [pixels, text] = [tensors.get('pixels'), tensors.get('labels')];
        if (!pixels || !text || pixels.values instanceof Uint16Array) return null;
        const labels = JSON.parse(Buffer.from(text.values as Uint8Array).toString()) as string[];
        return { columns: pixels.shape[1]!, pixels: pixels.values, labels };
      },
    },
    tell,
  );
}

/** Numbers of classes, if all of them are; else their names. */
function takeLabels({ labels }: CsvTable): readonly string[] | Float64Array {
  const numbers = Float64Array.from(labels, Number);
  return numbers.every(Number.isFinite) ? numbers : labels;
}

/** A grey square. */
function guessShape(pixels: number, path: string): [number, number, number] {
  const side = Math.sqrt(pixels);
  if (Number.isInteger(side)) return [side, side, 1];
  throw new UserError(
    `${path}: expected rows of a grey square's pixels, or the option shape, found ${pixels} pixels. Give it: shape=32x32x3.`,
  );
}
