import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { type Lookahead, lookaheadSchema, planLookahead, shareAt } from '../../src/optim/lookahead.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeSmallNetwork } from '../helpers/small-network.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

describe('lookahead', () => {
  const course = { steps: 12, lastStep: 12 };

  it('averages after every so many steps, and goes back to the average at the end', () => {
    const options: Lookahead = { every: 5, decay: 0.5, power: 0 };
    const shares = Array.from({ length: 12 }, (_, i) => shareAt(options, i + 1, course));
    expect(shares).toEqual([null, null, null, null, 0.5, null, null, null, null, 0.5, null, 0]);
    expect(shareAt(options, 7, { steps: 12, lastStep: 7 })).toBe(0);
    expect(shareAt(options, 10, { steps: 10, lastStep: 10 })).toBe(0.5);
  });

  it('may keep the more of itself the longer it lasts', () => {
    const options: Lookahead = { every: 3, decay: 0.8, power: 3 };
    expect(shareAt(options, 6, course)).toBeCloseTo(1 - 0.8 / 8, 15);
    expect(shareAt(options, 12, course)).toBeCloseTo(0.2, 15);
  });

  it('begins as the paper has it', () => {
    expect(lookaheadSchema.parse({ every: 5 })).toEqual({ every: 5, decay: 0.5, power: 0 });
  });

  it('averages parameters and running statistics as a plain loop does', () => {
    const layers = [{ kind: 'convolution', kernel: 5, filters: 120 }, { kind: 'batch-normalization' }];
    const { plan, memory, network } = makeSmallNetwork({
      input: [6, 6, 2],
      layers,
      images: 2,
      kernels: referenceKernels,
    });
    const slow = memory.weights.slice();
    const passes = planLookahead(
      { plan, memory, kernels: referenceKernels, batch: network.batch },
      { every: 2, decay: 0.75, power: 1, slow },
      { steps: 8, lastStep: 7 },
    );
    const expected = memory.weights.slice();
    const expectedSlow = slow.slice();
    for (let step = 0; step < 7; step++) {
      for (let i = 0; i < expected.length; i++) {
        const move = Math.sin(step + i);
        memory.weights[i]! += move;
        expected[i]! += move;
      }
      network.batch.step = step;
      for (const pass of passes) {
        for (let block = 0; block < pass.blocks; block++) pass.run(block, 1);
      }
      const slots = plan.steps.flatMap(({ parameters, state }) => [...parameters, ...state]);
      const decay = step + 1 === 7 ? 1 : (0.75 * (step + 1)) / 8;
      if ((step + 1) % 2 === 0 || step + 1 === 7) {
        for (const { offset, size } of slots) {
          for (let i = offset; i < offset + size; i++) {
            expectedSlow[i] = decay * expectedSlow[i]! + (1 - decay) * expected[i]!;
            expected[i] = expectedSlow[i]!;
          }
        }
      }
      for (const { offset, size } of slots) {
        for (let i = offset; i < offset + size; i++) {
          expect(memory.weights[i]).toBeCloseTo(expected[i]!, 5);
        }
      }
    }
    expect(plan.steps.flatMap(({ state }) => state)).toHaveLength(2);
  });
});

describe('a run with lookahead', () => {
  const dataset = makeTinyDataset({ train: 130, test: 20 });
  const run = (spec: RunSpec, options: TrainOptions = {}) =>
    train(
      { model: 'BN', width: 0.2, batchSize: 50, epochs: 2, ...spec },
      { dataset, pool, workers: 2, ...options },
    );

  it('is the same on any number of workers, and differs from one without', async () => {
    const lookahead = { every: 2, decay: 0.7, power: 1 };
    const one = await run({ lookahead }, { workers: 1 });
    expect((await run({ lookahead }, { workers: 3 })).weightsSha256).toBe(one.weightsSha256);
    expect((await run({})).weightsSha256).not.toBe(one.weightsSha256);
    expect((await run({ lookahead: null })).weightsSha256).toBe((await run({})).weightsSha256);
  });

  it('ends where it averaged last', async () => {
    const lookahead = { every: 5, decay: 0.5 };
    const cut = await run({ lookahead, maxIterations: 5 });
    // The sixth and last step is taken back.
    expect((await run({ lookahead })).weightsSha256).toBe(cut.weightsSha256);
  });

  it.each([
    [{ every: 0 }, /'lookahead.every'/],
    [{ every: 5, decay: 1.5 }, /'lookahead.decay': .* found 1.5/],
    [{ evry: 5 }, /lookahead/],
  ])('refuses %j', async (lookahead, message) => {
    await expect(run({ lookahead: lookahead as never })).rejects.toThrow(message);
  });
});
