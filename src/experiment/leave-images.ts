import type { Dataset, LabelledImages } from '../dataset/dataset.js';
import type { SweepPoint } from './plan-sweep.js';

/**
 * Points whose data sets no longer hold their images, for an executor that has them read where it trains: once nothing else holds them, their memory is
 * free. What there is to tell of them stays: labels or targets, classes, the hash.
 */
export function leaveImages(points: readonly SweepPoint[]): SweepPoint[] {
  const left = new Map<Dataset, Dataset>();
  return points.map((point) => {
    const dataset = left.get(point.dataset) ?? withoutImages(point.dataset);
    left.set(point.dataset, dataset);
    return { ...point, dataset };
  });
}

/** All but the pixels; `sha256` is computed now if it has not been. */
export function withoutImages(dataset: Dataset): Dataset {
  return { ...dataset, train: withoutPixels(dataset.train), test: withoutPixels(dataset.test) };
}

/** Whoever asks for the pixels is told that they are not here, and does not train on nothing. */
function withoutPixels({ pixels: _pixels, ...rest }: LabelledImages): LabelledImages {
  return {
    ...rest,
    get pixels(): never {
      throw new Error('the images of this point are where it is trained, not in this process');
    },
  };
}
