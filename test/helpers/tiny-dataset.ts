import { RandomStream } from '../../src/core/rng.js';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import type { Dataset, LabelledImages } from '../../src/dataset/dataset.js';

const MNIST_SHAPE: Shape = { height: 28, width: 28, channels: 1 };

/**
 * A data set like MNIST in form, or with images of another shape, at least 28×28. Learnable and small: each class is a bright square of its
 * own place on noise.
 */
export function makeTinyDataset({ train = 300, test = 90, seed = 1, shape = MNIST_SHAPE } = {}): Dataset {
  return {
    name: 'tiny',
    shape,
    classNames: Array.from({ length: 10 }, (_, i) => String(i)),
    train: drawImages(train, seed, shape),
    test: drawImages(test, seed + 1, shape),
    sha256: `tiny-${train}-${test}-${seed}`,
  };
}

function drawImages(count: number, seed: number, shape: Shape): LabelledImages {
  const stream = new RandomStream([seed, 99]);
  const size = sizeOf(shape);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * size));
  const labels = new Uint16Array(new SharedArrayBuffer(count * 2));
  for (let image = 0; image < count; image++) {
    const label = stream.nextBelow(10);
    labels[image] = label;
    const top = 3 + 5 * Math.floor(label / 3);
    const left = 3 + 7 * (label % 3);
    for (let i = 0; i < size; i++) {
      const pixel = Math.floor(i / shape.channels);
      const [y, x] = [Math.floor(pixel / shape.width), pixel % shape.width];
      const bright = y >= top && y < top + 5 && x >= left && x < left + 5;
      pixels[image * size + i] = stream.nextBelow(100) + (bright ? 150 : 0);
    }
  }
  return { count, pixels, labels };
}
