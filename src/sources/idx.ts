import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { type ArrayParts, fromArrays } from '../dataset/from-arrays.js';
import { findIdxFiles } from '../dataset/idx/find-files.js';
import { readIdxFile } from '../dataset/idx/idx-file.js';
import { readTargetDataset, TARGET_FILES } from '../dataset/idx/read-targets.js';
import type { ReadJob, SourceFormat } from './format.js';
import { nameLabels, readMapping } from './idx-mapping.js';
import { listFolder, type Place } from './place.js';

/** What a file's name says that it holds. Names are of MNIST's kind: `emnist-letters-train-images-idx3-ubyte.gz`. */
const ROLES = {
  images: /^(?!.*(t10k|test)).*im(a)?g/i,
  labels: /^(?!.*(t10k|test)).*label/i,
  testImages: /(t10k|test).*im(a)?g/i,
  testLabels: /(t10k|test).*label/i,
} as const;

type Role = keyof typeof ROLES;

const IS_IDX = /[-.]idx\d/i;
/** EMNIST's, beside its files. */
const IS_MAPPING = /mapping\.txt$/i;

/** A folder of files like MNIST's, of images of any size. */
export const idxFormat: SourceFormat = {
  title: 'IDX files',
  options: ['testFraction', 'splitSeed'],
  recognizes: ({ files, folders, start }) =>
    [...files, ...folders].some((name) => IS_IDX.test(name)) || isIdxStart(start),
  async read(job) {
    const { place, name, options } = job;
    if (!place.isFolder) {
      throw new UserError(
        `${place.path}: expected a folder of IDX files, found one of them. Give the folder that has images and labels.`,
      );
    }
    if (place.files.some((file) => /targets/.test(file))) return readTargets(job);
    const { paths, mappingPath } = await findRoles(job);
    const mapping = mappingPath === undefined ? null : await readMapping(mappingPath);
    const read = async (role: Role) => {
      const path = paths.get(role);
      return path === undefined ? null : readIdxFile(path, /labels/i.test(role) ? 'labels' : 'images');
    };
    const [images, labels] = [(await read('images'))!, (await read('labels'))!];
    const [testImages, testLabels] = [await read('testImages'), await read('testLabels')];
    if (testImages && (testImages.height !== images.height || testImages.width !== images.width)) {
      throw new UserError(
        `${paths.get('testImages')}: expected images of ${images.height}×${images.width} as those for training, found ${testImages.height}×${testImages.width}. Take all files from one source.`,
      );
    }
    const classesOf = ({ data }: typeof labels, role: Role) =>
      mapping ? nameLabels(data, mapping, paths.get(role)!) : data;
    const { testFraction, splitSeed } = options;
    const parts: ArrayParts = {
      name,
      shape: [images.height, images.width, 1],
      images: images.data,
      labels: classesOf(labels, 'labels'),
      ...(mapping ? { classNames: mapping.classNames } : {}),
      ...(testImages && testLabels
        ? { testImages: testImages.data, testLabels: classesOf(testLabels, 'testLabels') }
        : {}),
      ...(testFraction === undefined ? {} : { testFraction }),
      ...(splitSeed === undefined ? {} : { splitSeed }),
    };
    return fromArrays(parts);
  },
};

/** Two zeros, a type, a number of dimensions. */
function isIdxStart(start: Buffer): boolean {
  return start.length > 4 && start[0] === 0 && start[1] === 0 && [8, 13].includes(start[2]!) && start[3]! < 5;
}

async function readTargets({ place: { path }, name, options }: ReadJob) {
  const given = Object.keys(options).find((key) => key !== 'name');
  if (given !== undefined) {
    throw new UserError(
      `${path}: ${given}: expected none where there are test images, found one. Leave it out.`,
    );
  }
  const files = Object.values(TARGET_FILES);
  return readTargetDataset(name, await findIdxFiles({ name, files, isPublished: false }, path));
}

/** What a folder of IDX files has. */
interface IdxFolder {
  readonly paths: ReadonlyMap<Role, string>;
  /** Of the file that says what labels stand for, if there is one. */
  readonly mappingPath: string | undefined;
}

/** @throws UserError if images or labels are missing, or there are several of one kind */
async function findRoles({ place, tell }: ReadJob): Promise<IdxFolder> {
  const { path } = place;
  const paths = new Map<Role, string>();
  const others: string[] = [];
  const refuseSecond = (first: string, second: string): never => {
    throw new UserError(
      `${path}: expected one data set, found ${first} and ${second}. Put each data set into a folder of its own.`,
    );
  };
  let mappingPath: string | undefined;
  for (const [name, file] of await listIdxFiles(place)) {
    if (IS_MAPPING.test(name)) {
      if (mappingPath !== undefined) refuseSecond(mappingPath, file);
      mappingPath = file;
      continue;
    }
    const role = (Object.keys(ROLES) as Role[]).find((candidate) => ROLES[candidate].test(name));
    if (role === undefined || !IS_IDX.test(name)) {
      others.push(name);
      continue;
    }
    const earlier = paths.get(role);
    if (earlier !== undefined) refuseSecond(earlier, file);
    paths.set(role, file);
  }
  if (others.length > 0) tell(`${path}: not read: ${others.slice(0, 10).join(', ')}`);
  const needed: Role[] = ['images', 'labels'];
  if (paths.has('testImages') || paths.has('testLabels')) needed.push('testImages', 'testLabels');
  const missing = needed.filter((role) => !paths.has(role));
  if (missing.length === 0) return { paths, mappingPath };
  throw new UserError(
    `${path}: expected IDX files of images and labels (train-images-idx3-ubyte, train-labels-idx1-ubyte, and the same with t10k or test), ` +
      `found none of ${missing.map((role) => role.replace('test', 'test ').toLowerCase()).join(', ')}. Put what is missing there.`,
  );
}

/**
 * By names in one form: plain and gzipped ones, those with a dot before `idx`, and those in a folder of their name (as Kaggle has them) are one file;
 * plain ones are read first.
 */
async function listIdxFiles({ path, files, folders }: Place): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const add = (name: string, file: string) => {
    const key = name.replace('.idx', '-idx').replace(/\.gz$/i, '');
    if (!found.has(key) || /\.gz$/i.test(found.get(key)!)) found.set(key, file);
  };
  for (const name of files) add(name, join(path, name));
  for (const folder of folders.filter((name) => IS_IDX.test(name))) {
    for (const name of (await listFolder(join(path, folder))).files) {
      if (IS_IDX.test(name)) add(name, join(path, folder, name));
    }
  }
  return found;
}
