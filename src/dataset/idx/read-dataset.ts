import { UserError } from '../../core/errors.js';
import { formatShape, type Shape } from '../../core/shape.js';
import type { Dataset } from '../dataset.js';
import { checkLabels } from '../labels.js';
import { type GivenImages, makeDataset } from '../make-dataset.js';
import { IDX_NAMES } from './find-files.js';
import { readIdxFile } from './idx-file.js';

/** Of MNIST's images, and of every data set that takes its place. */
const SHAPE: Shape = { height: 28, width: 28, channels: 1 };

/**
 * Reads a data set of grey images of 28×28 from its four IDX files into shared memory.
 *
 * @throws UserError if files are truncated or corrupt, or do not fit together
 */
export async function readIdxDataset(
  name: string,
  classNames: readonly string[],
  paths: ReadonlyMap<string, string>,
): Promise<Dataset> {
  const locate = (file: keyof typeof IDX_NAMES) => paths.get(IDX_NAMES[file])!;
  const [train, test] = await Promise.all([
    readHalf(locate('trainImages'), locate('trainLabels'), classNames.length),
    readHalf(locate('testImages'), locate('testLabels'), classNames.length),
  ]);
  return makeDataset({ name, shape: SHAPE, classNames, train, test });
}

async function readHalf(imagesPath: string, labelsPath: string, classes: number): Promise<GivenImages> {
  const [images, labels] = await Promise.all([
    readIdxFile(imagesPath, 'images'),
    readIdxFile(labelsPath, 'labels'),
  ]);
  const shape = { height: images.height, width: images.width, channels: 1 };
  if (shape.height !== SHAPE.height || shape.width !== SHAPE.width) {
    throw new UserError(
      `${imagesPath}: expected images of ${formatShape(SHAPE)}, found ${formatShape(shape)}. Put the published file there.`,
    );
  }
  if (labels.count !== images.count) {
    throw new UserError(
      `${labelsPath}: expected a label for each of the ${images.count} images of ${imagesPath}, found ${labels.count}. Take both files from one source.`,
    );
  }
  checkLabels(labels.data, classes, labelsPath);
  return { count: images.count, pixels: images.data, labels: labels.data };
}
