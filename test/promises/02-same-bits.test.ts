import { describe, expect, it } from 'vitest';
import type { RunSpec } from '../../src/run/spec.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { countOf, reportFigure } from '../helpers/soak.js';
import { drawInstants, SETS, trainApart } from './killed-run.js';

const NETWORK =
  'INPUT(28x28x1) -> CONV(5,8) -> BN -> RELU -> POOL(2) -> CONV(3,12) -> RELU -> POOL(2) -> DROPOUT(0.2) -> FC(10)';

const SPECS: readonly RunSpec[] = [
  {
    network: NETWORK,
    batchSize: 20,
    epochs: 4.5,
    optimizer: 'adam',
    averaging: { decay: 0.95 },
    augmentation: { translate: 2 },
  },
  {
    network: NETWORK,
    batchSize: 20,
    epochs: 6,
    nesterov: true,
    lookahead: { every: 5 },
    validationCount: 100,
    patience: 2,
    learningRate: 0.02,
    testTimeAugmentation: 'mirror',
  },
  {
    network: NETWORK,
    batchSize: 32,
    epochs: 5,
    optimizer: 'muon',
    clipNorm: 1,
    maxIterations: 80,
    learningRate: { kind: 'cosine', rate: 0.02 },
  },
];

describe('a run whose process is killed', () => {
  it(
    'ends in the same bits and metrics, on any number of workers and any instruction set',
    async () => {
      const { seed, below } = drawInstants();
      const wanted = countOf({ share: 2, whole: 50 });
      let kills = 0;
      let runs = 0;
      let resumed = 0;
      while (kills < wanted) {
        const spec = SPECS[below(SPECS.length)]!;
        const begun = performance.now();
        const whole = await trainApart({ spec });
        const ms = performance.now() - begun;
        const checkpoints = { folder: makeFolder(), everySteps: 1 + below(10) };
        const trial = { spec, checkpoints };
        // Some kills a run, so that states of killed runs are gone on from again.
        const end = kills + Math.min(wanted - kills, 5);
        let last = null;
        while (last === null) {
          const killAfterMs = kills < end ? below(ms) : Number.POSITIVE_INFINITY;
          last = await trainApart({
            ...trial,
            killAfterMs,
            workers: 1 + below(3),
            kernels: SETS[below(SETS.length)]!,
          });
          if (last === null) kills++;
          else if (last.resumed.length > 0) resumed++;
        }
        expect(last.facts, seed).toEqual(whole!.facts);
        expect(last.facts.state, seed).toBe('done');
        expect(
          last.resumed.flatMap(({ rejected }) => rejected),
          seed,
        ).toEqual([]);
        runs++;
      }
      reportFigure(
        2,
        `${kills} kills in ${runs} runs, ${resumed} of which ended from a checkpoint, on ${SETS.join(' and ')}`,
      );
    },
    countOf({ share: 120_000, whole: 1_800_000 }),
  );
});
