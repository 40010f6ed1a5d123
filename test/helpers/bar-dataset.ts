import { RandomStream } from '../../src/core/rng.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { makeDataset, type TargetedImages } from '../../src/dataset/make-dataset.js';

const SIDE = 16;
const MIDDLE = (SIDE - 1) / 2;

/** Grey pictures of one bright bar each: its slope in radians, up to ±0.7, and how far its middle lies under that of the picture, up to ±4 pixels. */
export function makeBarDataset({ train = 1000, test = 200, seed = 1 } = {}): Dataset {
  return makeDataset({
    name: 'bars',
    shape: { height: SIDE, width: SIDE, channels: 1 },
    targetNames: ['slope', 'shift'],
    train: drawBars(train, seed),
    test: drawBars(test, seed + 1),
  });
}

function drawBars(count: number, seed: number): TargetedImages {
  const stream = new RandomStream([seed, 15]);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * SIDE * SIDE));
  const targets = new Float32Array(new SharedArrayBuffer(count * 2 * Float32Array.BYTES_PER_ELEMENT));
  for (let image = 0; image < count; image++) {
    const slope = 1.4 * (stream.nextUniform() - 0.5);
    const shift = 8 * (stream.nextUniform() - 0.5);
    targets.set([slope, shift], 2 * image);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [y, x] = [Math.floor(i / SIDE) - MIDDLE - shift, (i % SIDE) - MIDDLE];
      const distance = Math.abs(y * Math.cos(slope) - x * Math.sin(slope));
      pixels[image * SIDE * SIDE + i] = 255 * Math.max(0, Math.min(1, 2 - distance));
    }
  }
  return { count, pixels, targets };
}
