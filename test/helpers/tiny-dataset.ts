import { RandomStream } from '../../src/core/rng.js';
import type { Dataset, LabelledImages } from '../../src/dataset/dataset.js';

/** A data set like MNIST in form, learnable and small: each class is a bright square of its own place on noise. */
export function makeTinyDataset({ train = 300, test = 90, seed = 1 } = {}): Dataset {
  return {
    name: 'tiny',
    shape: { height: 28, width: 28, channels: 1 },
    classNames: Array.from({ length: 10 }, (_, i) => String(i)),
    train: drawImages(train, seed),
    test: drawImages(test, seed + 1),
    sha256: `tiny-${train}-${test}-${seed}`,
  };
}

function drawImages(count: number, seed: number): LabelledImages {
  const stream = new RandomStream([seed, 99]);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * 784));
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  for (let image = 0; image < count; image++) {
    const label = stream.nextBelow(10);
    labels[image] = label;
    const top = 3 + 5 * Math.floor(label / 3);
    const left = 3 + 7 * (label % 3);
    for (let y = 0; y < 28; y++) {
      for (let x = 0; x < 28; x++) {
        const bright = y >= top && y < top + 5 && x >= left && x < left + 5;
        pixels[image * 784 + y * 28 + x] = stream.nextBelow(100) + (bright ? 150 : 0);
      }
    }
  }
  return { count, pixels, labels };
}
