import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { checkMostBytes, openRegularFile, readInto } from '../../core/regular-file.js';
import type { Dataset } from '../../dataset/dataset.js';
import { type ArrayParts, fromArrays } from '../../dataset/from-arrays.js';
import { allocateSharedBytes } from '../../dataset/shared-bytes.js';
import type { ReadJob, SourceFormat } from '../format.js';
import type { SourceOptions } from '../options.js';
import { NPY_MAGIC, type NumericArray, parseNpy } from './npy.js';
import { readNpz, ZIP_MAGIC } from './npz.js';

/** The parts of a data set, and what programs call them. */
const PART_NAMES = {
  images: ['x_train', 'train_images', 'images', 'train_x', 'x', 'X_train', 'X'],
  labels: ['y_train', 'train_labels', 'labels', 'train_y', 'y'],
  targets: ['train_targets', 'targets'],
  testImages: ['x_test', 'test_images', 'test_x', 'X_test'],
  testLabels: ['y_test', 'test_labels', 'test_y'],
  testTargets: ['test_targets'],
} as const;

type Part = keyof typeof PART_NAMES;
const PARTS = Object.keys(PART_NAMES) as Part[];
const partOf = (name: string) => PARTS.find((part) => (PART_NAMES[part] as readonly string[]).includes(name));

const OPTIONS = ['shape', 'layout', 'range', 'testFraction', 'splitSeed'] as const;
/** A longer file is not taken into memory at one go. */
const MAX_FILE_BYTES = 2 ** 31;

/** One NPZ file. */
export const npzFormat: SourceFormat = {
  title: 'arrays of NumPy in an NPZ file',
  options: OPTIONS,
  recognizes: ({ start }) => start.toString('latin1', 0, ZIP_MAGIC.length) === ZIP_MAGIC,
  async read(job) {
    const { arrays, others } = await readNpz(job.place.path, (name) => partOf(name) !== undefined);
    return assemble(arrays, others, job);
  },
};

/** A folder of NPY files. */
export const npyFormat: SourceFormat = {
  title: 'arrays of NumPy in a folder of NPY files',
  options: OPTIONS,
  recognizes: ({ files, start }) =>
    files.some((file) => file.endsWith('.npy')) ||
    start.toString('latin1', 0, NPY_MAGIC.length) === NPY_MAGIC,
  async read(job) {
    const { path, isFolder, files } = job.place;
    if (!isFolder) {
      throw new UserError(
        `${path}: expected a folder of NPY files, found one of them. Give the folder that has it and the labels: ${PART_NAMES.images[0]}.npy, ${PART_NAMES.labels[0]}.npy.`,
      );
    }
    const names = files.map((file) => file.replace(/\.npy$/, ''));
    const arrays = new Map<string, NumericArray>();
    for (const [i, name] of names.entries()) {
      if (name !== files[i] && partOf(name)) arrays.set(name, await readNpyFile(join(path, files[i]!)));
    }
    return assemble(
      arrays,
      files.filter((_, i) => !arrays.has(names[i]!)),
      job,
    );
  },
};

/** @throws UserError if it cannot be read, or is no array */
export async function readNpyFile(path: string): Promise<NumericArray> {
  const open = await openRegularFile(path, 'an array of NumPy');
  try {
    checkMostBytes(open.sizeBytes, MAX_FILE_BYTES, path, 'an array of NumPy');
    const bytes = allocateSharedBytes(open.sizeBytes, path);
    await readInto(open, path, bytes);
    return parseNpy(bytes, path);
  } finally {
    await open.handle.close();
  }
}

function assemble(
  arrays: ReadonlyMap<string, NumericArray>,
  others: readonly string[],
  { place: { path }, name, options, tell }: ReadJob,
): Dataset {
  const found = new Map<Part, [name: string, array: NumericArray]>();
  for (const [key, array] of arrays) {
    const part = partOf(key)!;
    const earlier = found.get(part);
    if (earlier) {
      throw new UserError(`${path}: expected one of ${earlier[0]} and ${key}, found both. Leave one out.`);
    }
    found.set(part, [key, array]);
  }
  if (!found.has('images') || !(found.has('labels') || found.has('targets'))) {
    const all = [...arrays.keys(), ...others].slice(0, 10).join(', ');
    throw new UserError(
      `${path}: expected arrays of images (${PART_NAMES.images.join(', ')}) and labels (${PART_NAMES.labels.join(', ')}) or targets, found ${all || 'none'}. Save them by these names.`,
    );
  }
  if (others.length > 0) tell(`${path}: not read: ${others.slice(0, 10).join(', ')}`);
  const values = (part: Part) => found.get(part)?.[1].values;
  const [, images] = found.get('images')!;
  const test = found.get('testImages')?.[1];
  const shape = readShape(images, options, path);
  if (test !== undefined && String(test.shape.slice(1)) !== String(images.shape.slice(1))) {
    throw new UserError(
      `${path}: expected test images of ${images.shape.slice(1).join('×')} as those for training, found ${test.shape.slice(1).join('×')}.`,
    );
  }
  const { layout, range, testFraction, splitSeed } = options;
  const parts = {
    ...{ name, shape, layout, range, testFraction, splitSeed },
    ...Object.fromEntries(PARTS.map((part) => [part, values(part)])),
  };
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return fromArrays(Object.fromEntries(given) as unknown as ArrayParts);
}

/** Height, width and channels: n×h×w is grey. */
function readShape(
  { shape: [, ...sides] }: NumericArray,
  { shape, layout }: SourceOptions,
  path: string,
): [number, number, number] {
  if (shape !== undefined) return shape;
  if (sides.length === 2) return [sides[0]!, sides[1]!, 1];
  if (sides.length === 3) {
    const [a, b, c] = sides as [number, number, number];
    const isFirst = layout === 'nchw';
    if (layout === undefined && a <= 4 && c > 4) {
      throw new UserError(
        `${path}: expected images of n×h×w×c, found ${a}×${b}×${c}, which look as if channels came first. Give layout=nchw, or layout=nhwc.`,
      );
    }
    return isFirst ? [b, c, a] : [a, b, c];
  }
  throw new UserError(
    `${path}: expected images of n×h×w or n×h×w×c, found n${sides.map((side) => `×${side}`).join('')}. Give shape=28x28x1.`,
  );
}
