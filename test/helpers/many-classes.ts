import { makeKey, RandomStream } from '../../src/core/rng.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { type GivenImages, makeDataset } from '../../src/dataset/make-dataset.js';
import type { WrittenNetwork } from '../../src/network/spec.js';

const SIDE = 6;
const PIXELS = SIDE * SIDE;

/** A data set of many classes that a small network learns: each has a pattern of its own, under noise. */
export function makeManyClasses(classes: number, { each, test }: { each: number; test: number }): Dataset {
  const patterns = new RandomStream(makeKey(7, 'selection'));
  const bright = Uint8Array.from({ length: classes * PIXELS }, () => patterns.nextBelow(2));
  const draw = (count: number, seed: number): GivenImages => {
    const noise = new RandomStream(makeKey(seed, 'selection'));
    const labels = Uint16Array.from({ length: count }, (_, i) => (i * 7) % classes);
    const pixels = Uint8Array.from({ length: count * PIXELS }, (_, i) => {
      const label = labels[Math.floor(i / PIXELS)]!;
      return 150 * bright[label * PIXELS + (i % PIXELS)]! + noise.nextBelow(100);
    });
    return { count, pixels, labels };
  };
  return makeDataset({
    name: `patterns of ${classes} classes`,
    shape: { height: SIDE, width: SIDE, channels: 1 },
    classNames: Array.from({ length: classes }, (_, c) => `class ${c}`),
    train: draw(classes * each, 1),
    test: draw(test, 2),
  });
}

/** Tells its classes apart. */
export function describeManyClasses(classes: number): WrittenNetwork {
  return {
    name: 'patterns',
    input: [SIDE, SIDE, 1],
    layers: [
      { kind: 'fully-connected', units: 64 },
      { kind: 'relu' },
      { kind: 'fully-connected', units: classes },
    ],
  };
}
