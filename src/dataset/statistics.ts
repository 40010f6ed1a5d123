import type { Dataset, LabelledImages } from './dataset.js';

/** What a data set is like. */
export interface DatasetStatistics {
  /** Images of each class. */
  readonly trainCounts: readonly number[];
  readonly testCounts: readonly number[];
  /** Of each channel over the training images, pixels being 0..1. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Counts, and means and deviations from exact sums. */
export function computeStatistics({ shape, classNames, train, test }: Dataset): DatasetStatistics {
  const moments = Array.from({ length: shape.channels }, (_, channel) =>
    computeMoments(countLevels(train.pixels, channel, shape.channels)),
  );
  return {
    trainCounts: countClasses(train, classNames.length),
    testCounts: countClasses(test, classNames.length),
    means: moments.map(({ mean }) => mean),
    deviations: moments.map(({ deviation }) => deviation),
  };
}

function countClasses({ labels }: LabelledImages, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** How many of a channel's pixels have each of the 256 levels. */
function countLevels(pixels: Uint8Array, channel: number, channels: number): Uint32Array {
  const levels = new Uint32Array(256);
  for (let i = channel; i < pixels.length; i += channels) levels[pixels[i]!]!++;
  return levels;
}

function computeMoments(levels: Uint32Array): { mean: number; deviation: number } {
  let [count, sum, squares] = [0, 0, 0];
  levels.forEach((times, level) => {
    count += times;
    sum += times * level;
    squares += times * level * level;
  });
  const mean = sum / count;
  return { mean: mean / 255, deviation: Math.sqrt(squares / count - mean * mean) / 255 };
}
