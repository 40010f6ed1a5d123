import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { computeNormalization } from '../../src/run/normalize.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const shape = { height: 1, width: 2, channels: 2 };
/** Three images of two pixels, each with two channels; the first is outside the subset. */
const images = {
  count: 3,
  pixels: Uint8Array.of(255, 255, 255, 255, 0, 7, 4, 7, 2, 7, 10, 7),
  labels: Uint16Array.of(0, 1, 2),
};

function normalize(kind: Parameters<typeof computeNormalization>[0], samples = [1, 2]) {
  const { mean, scale } = computeNormalization(
    kind,
    { images, shape, samples: Int32Array.from(samples) },
    kernels,
  );
  return { mean: [...mean], scale: [...scale] };
}

describe('computeNormalization', () => {
  it('takes the mean image of the subset', () => {
    expect(normalize('mean-image')).toEqual({ mean: [1, 7, 7, 7], scale: [1, 1, 1, 1] });
    expect(normalize('mean-image', [0])).toEqual({ mean: [255, 255, 255, 255], scale: [1, 1, 1, 1] });
    expect(normalize('mean-image', [2, 0]).mean).toEqual([128.5, 131, 132.5, 131]);
  });

  it('takes mean and deviation of each channel, and scales a constant one by 1', () => {
    // 0, 4, 2 and 10 have the mean 4 and the variance 14.
    const scale = Math.fround(1 / Math.sqrt(14));
    expect(normalize('per-channel')).toEqual({ mean: [4, 7, 4, 7], scale: [scale, 1, scale, 1] });
  });

  it('takes more images than are summed at once', () => {
    const pixels = Uint8Array.of(0, 100, 200, 250);
    const few = { count: 2, pixels, labels: new Uint16Array(2) };
    const samples = Int32Array.from({ length: 100_000 }, (_, i) => (i < 75_000 ? 0 : 1));
    const small = { height: 1, width: 1, channels: 2 };
    const { mean } = computeNormalization('mean-image', { images: few, shape: small, samples }, kernels);
    expect([...mean]).toEqual([50, 137.5]);
  });

  it('leaves pixels alone', () => {
    expect(normalize('none')).toEqual({ mean: [0, 0, 0, 0], scale: [1, 1, 1, 1] });
  });

  it('is exact where the squared sum no longer fits a double', () => {
    const count = 2 ** 24;
    const pixels = new Uint8Array(count).fill(255);
    pixels[5] = 254;
    const large = { count: 1, pixels, labels: new Uint16Array(0) };
    const wide = { height: 1, width: count, channels: 1 };
    const { mean, scale } = computeNormalization(
      'per-channel',
      { images: large, shape: wide, samples: Int32Array.of(0) },
      kernels,
    );
    expect(mean[0]).toBe(255);
    // One of n values is off by 1, so the variance is (n − 1) / n².
    expect(scale[0]).toBe(Math.fround(count / Math.sqrt(count - 1)));
  });
});
