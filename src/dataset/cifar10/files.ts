import { join } from 'node:path';
import { nameCommand } from '../../core/command-name.js';
import { UserError } from '../../core/errors.js';
import { openRegularFile } from '../../core/regular-file.js';
import { listFolder } from '../folder.js';
import { explainReadError } from '../read-errors.js';

/** The folder that the published archive unpacks to. */
export const CIFAR10_INNER_FOLDER = 'cifar-10-batches-bin';

export const CIFAR10_TRAIN_NAMES = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
export const CIFAR10_TEST_NAME = 'test_batch.bin';
export const CIFAR10_CLASS_FILE = 'batches.meta.txt';
/** All that are needed. */
export const CIFAR10_NAMES: readonly string[] = [
  ...CIFAR10_TRAIN_NAMES,
  CIFAR10_TEST_NAME,
  CIFAR10_CLASS_FILE,
];

/** In the order of the labels. */
export const CIFAR10_CLASS_NAMES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** More than a list of ten names takes. */
const MAX_CLASS_FILE_BYTES = 1000;

/**
 * Finds CIFAR-10's files in a folder, by their names.
 *
 * @throws UserError that names what is missing
 */
export async function findCifar10Files(folder: string): Promise<Map<string, string>> {
  const present = await listFolder('cifar10', folder);
  const missing = CIFAR10_NAMES.filter((name) => !present.includes(name));
  if (missing.length === 0) return new Map(CIFAR10_NAMES.map((name) => [name, join(folder, name)]));
  const other = present.map(explainOtherVersion).find((words) => words !== null);
  throw new UserError(
    `cifar10: expected ${CIFAR10_NAMES.length} files in ${folder}, found no ${missing.join(', ')}. ${other ? `${other} ` : ''}Run ${nameCommand('data')} get cifar10, or unpack cifar-10-binary.tar.gz so that they are there.`,
  );
}

/** The data set's other versions hold the same images for other programs: by the name of a file or a folder, what to take in its place; or null. */
export function explainOtherVersion(name: string): string | null {
  const [, version] = OTHER_VERSIONS.find(([names]) => names.test(name)) ?? [];
  return version === undefined
    ? null
    : `It is the version for ${version}: take the binary one, cifar-10-binary.tar.gz.`;
}

const OTHER_VERSIONS: readonly (readonly [RegExp, string])[] = [
  [/^cifar-10-(batches-py\b|python)|^data_batch_\d$|^batches\.meta$/, 'Python'],
  [/^cifar-10-(batches-mat\b|matlab)|^data_batch_\d\.mat$|^batches\.meta\.mat$/, 'Matlab'],
];

/**
 * Checks that a file lists CIFAR-10's classes, one a line.
 *
 * @throws UserError if it cannot be read or lists others
 */
export async function checkClassFile(path: string): Promise<void> {
  const { handle } = await openRegularFile(path, "the list of CIFAR-10's classes");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_CLASS_FILE_BYTES));
    checkClassList(buffer.toString('latin1', 0, bytesRead), path);
  } catch (error) {
    throw explainReadError(error, path);
  } finally {
    await handle.close();
  }
}

/** @throws UserError if a text does not list CIFAR-10's classes, one a line */
export function checkClassList(text: string, path: string): void {
  const found = text.split('\n').map((line) => line.trim());
  while (found.at(-1) === '') found.pop();
  const wrong = CIFAR10_CLASS_NAMES.findIndex((name, i) => found[i] !== name);
  const line = wrong >= 0 ? wrong : CIFAR10_CLASS_NAMES.length;
  if (line === CIFAR10_CLASS_NAMES.length && found.length === line) return;
  const [expected, other] = [CIFAR10_CLASS_NAMES[line] ?? 'its end', found[line]?.slice(0, 20) ?? 'its end'];
  throw new UserError(
    `${path}: expected CIFAR-10's ten classes, on line ${line + 1} ${expected}, found ${JSON.stringify(other)}. The file is not of this data set: get it again.`,
  );
}
