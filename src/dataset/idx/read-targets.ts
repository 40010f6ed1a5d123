import { UserError } from '../../core/errors.js';
import { openRegularFile, readBytes } from '../../core/regular-file.js';
import { formatShape, type Shape } from '../../core/shape.js';
import type { Dataset } from '../dataset.js';
import { makeDataset, type TargetedImages } from '../make-dataset.js';
import { allocateSharedBytes } from '../shared-bytes.js';
import { readIdxFile } from './idx-file.js';

/** The five files of a data set of targets in the IDX format, less `.gz`. */
export const TARGET_FILES = {
  trainImages: 'train-images-idx3-ubyte',
  trainTargets: 'train-targets-idx2-float',
  testImages: 't10k-images-idx3-ubyte',
  testTargets: 't10k-targets-idx2-float',
  names: 'target-names.txt',
} as const;

/** More than any list of names takes. */
const MAX_NAMES_BYTES = 2 ** 20;

interface TargetedHalf extends TargetedImages {
  readonly shape: Shape;
  /** Targets of an image. */
  readonly components: number;
  readonly imagesPath: string;
  readonly targetsPath: string;
}

/**
 * Reads a data set of grey images, of any size, with targets from its five files into shared memory.
 *
 * @throws UserError if files are truncated or corrupt, or do not fit together
 */
export async function readTargetDataset(name: string, paths: ReadonlyMap<string, string>): Promise<Dataset> {
  const locate = (file: keyof typeof TARGET_FILES) => paths.get(TARGET_FILES[file])!;
  const [train, test, targetNames] = await Promise.all([
    readHalf(locate('trainImages'), locate('trainTargets')),
    readHalf(locate('testImages'), locate('testTargets')),
    readNames(locate('names')),
  ]);
  if (formatShape(test.shape) !== formatShape(train.shape)) {
    throw new UserError(
      `${test.imagesPath}: expected images of ${formatShape(train.shape)} as in ${train.imagesPath}, found ${formatShape(test.shape)}. ` +
        'Take both files from one source.',
    );
  }
  for (const { components, targetsPath } of [train, test]) {
    if (components === targetNames.length) continue;
    throw new UserError(
      `${targetsPath}: expected ${targetNames.length} targets an image, one a line of ${locate('names')}, found ${components}. ` +
        'Name each target on a line of its own.',
    );
  }
  const take = ({ count, pixels, targets }: TargetedHalf): TargetedImages => ({ count, pixels, targets });
  return makeDataset({ name, shape: train.shape, targetNames, train: take(train), test: take(test) });
}

async function readHalf(imagesPath: string, targetsPath: string): Promise<TargetedHalf> {
  const [images, targets] = await Promise.all([
    readIdxFile(imagesPath, 'images'),
    readIdxFile(targetsPath, 'targets'),
  ]);
  if (targets.count !== images.count) {
    throw new UserError(
      `${targetsPath}: expected targets for each of the ${images.count} images of ${imagesPath}, found ${targets.count}. ` +
        'Take both files from one source.',
    );
  }
  return {
    count: images.count,
    pixels: images.data,
    targets: readFloats(targets.data, targetsPath),
    shape: { height: images.height, width: images.width, channels: 1 },
    components: targets.width,
    imagesPath,
    targetsPath,
  };
}

/** Big-endian, as all numbers of the format are. */
function readFloats(bytes: Uint8Array, path: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const floats = new Float32Array(allocateSharedBytes(bytes.length, path).buffer);
  for (let i = 0; i < floats.length; i++) floats[i] = view.getFloat32(4 * i);
  return floats;
}

/** One a line. */
async function readNames(path: string): Promise<string[]> {
  const file = await openRegularFile(path, 'a list of the names of targets');
  try {
    const text = (await readBytes(file, path, MAX_NAMES_BYTES)).toString('utf8');
    const names = text.split('\n').map((line) => line.trim());
    while (names.at(-1) === '') names.pop();
    const empty = names.indexOf('');
    if (names.length > 0 && empty < 0) return names;
    throw new UserError(
      `${path}: expected the name of a target on every line, found ${names.length === 0 ? 'none' : `nothing on line ${empty + 1}`}. ` +
        'Write one a line.',
    );
  } finally {
    await file.handle.close();
  }
}
