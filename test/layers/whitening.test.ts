import { describe, expect, it } from 'vitest';
import { finish } from '../../src/core/pieces.js';
import { sizeOf } from '../../src/core/shape.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { type InputImages, whitenPatches } from '../../src/layers/whitening.js';
import { initializeModel } from '../../src/network/memory.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { makeSmallNetwork } from '../helpers/small-network.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const shape = { height: 28, width: 30, channels: 3 };
const { train } = makeTinyDataset({ train: 40, test: 0, shape });
const images: InputImages = {
  shape,
  pixels: train.pixels,
  samples: Int32Array.of(7, 3, 20, 11, 39, 0),
  mean: new Float32Array(sizeOf(shape)).map((_, e) => 40 + (e % 3) + (e % 7)),
  scale: new Float32Array(sizeOf(shape)).map((_, e) => 0.01 + 0.001 * (e % 3)),
};
const KERNEL = { height: 2, width: 3, inputs: 3, outputs: 36, groups: 1 };

/** All patches of some images, as a plain loop takes them. */
function* listPatches(samples: Iterable<number>) {
  const size = sizeOf(shape);
  for (const sample of samples) {
    for (let y = 0; y + KERNEL.height <= shape.height; y++) {
      for (let x = 0; x + KERNEL.width <= shape.width; x++) {
        yield Array.from({ length: 18 }, (_, i) => {
          const [ky, kx, c] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
          const e = ((y + ky) * shape.width + x + kx) * 3 + c;
          return (images.pixels[sample * size + e]! - images.mean[e]!) * images.scale[e]!;
        });
      }
    }
  }
}

function whiten(options: { images: number; epsilon: number }, kernel = KERNEL): Float32Array {
  const values = new Float32Array(18 * kernel.outputs).fill(Number.NaN);
  finish(whitenPatches(values, kernel, images, options));
  return values;
}

describe('a whitening kernel', () => {
  it('gives filters without correlation and with variance 1, and their negatives', () => {
    const values = whiten({ images: 5000, epsilon: 1e-9 });
    const moments = Array.from({ length: 18 }, () => new Float64Array(18));
    let patches = 0;
    for (const patch of listPatches(images.samples)) {
      const outputs = Array.from({ length: 18 }, (_, d) =>
        patch.reduce((sum, x, row) => sum + x * values[row * 36 + d]!, 0),
      );
      for (let i = 0; i < 18; i++) {
        for (let j = 0; j < 18; j++) moments[i]![j]! += outputs[i]! * outputs[j]!;
      }
      patches++;
    }
    for (let i = 0; i < 18; i++) {
      for (let j = 0; j < 18; j++) expect(moments[i]![j]! / patches).toBeCloseTo(i === j ? 1 : 0, 4);
    }
    for (let row = 0; row < 18; row++) {
      for (let d = 0; d < 18; d++) expect(values[row * 36 + 18 + d]).toBe(-values[row * 36 + d]!);
    }
  });

  it('divides by √(λ + epsilon), greatest eigenvalues first', () => {
    const [loose, tight] = [whiten({ images: 6, epsilon: 0.5 }), whiten({ images: 6, epsilon: 1e-9 })];
    const ratios = Array.from({ length: 18 }, (_, d) => {
      // With variance 1 a filter's squared length is 1/λ.
      let inverse = 0;
      for (let row = 0; row < 18; row++) inverse += tight[row * 36 + d]! ** 2;
      expect(loose[d]! / tight[d]!).toBeCloseTo(1 / Math.sqrt(1 + 0.5 * inverse), 4);
      return inverse;
    });
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
  });

  it('may have fewer filters: those of the greatest eigenvalues', () => {
    const [few, all] = [
      whiten({ images: 6, epsilon: 1e-3 }, { ...KERNEL, outputs: 10 }),
      whiten({ images: 6, epsilon: 1e-3 }),
    ];
    for (let row = 0; row < 18; row++) {
      expect([...few.subarray(row * 10, row * 10 + 5)]).toEqual([...all.subarray(row * 36, row * 36 + 5)]);
      expect(few[row * 10 + 5]).toBe(-few[row * 10]!);
    }
  });

  it('is made from the first images alone', () => {
    const of = (samples: readonly number[]) => {
      const values = new Float32Array(18 * 36);
      const first = { ...images, samples: Int32Array.from(samples) };
      finish(whitenPatches(values, KERNEL, first, { images: 2, epsilon: 1e-3 }));
      return values;
    };
    expect(of([7, 3, 20])).toEqual(of([7, 3]));
    expect(of([7, 20, 3])).not.toEqual(of([7, 3]));
  });

  const whitening = { kind: 'convolution', kernel: 2, filters: 24, initializer: 'whitening' };

  it('is what a network begins with', () => {
    const small = makeSmallNetwork({
      input: [28, 30, 3],
      layers: [whitening],
      images: 2,
      kernels: referenceKernels,
      inputs: images,
    });
    const expected = new Float32Array(12 * 24);
    const kernel = { height: 2, width: 2, inputs: 3, outputs: 24, groups: 1 };
    finish(whitenPatches(expected, kernel, images, { images: 5000, epsilon: 5e-4 }));
    const { offset, size } = small.parameters[0]!;
    expect(small.memory.weights.slice(offset, offset + size)).toEqual(expected);
    expect(() => initializeModel(small.memory, small.plan, 0, referenceKernels, null)).toThrow(
      'expected images',
    );
  });

  const plan = (...layers: unknown[]) =>
    planNetwork(parseNetwork({ input: [28, 30, 3], layers }), { batchSize: 4, slices: 2, training: true });

  it.each([
    [
      [{ ...whitening, filters: 23 }],
      /layer 1\): whitening: expected an even number of filters, at most 24 .* found 23/,
    ],
    [[{ ...whitening, filters: 26 }], /at most 24 .* found 26/],
    [[{ ...whitening, filters: 6, groups: 3 }], /in one group, found 6 in 3/],
    [[{ ...whitening, dilation: 2 }], /whitening: expected a kernel without dilation, .* found 2×2/],
    [
      [{ kind: 'relu' }, whitening],
      /whitening: expected the first layer, which reads the images, found one behind relu1/,
    ],
  ])('is refused: %j', (layers, message) => {
    expect(() => plan(...layers)).toThrow(message);
  });

  it('is for convolutions alone', () => {
    expect(() => plan({ kind: 'fully-connected', units: 4, initializer: 'whitening' })).toThrow(
      /'initializer.kind'/,
    );
    expect(() => plan({ ...whitening, biasInitializer: 'whitening' })).toThrow(/'biasInitializer.kind'/);
  });
});
