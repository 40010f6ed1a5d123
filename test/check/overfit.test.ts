import { describe, expect, it } from 'vitest';
import { checkOverfitting } from '../../src/check/overfit.js';
import { makeSyntheticDataset, makeSyntheticTargets } from '../../src/dataset/synthetic.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { openPool } from '../helpers/open-pool.js';

const pool = openPool(2);
const dataset = makeSyntheticDataset({ height: 6, width: 6, channels: 1 }, 4, { train: 60, test: 1 });
const resolve = (hidden: object) => {
  const layers = [
    { kind: 'fully-connected', ...hidden },
    { kind: 'relu' },
    { kind: 'fully-connected', units: 4 },
  ];
  return resolveRunSpec({ network: { input: [6, 6, 1], layers } });
};

describe('the check of overfitting', () => {
  it('passes a network that learns 50 examples by heart', async () => {
    const lines: string[] = [];
    const finding = await checkOverfitting(resolve({ units: 40 }), dataset, {
      pool,
      say: (line) => lines.push(line),
    });
    expect(finding).toMatchObject({
      passed: true,
      finding: expect.stringMatching(/^50 examples learned in \d+ epochs with learning rate 0\.01$/),
    });
    expect(lines).toEqual(['overfitting 50 examples with learning rate 0.01']);
  });

  it('takes targets that are numbers for learned when nearly all of their variance is', async () => {
    const layers = [
      { kind: 'fully-connected', units: 40 },
      { kind: 'relu' },
      { kind: 'fully-connected', units: 1 },
    ];
    const network = { input: [6, 6, 1], layers, loss: 'squared-l2' };
    const targets = makeSyntheticTargets({ height: 6, width: 6, channels: 1 }, { train: 60, test: 1 });
    const learned = await checkOverfitting(resolveRunSpec({ network }), targets, { pool });
    expect(learned.finding).toMatch(/^50 examples learned in \d+ epochs with learning rate 0\./);
    expect(learned.passed).toBe(true);

    const frozen = layers.map((layer, i) => (i === 2 ? { ...layer, kernelLearningRate: 0 } : layer));
    const narrow = [{ ...frozen[0]!, units: 1, kernelLearningRate: 0 }, ...frozen.slice(1)];
    const spec = resolveRunSpec({ network: { ...network, layers: narrow } });
    const { passed, finding } = await checkOverfitting(spec, targets, { pool });
    expect(passed).toBe(false);
    expect(finding).toMatch(/^50 examples not learned in 100 epochs; R² by learning rate 0\.01: 0\.\d\d, /);
  });

  it('fails one whose images all come down to one number', async () => {
    const bottleneck = resolve({ units: 1, kernelLearningRate: 0 });
    const { passed, finding } = await checkOverfitting(bottleneck, dataset, { pool });
    expect(passed).toBe(false);
    expect(finding).toMatch(
      /^50 examples not learned in 100 epochs; accuracy by learning rate 0\.01: \d+%, 0\.001: /,
    );
  });
});
