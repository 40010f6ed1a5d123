import { resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Dataset, DatasetSource } from '../dataset/dataset.js';
import type { SourceFormat } from './format.js';
import { SOURCE_FORMATS } from './formats.js';
import { parseSourceOptions, type SourceOptions } from './options.js';
import { imageFolderFormat } from './pictures/image-folder.js';
import { lookAt, type Place } from './place.js';

/** Who hears of it. */
export interface OpenListener {
  /** Told what was found, and what of it is not read; one line each. */
  readonly tell?: (line: string) => void;
}

/**
 * Reads a data set of the user's own, of any of the formats that docs/own-images.md lists; which one, its content tells.
 *
 * @throws UserError if it is none of them, or broken, or an option is not for its format
 */
export function openDataset(
  path: string,
  options: SourceOptions = {},
  listener: OpenListener = {},
): Promise<Dataset> {
  return open(path, options, listener, (place) => recognize(place));
}

/**
 * Reads pictures in a folder a class: `DIR/train/CLASS/*.jpg` with `DIR/test/CLASS/*.jpg`, or `DIR/CLASS/*.jpg`, which are divided. See docs/own-images.md.
 *
 * @throws UserError if there are none, some are broken, or they have several sizes and there is no `resize`
 */
export function imageFolder(
  path: string,
  options: SourceOptions = {},
  listener: OpenListener = {},
): Promise<Dataset> {
  return open(path, options, listener, () => imageFolderFormat);
}

/** Reads a data set again as it was read before, perhaps in another process. */
export function reopenDataset({ path, options }: DatasetSource): Promise<Dataset> {
  return openDataset(path, options);
}

async function open(
  path: string,
  given: SourceOptions,
  { tell = () => {} }: OpenListener,
  choose: (place: Place) => SourceFormat,
): Promise<Dataset> {
  const options = parseSourceOptions(given, path);
  const place = await lookAt(path);
  const format = choose(place);
  for (const key of Object.keys(options) as (keyof SourceOptions)[]) {
    if (key === 'name' || format.options.includes(key)) continue;
    throw new UserError(
      `${path}: expected options of ${format.title} (${['name', ...format.options].join(', ')}), found ${key}. Leave it out.`,
    );
  }
  const name = options.name ?? place.name;
  const dataset = await format.read({ place, name, options, tell });
  const source = { path: resolve(path), options };
  tell(`${path}: ${format.title}; ${describeDataset(dataset)}`);
  // Not a copy, which would take the hash now; it takes a while.
  return Object.assign(dataset, { source });
}

/** `408 training and 102 test images of 64×64×3, 17 classes, called photos` */
function describeDataset({
  name,
  shape,
  train,
  test,
  classNames,
  targetNames,
}: Omit<Dataset, 'sha256'>): string {
  const told = targetNames ? `${targetNames.length} targets` : `${classNames.length} classes`;
  return `${train.count} training and ${test.count} test images of ${formatShape(shape)}, ${told}, called ${name}`;
}

function recognize(place: Place): SourceFormat {
  const format = SOURCE_FORMATS.find((candidate) => candidate.recognizes(place));
  if (format !== undefined) return format;
  const titles = SOURCE_FORMATS.map(({ title }) => title).join('; ');
  throw new UserError(
    `${place.path}: expected a data set (${titles}), found ${describe(place)}. See docs/own-images.md.`,
  );
}

function describe({ isFolder, files, folders, start }: Place): string {
  if (!isFolder) return start.length === 0 ? 'an empty file' : 'another kind of file';
  if (files.length + folders.length === 0) return 'an empty folder';
  return `${files.length} files and ${folders.length} folders of no format that is known`;
}
