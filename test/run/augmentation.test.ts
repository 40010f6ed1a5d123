import { describe, expect, it } from 'vitest';
import { computeIdentity } from '../../src/experiment/identity.js';
import { type RunSpec, resolveRunSpec, trimSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

const dataset = makeTinyDataset();
const run = (spec: RunSpec, workers = 2) =>
  train({ epochs: 2, batchSize: 50, ...spec }, { dataset, pool, workers });

const EVERYTHING = {
  flip: 'random',
  translate: 2,
  cutout: 4,
  resizedCrop: { area: [0.5, 1] },
  colorJitter: { brightness: 0.4, contrast: 0.4 },
  randAugment: {},
  erasing: {},
  mixing: { mixup: 0.5, cutmix: 1, probability: 0.9 },
} satisfies RunSpec['augmentation'];

describe('training with augmentation', () => {
  it.each<RunSpec>([
    // In lanes, and one image after another.
    { model: 'SK', width: 0.5, augmentation: { flip: 'random', translate: 3, padding: 'reflect' } },
    { network: 'INPUT(28x28x1) -> FC(20) -> RELU -> FC(10)', augmentation: { translate: 2, cutout: 8 } },
    // With all that paints bytes and mixes images; the last mini-batch of an epoch is a smaller one.
    { model: 'SK', width: 0.2, batchSize: 47, augmentation: EVERYTHING },
    { network: 'INPUT(28x28x1) -> FC(20) -> RELU -> FC(10)', batchSize: 47, augmentation: EVERYTHING },
  ])('gives the same bits on 1, 2 and 3 workers: %j', async (spec) => {
    const [one, two, three] = [await run(spec, 1), await run(spec, 2), await run(spec, 3)];
    expect(one.weightsSha256).toBe(two.weightsSha256);
    expect(one.weightsSha256).toBe(three.weightsSha256);
    expect(one.epochs.map(({ testLoss }) => testLoss)).toEqual(three.epochs.map(({ testLoss }) => testLoss));
    const { augmentation, ...plain } = spec;
    expect((await run(plain as RunSpec)).weightsSha256).not.toBe(one.weightsSha256);
  });

  it.each<RunSpec['augmentation']>([
    { translate: 1, padding: 'reflect', cutout: 4 },
    { resizedCrop: { area: [0.7, 1] }, mixing: { mixup: 0.2, cutmix: 1 } },
  ])('still learns: %j', async (augmentation) => {
    const { epochs } = await run({ model: 'BN', learningRate: 0.01, epochs: 5, augmentation });
    expect(epochs.at(-1)!.testErrorPercent).toBeLessThan(10);
  });

  it('by each of its fields is another run', async () => {
    const fields: RunSpec['augmentation'][] = [
      {},
      { flip: 'random' },
      { flip: 'alternating' },
      { translate: 1 },
      { translate: 1, padding: 'reflect' },
      { cutout: 5 },
      { erasing: {} },
      { resizedCrop: {} },
      { colorJitter: { contrast: 0.5 } },
      { randAugment: {} },
      { mixing: { mixup: 1 } },
      { mixing: { cutmix: 1 } },
    ];
    const short = { network: 'INPUT(28x28x1) -> FC(10)', trainCount: 100, testCount: 10 };
    const hashes = [];
    for (const augmentation of fields) hashes.push((await run({ ...short, augmentation })).weightsSha256);
    expect(new Set(hashes).size).toBe(fields.length);
  });
});

describe('the augmentation of a spec', () => {
  it('is recorded only if there is any', () => {
    const plain = resolveRunSpec({ model: 'BASE' });
    expect(plain.augmentation).toEqual({ flip: 'none', translate: 0, padding: 'zero', cutout: 0 });
    for (const augmentation of [
      {},
      { flip: 'none' },
      { padding: 'reflect' },
      { erasing: null, mixing: null },
    ] as const) {
      const spec = resolveRunSpec({ model: 'BASE', augmentation });
      expect(trimSpec(spec)).toEqual(trimSpec(plain));
      expect(trimSpec(spec)).not.toHaveProperty('augmentation');
      expect(computeIdentity(spec, 'd')).toBe(computeIdentity(plain, 'd'));
    }
    const flipped = resolveRunSpec({ model: 'BASE', augmentation: { flip: 'alternating', translate: 2 } });
    expect(trimSpec(flipped)).toHaveProperty('augmentation.translate', 2);
    expect(resolveRunSpec(JSON.parse(JSON.stringify(trimSpec(flipped))))).toEqual(flipped);
    expect(computeIdentity(flipped, 'd')).not.toBe(computeIdentity(plain, 'd'));
  });

  it.each([
    [
      { flip: 'vertical' },
      /'augmentation\.flip': expected .*"none"\|"random"\|"alternating", found "vertical"/,
    ],
    [{ translate: 1.5 }, /'augmentation\.translate': .*found 1\.5/],
    [{ translate: -1 }, /'augmentation\.translate': .*found -1/],
    [{ padding: 'edge' }, /'augmentation\.padding': .*"zero"\|"reflect", found "edge"/],
    [{ cutout: '8' }, /'augmentation\.cutout': .*found "8"/],
    [{ erasing: { probability: 0 } }, /'augmentation\.erasing\.probability': .*found 0/],
    [{ erasing: { area: [0.3] } }, /'augmentation\.erasing\.area'/],
    [{ erasing: { area: [0.3, 1.2] } }, /'augmentation\.erasing\.area': expected at most 1, the whole image/],
    [{ erasing: { aspect: [3, 0.3] } }, /'augmentation\.erasing\.aspect': expected the lower limit first/],
    [{ resizedCrop: { area: [0, 1] } }, /'augmentation\.resizedCrop\.area\[0\]': .*found 0/],
    [
      { colorJitter: {} },
      /'augmentation\.colorJitter': expected a brightness, contrast, saturation or hue above 0/,
    ],
    [{ colorJitter: { hue: 0.6 } }, /'augmentation\.colorJitter\.hue': .*found 0\.6/],
    [
      { colorJitter: { brightness: 1, hue: 0.1 } },
      /colorJitter: expected a hue of 0 for images without colours \(28×28×1\), found 0\.1\. Leave it out/,
    ],
    [{ randAugment: { magnitude: 31 } }, /'augmentation\.randAugment\.magnitude': .*found 31/],
    [{ randAugment: { operations: 0 } }, /'augmentation\.randAugment\.operations': .*found 0/],
    [{ mixing: {} }, /'augmentation\.mixing': expected a mixup or a cutmix above 0/],
    [{ mixing: { cutmix: 1, probability: 0 } }, /'augmentation\.mixing\.probability': .*found 0/],
    [{ erasing: true }, /'augmentation\.erasing'/],
    [{ mirror: true }, /unknown field 'mirror' in 'augmentation'/],
    ['flip', /'augmentation': expected object, found "flip"/],
    [
      { translate: 28 },
      /mine\.json: augmentation: expected a translate of at most 27 pixels for images of 28×28×1, found 28/,
    ],
    [{ cutout: 29 }, /expected a cutout of at most 28 pixels .*, found 29/],
  ])('is refused: %j', (augmentation, message) => {
    expect(() => resolveRunSpec({ model: 'BASE', augmentation }, 'mine.json')).toThrow(message);
  });

  it('is refused for images whose channels it does not know', () => {
    const resolve = (augmentation: object, channels: number) =>
      resolveRunSpec({ network: `INPUT(28x28x${channels}) -> FC(10)`, augmentation });
    for (const augmentation of [{ randAugment: {} }, { colorJitter: { brightness: 1 } }])
      expect(() => resolve(augmentation, 2)).toThrow(
        /expected images of 1 or 3 channels for \w+, found 28×28×2/,
      );
    expect(resolve({ colorJitter: { hue: 0.1 } }, 3).augmentation.colorJitter?.hue).toBe(0.1);
    expect(resolve({ resizedCrop: {} }, 2).augmentation.resizedCrop?.area).toEqual([0.08, 1]);
  });
});
