import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Dataset, LabelledImages } from './dataset.js';
import { makeDataset } from './make-dataset.js';

/** Images of noise with labels of noise: as much work as real ones, and no files. */
export function makeSyntheticDataset(
  shape: Shape,
  classes: number,
  counts: { train: number; test: number },
): Dataset {
  const name = `noise ${formatShape(shape)}`;
  return {
    name,
    shape,
    classNames: Array.from({ length: classes }, (_, c) => String(c)),
    train: drawImages(shape, classes, counts.train),
    test: drawImages(shape, classes, counts.test),
    sha256: `${name} ${counts.train} ${counts.test}`,
  };
}

/** Images of noise, each with one number from −1 to 1 that has nothing to do with it. */
export function makeSyntheticTargets(shape: Shape, counts: { train: number; test: number }): Dataset {
  const draw = (count: number) => {
    const targets = new Float32Array(new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT));
    for (let i = 0; i < count; i++) targets[i] = ((i * 5) % 11) / 5 - 1;
    return { count, pixels: drawImages(shape, 1, count).pixels, targets };
  };
  const name = `noise ${formatShape(shape)} with a number`;
  return makeDataset({
    name,
    shape,
    targetNames: ['noise'],
    train: draw(counts.train),
    test: draw(counts.test),
  });
}

function drawImages(shape: Shape, classes: number, count: number): LabelledImages {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * sizeOf(shape)));
  const labels = new Uint16Array(new SharedArrayBuffer(count * 2));
  let word = 1;
  for (let i = 0; i < pixels.length; i++) {
    // Numerical Recipes' linear congruential generator, whose upper bits are the better ones.
    word = (Math.imul(word, 1664525) + 1013904223) | 0;
    pixels[i] = word >>> 24;
  }
  for (let i = 0; i < count; i++) labels[i] = i % classes;
  return { count, pixels, labels };
}
