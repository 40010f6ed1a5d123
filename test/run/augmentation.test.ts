import { describe, expect, it } from 'vitest';
import { computeIdentity } from '../../src/experiment/identity.js';
import { type RunSpec, resolveRunSpec, trimSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const dataset = makeTinyDataset();
const run = (spec: RunSpec, workers = 2) =>
  train({ epochs: 2, batchSize: 50, ...spec }, { dataset, workers });

describe('training with augmentation', () => {
  it.each<RunSpec>([
    // In lanes, and one image after another.
    { model: 'SK', width: 0.5, augmentation: { flip: 'random', translate: 3, padding: 'reflect' } },
    { network: 'INPUT(28x28x1) -> FC(20) -> RELU -> FC(10)', augmentation: { translate: 2, cutout: 8 } },
  ])('gives the same bits on 1, 2 and 3 workers: %j', async (spec) => {
    const [one, two, three] = [await run(spec, 1), await run(spec, 2), await run(spec, 3)];
    expect(one.weightsSha256).toBe(two.weightsSha256);
    expect(one.weightsSha256).toBe(three.weightsSha256);
    expect(one.epochs.map(({ testLoss }) => testLoss)).toEqual(three.epochs.map(({ testLoss }) => testLoss));
    const { augmentation, ...plain } = spec;
    expect((await run(plain as RunSpec)).weightsSha256).not.toBe(one.weightsSha256);
  });

  it('still learns', async () => {
    const augmentation = { translate: 1, padding: 'reflect', cutout: 4 } as const;
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
    ];
    const network = 'INPUT(28x28x1) -> FC(10)';
    const hashes = [];
    for (const augmentation of fields) hashes.push((await run({ network, augmentation })).weightsSha256);
    expect(new Set(hashes).size).toBe(fields.length);
  });
});

describe('the augmentation of a spec', () => {
  it('is recorded only if there is any', () => {
    const plain = resolveRunSpec({ model: 'BASE' });
    expect(plain.augmentation).toEqual({ flip: 'none', translate: 0, padding: 'zero', cutout: 0 });
    for (const augmentation of [{}, { flip: 'none' }, { padding: 'reflect' }, { erasing: null }] as const) {
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
});
