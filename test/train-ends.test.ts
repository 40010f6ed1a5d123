import { describe, expect, it } from 'vitest';
import type { LabelledImages } from '../src/dataset/dataset.js';
import type { WrittenNetwork } from '../src/network/spec.js';
import type { RunSpec } from '../src/run/spec.js';
import { train } from '../src/train.js';
import { openPool } from './helpers/open-pool.js';
import { dataset, factsOf, runOn } from './helpers/tiny-training.js';

const run = runOn(openPool(3));

describe('a training', () => {
  it('ends as diverged when the loss is no longer finite, at most one step late', async () => {
    const result = await run({ model: 'BASE', learningRate: 1e6 });
    expect(result.state).toBe('diverged');
    expect(result.reason).toMatch(/^(the loss|a parameter) is no longer finite in epoch 1, step [1-3]$/);
    expect(factsOf(await run({ model: 'BASE', learningRate: 1e6 }, { workers: 3 }))).toEqual(factsOf(result));
  });

  describe('ends as diverged when images come out as no numbers', () => {
    // A black image's outputs are the biases, and any other's are infinite.
    const network: WrittenNetwork = {
      input: [28, 28, 1],
      layers: [{ kind: 'fully-connected', units: 10, initializer: { kind: 'constant', value: 1e38 } }],
    };
    const spec: RunSpec = { network, normalization: 'none', weightDecay: 0 };
    const withBright = (images: LabelledImages, bright: number): LabelledImages => {
      const pixels = new Uint8Array(new SharedArrayBuffer(images.pixels.length));
      pixels.fill(200, pixels.length - (bright * pixels.length) / images.count);
      return { ...images, pixels };
    };
    const [trained, tested] = [withBright(dataset.train, 0), withBright(dataset.test, 0)];

    it('of the test', async () => {
      const data = { ...dataset, train: trained, test: withBright(dataset.test, 7) };
      const result = await run(spec, { dataset: data });
      expect(result).toMatchObject({
        state: 'diverged',
        reason: 'the test loss is not finite after epoch 1, for 7 of 90 images',
        epochs: [],
        confusion: [],
      });
      expect(factsOf(await run(spec, { dataset: data, workers: 3 }))).toEqual(factsOf(result));
    });

    it('of the validation, with patience or without', async () => {
      const data = { ...dataset, train: withBright(dataset.train, 4), test: tested };
      for (const patience of [null, 1]) {
        const result = await run({ ...spec, validationCount: 50, patience }, { dataset: data });
        expect(result).toMatchObject({
          state: 'diverged',
          reason: 'the validation loss is not finite after epoch 1, for 4 of 50 images',
          bestEpoch: null,
        });
      }
    });

    it('of the test at the end, with the epochs before it', async () => {
      // Sees nothing but an image's first pixel, which is the mirror image's last of its row.
      const corner: WrittenNetwork = {
        input: [28, 28, 1],
        layers: [
          {
            kind: 'convolution',
            kernel: 1,
            stride: 28,
            filters: 10,
            initializer: { kind: 'constant', value: 1e38 },
          },
        ],
      };
      const test = withBright(dataset.test, 0);
      test.pixels[27] = 200;
      const result = await run(
        { ...spec, network: corner, testTimeAugmentation: 'mirror' },
        { dataset: { ...dataset, train: trained, test } },
      );
      expect(result).toMatchObject({
        state: 'diverged',
        reason: 'the test loss is not finite after epoch 2, for 1 of 90 images',
        augmentedTest: null,
      });
      expect(result.epochs).toHaveLength(2);
    });

    it('and not before', async () => {
      expect((await run(spec, { dataset: { ...dataset, train: trained, test: tested } })).state).toBe('done');
    });
  });

  it('ends as interrupted when the signal is raised, and keeps completed epochs', async () => {
    const controller = new AbortController();
    const result = await run(
      { model: 'SK', width: 0.2, epochs: 1000 },
      { signal: controller.signal, onEpoch: ({ epoch }) => epoch === 2 && controller.abort() },
    );
    expect(result.state).toBe('interrupted');
    expect(result.epochs.length).toBeGreaterThanOrEqual(2);
    expect(result.epochs.length).toBeLessThan(10);
  });

  it('tells no class before the first epoch has ended', async () => {
    const { predicted, confusion } = await run({ model: 'BN' }, { signal: AbortSignal.abort() });
    expect([predicted.length, confusion.length]).toEqual([0, 0]);
  });

  it('fails with the reason when a worker fails, and nobody hangs', async () => {
    const broken = {
      ...dataset,
      train: { ...dataset.train, labels: new Uint16Array(dataset.train.count).fill(200) },
    };
    await expect(train({ model: 'BASE', epochs: 1 }, { dataset: broken, workers: 2 })).rejects.toThrow(
      /labels/,
    );
  });
});
