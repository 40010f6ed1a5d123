import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { sizeOf } from '../../core/shape.js';
import type { Dataset } from '../../dataset/dataset.js';
import { divideLabels } from '../../dataset/divide.js';
import { makeDataset } from '../../dataset/make-dataset.js';
import { allocateSharedBytes } from '../../dataset/shared-bytes.js';
import type { ReadOptions } from '../../image/read-image.js';
import type { ReadJob, SourceFormat } from '../format.js';
import type { SourceOptions } from '../options.js';
import { listFolder, type Place } from '../place.js';
import { decodePictures } from './decode-pictures.js';
import { type ClassFolder, describeOthers, findClasses, listSome } from './find-pictures.js';
import { cachePictures } from './pixel-cache.js';

/** Names of the half that is tested on, the one that is taken first. */
const TEST_NAMES = ['test', 'val', 'validation', 'valid'] as const;
const TRAIN_NAME = 'train';
const HALF_NAMES: ReadonlySet<string> = new Set([TRAIN_NAME, ...TEST_NAMES]);

/** Pictures, and the class that each is of. */
interface PictureList {
  readonly files: readonly string[];
  readonly labels: readonly number[];
}

/** What training and testing are on, and what is told apart. */
interface Halves {
  readonly classNames: readonly string[];
  readonly train: PictureList;
  readonly test: PictureList;
}

/** Pictures in a folder a class. */
export const imageFolderFormat: SourceFormat = {
  title: 'pictures in a folder a class',
  options: ['resize', 'fit', 'channels', 'background', 'testFraction', 'splitSeed'],
  recognizes: ({ isFolder, folders }) => isFolder && folders.length > 0,
  async read(job) {
    const { place, name, options, tell } = job;
    if (place.folders.length === 0) {
      throw new UserError(
        `${place.path}: expected a folder of pictures for each class, found ${place.isFolder ? 'no folders in it' : 'a file'}. ` +
          'Put the pictures of each class into a folder with its name.',
      );
    }
    checkFit(options, place.path);
    const { classNames, train, test } = await findHalves(job);
    const files = [...train.files, ...test.files];
    const how = readOptionsOf(options);
    const decode = () => decodePictures(files, how, place.path);
    const { shape, pixels, transparent } = await cachePictures(files, how, decode, tell);
    if (transparent > 0) {
      tell(
        `${place.path}: ${transparent} pictures are transparent in places, where ${options.background ?? 'white'} shows through`,
      );
    }
    const cut = train.files.length * sizeOf(shape);
    return makeDataset({
      name,
      shape,
      classNames,
      train: { ...shareLabels(train, place), pixels: pixels.subarray(0, cut) },
      test: { ...shareLabels(test, place), pixels: pixels.subarray(cut) },
    });
  },
};

function checkFit({ resize, fit }: SourceOptions, path: string): void {
  if (fit === undefined || resize !== undefined) return;
  throw new UserError(`${path}: fit: expected it with resize, found it alone. Give resize, or leave it out.`);
}

function readOptionsOf({ resize, fit, channels, background }: SourceOptions): ReadOptions {
  return {
    ...(resize ? { size: resize } : {}),
    ...(fit ? { fit } : {}),
    ...(channels ? { channels } : {}),
    ...(background ? { background } : {}),
  };
}

function findHalves(job: ReadJob): Promise<Halves> {
  const { place, tell } = job;
  const { folders, files, path } = place;
  if (files.length > 0) tell(`${path}: ${describeOthers(files)}`);
  const halves = folders.filter((folder) => HALF_NAMES.has(folder.toLowerCase()));
  const others = folders.filter((folder) => !halves.includes(folder));
  const tests = halves.filter((folder) => folder.toLowerCase() !== TRAIN_NAME);
  const hasTrain = tests.length < halves.length;
  if (others.length === 0) {
    if (hasTrain) return readHalves(job);
    throw new UserError(
      `${path}: expected train/ beside ${tests[0]}/, found none. Put the pictures to train on there, or give ${join(path, tests[0]!)} itself, which is divided then.`,
    );
  }
  if (hasTrain && tests.length > 0) {
    throw new UserError(
      `${path}: expected train/ and ${tests[0]}/ alone, found ${listSome(others)} beside them. Give a folder that has the halves alone, or the classes alone.`,
    );
  }
  for (const name of tests) tell(`${path}: ${name}/ is a class like the others, since there is no train/`);
  return divide(job);
}

async function readHalves({ place: { path, folders }, options, tell }: ReadJob): Promise<Halves> {
  const byName = new Map(folders.map((folder) => [folder.toLowerCase(), folder]));
  const twice = folders.find((folder) => byName.get(folder.toLowerCase()) !== folder);
  if (twice !== undefined) {
    throw new UserError(
      `${path}: expected each half once, found ${twice}/ and ${byName.get(twice.toLowerCase())}/. Join or remove one.`,
    );
  }
  const [trainFolder, ...tests] = [TRAIN_NAME, ...TEST_NAMES].flatMap((name) => byName.get(name) ?? []);
  const [testFolder, ...others] = tests;
  if (testFolder === undefined) {
    throw new UserError(
      `${path}: expected test/ or val/ beside train/, found neither. Give ${join(path, trainFolder!)} itself, of which a part is taken for the test.`,
    );
  }
  const given = (['testFraction', 'splitSeed'] as const).find((key) => options[key] !== undefined);
  if (given !== undefined) {
    throw new UserError(
      `${path}: ${given}: expected none where ${testFolder}/ holds the test images, found one. Leave it out.`,
    );
  }
  for (const name of others) tell(`${path}: ${name}/ is not read, as ${testFolder}/ is what is tested on`);
  const findIn = async (folder: string) => {
    const inside = join(path, folder);
    const { files, folders: classes } = await listFolder(inside);
    if (files.length > 0) tell(`${inside}: ${describeOthers(files)}`);
    if (classes.length > 0) return findClasses(inside, classes, tell);
    throw new UserError(
      `${inside}: expected a folder of pictures for each class, found none. Put the pictures of each class into a folder with its name.`,
    );
  };
  const train = await findIn(trainFolder!);
  const test = await findIn(testFolder);
  const classNames = train.map(({ name }) => name);
  const unknown = test.map(({ name }) => name).filter((name) => !classNames.includes(name));
  if (unknown.length > 0) {
    throw new UserError(
      `${join(path, testFolder)}: expected the classes of ${join(path, trainFolder!)}, found ${listSome(unknown)} too. Train on them as well, or remove them.`,
    );
  }
  return { classNames, train: listPictures(train, classNames), test: listPictures(test, classNames) };
}

async function divide({ place: { path, folders }, options, tell }: ReadJob): Promise<Halves> {
  const classes = await findClasses(path, folders, tell);
  const classNames = classes.map(({ name }) => name);
  const { files, labels } = listPictures(classes, classNames);
  const { train, test } = divideLabels(labels, files.length, classNames.length, options, path);
  const take = (samples: Int32Array): PictureList => ({
    files: Array.from(samples, (i) => files[i]!),
    labels: Array.from(samples, (i) => labels[i]!),
  });
  return { classNames, train: take(train), test: take(test) };
}

function listPictures(classes: readonly ClassFolder[], classNames: readonly string[]): PictureList {
  return {
    files: classes.flatMap(({ pictures }) => pictures),
    labels: classes.flatMap(({ name, pictures }) => pictures.map(() => classNames.indexOf(name))),
  };
}

function shareLabels({ labels }: PictureList, { path }: Place): Pick<Dataset['train'], 'count' | 'labels'> {
  const shared = new Uint16Array(allocateSharedBytes(2 * labels.length, path).buffer);
  shared.set(labels);
  return { count: labels.length, labels: shared };
}
