import { describe, expect, it } from 'vitest';
import { averagingShareAt } from '../../src/optim/averaging.js';
import type { RunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

const dataset = makeTinyDataset({ train: 130, test: 20 });
const run = (spec: RunSpec, workers = 2) =>
  train({ model: 'BN', width: 0.2, batchSize: 50, epochs: 2, ...spec }, { dataset, pool, workers });

describe('the share of the weights in their average', () => {
  const sharesOf = (decay: number, every: number) =>
    Array.from({ length: 7 }, (_, i) => averagingShareAt({ decay, every }, i + 1));

  it('is 1 the first time, and then what the average does not keep', () => {
    expect(sharesOf(0.75, 1)).toEqual([1, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
  });

  it('is none between the times, but for those before the first', () => {
    expect(sharesOf(0.75, 3)).toEqual([1, 1, 1, null, null, 0.25, null]);
  });
});

describe('a run with averaging', () => {
  it('ends on the average of the weights and statistics after every step', async () => {
    // Six steps, of which any number gives the weights after it.
    const decay = 0.6;
    const average = (await run({ averaging: { decay } })).weights;
    const steps = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((maxIterations) => run({ maxIterations }, 1).then(({ weights }) => weights)),
    );
    const expected = Float64Array.from(steps[0]!);
    for (const weights of steps.slice(1)) {
      for (let i = 0; i < expected.length; i++)
        expected[i] = decay * expected[i]! + (1 - decay) * weights[i]!;
    }
    expect(average).toHaveLength(expected.length);
    for (let i = 0; i < expected.length; i++) expect(Math.abs(average[i]! - expected[i]!)).toBeLessThan(1e-5);
  }, 60_000);

  it('trains as one without, and is one without if the average keeps nothing', async () => {
    const [plain, averaged, following] = [
      await run({}),
      await run({ averaging: { decay: 0.9 } }),
      await run({ averaging: { decay: 0 } }),
    ];
    const trainLosses = ({ epochs }: typeof plain) => epochs.map(({ trainLoss }) => trainLoss);
    expect(trainLosses(averaged)).toEqual(trainLosses(plain));
    expect(averaged.weightsSha256).not.toBe(plain.weightsSha256);
    expect(averaged.epochs.map(({ testLoss }) => testLoss)).not.toEqual(
      plain.epochs.map(({ testLoss }) => testLoss),
    );
    expect(following.weightsSha256).toBe(plain.weightsSha256);
    expect(following.predicted).toEqual(plain.predicted);
  });

  it('keeps the average of its best epoch', async () => {
    const spec: RunSpec = {
      averaging: { decay: 0.5 },
      validationCount: 30,
      epochs: 6,
      learningRate: 0.5,
      patience: 2,
    };
    const best = await run(spec);
    expect(best.bestEpoch).toBeLessThan(best.epochs.length);
    const upToThere = await run({ ...spec, maxIterations: 2 * best.bestEpoch! });
    expect(best.weightsSha256).toBe(upToThere.weightsSha256);
  });
});
