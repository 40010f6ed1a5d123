import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import { CheckpointEstimator, countKeptBytes } from '../../src/run/checkpoint-size.js';
import { fitRun } from '../../src/run/fit.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const TESTED = 90;
const LAYERS: WrittenLayer[] = [{ kind: 'batch-normalization' }, { kind: 'fully-connected', units: 10 }];
/** Scale and offset, kernel and bias. */
const PARAMETERS = 2 + 10 * 784 + 10;
/** With the running mean and variance. */
const WEIGHTS = PARAMETERS + 2;

const define = (fields: RunSpec): RunSpec => ({ network: { input: [28, 28, 1], layers: LAYERS }, ...fields });

function estimate(fields: RunSpec = {}) {
  const spec = resolveRunSpec(define(fields));
  return new CheckpointEstimator().estimate(fitRun(spec, makeTinyDataset({ test: TESTED })));
}

describe('what a checkpoint will take', () => {
  it('are the weights, what the optimizer keeps and what was predicted last', () => {
    expect(estimate().stateBytes).toBe(4 * (WEIGHTS + PARAMETERS) + TESTED);
    expect(estimate({ optimizer: 'adam' }).stateBytes).toBe(4 * (WEIGHTS + 2 * PARAMETERS) + TESTED);
  });

  it.each<[string, RunSpec, number]>([
    ['slow ones', { lookahead: { every: 5 } }, TESTED],
    ['averaged ones', { averaging: {} }, TESTED],
    ["the last epoch's", { minWeightChange: { epsilon: 1e-5 } }, TESTED],
    ["the last step's", { minWeightChange: { epsilon: 1e-5, per: 'iteration' } }, TESTED],
    ["the best epoch's, and what that predicted", { patience: 3, validationCount: 30 }, 2 * TESTED],
  ])('and as many weights once more: %s', (_, fields, predicted) => {
    expect(estimate(fields).stateBytes).toBe(4 * (2 * WEIGHTS + PARAMETERS) + predicted);
  });

  it('while a run lasts are three states, its model and its best one', () => {
    const { stateBytes, modelBytes, runningBytes } = estimate({ validationCount: 30 });
    expect(modelBytes).toBe(4 * (WEIGHTS + 2 * 784));
    expect(runningBytes).toBe(3 * stateBytes + 2 * modelBytes);
    expect(estimate().runningBytes).toBe(3 * stateBytes + modelBytes);
  });

  it.each<[string, RunSpec]>([
    ['plain', {}],
    [
      'with all that a state may have',
      {
        optimizer: 'adam',
        lookahead: { every: 5 },
        averaging: {},
        minWeightChange: { epsilon: 1e-9 },
        patience: 3,
        validationCount: 30,
      },
    ],
  ])('is what the files are, but for their headers: %s', async (_, fields) => {
    const folder = makeFolder();
    const dataset = makeTinyDataset({ test: TESTED });
    await train(
      { ...define(fields), epochs: 1 },
      { dataset, workers: 1, checkpoints: { folder, keep: 'state' } },
    );
    const sizes = readdirSync(folder).map(
      (name) => [name.split(/[-.]/)[0]!, statSync(join(folder, name)).size] as const,
    );
    const { stateBytes, modelBytes } = estimate(fields);
    expect(sizes.map(([name]) => name)).toEqual(expect.arrayContaining(['model', 'state']));
    for (const [name, bytes] of sizes) {
      const headerBytes = bytes - (name === 'state' ? stateBytes : modelBytes);
      // Per-channel normalisation takes less than one for each pixel would.
      expect(headerBytes, name).toBeGreaterThan(name === 'state' ? 0 : -2 * 784 * 4);
      expect(headerBytes, name).toBeLessThan(10_000);
    }
  });

  it('stays as far as it is to be kept', () => {
    const size = estimate();
    expect(countKeptBytes(size, 'nothing')).toBe(0);
    expect(countKeptBytes(size, 'model')).toBe(size.modelBytes);
    expect(countKeptBytes(size, 'state')).toBe(size.modelBytes + 2 * size.stateBytes);
  });
});
