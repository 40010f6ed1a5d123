import { philox } from '../../core/rng.js';
import type { ActivationKernels } from '../interface/activations.js';

/** Words of one block of Philox4x32. */
const BLOCK_WORDS = 4;

/**
 * The factor 1 / (1 − rate) is rounded to float32 before it is multiplied with, so that every kernel set agrees to the
 * bit. A dropped element is 0, or NaN where `x` is not finite.
 */
export const bindDropout: ActivationKernels['bindDropout'] =
  ({ x, y, rate, key, sampleIds, floatsPerImage }) =>
  (epoch, firstImage, images) => {
    const threshold = Math.floor(rate * 2 ** 32);
    const factor = Math.fround(1 / (1 - rate));
    const block = new Uint32Array(BLOCK_WORDS);
    for (let image = firstImage; image < firstImage + images; image++) {
      for (let e = 0; e < floatsPerImage; e++) {
        const word = e % BLOCK_WORDS;
        if (word === 0) philox(key, e / BLOCK_WORDS, sampleIds[image]!, epoch, 0, block);
        const i = image * floatsPerImage + e;
        y[i] = block[word]! >= threshold ? x[i]! * factor : 0 * x[i]! + 0;
      }
    }
  };
