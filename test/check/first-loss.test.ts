import { describe, expect, it } from 'vitest';
import { checkFirstLoss } from '../../src/check/first-loss.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { makeBarDataset } from '../helpers/bar-dataset.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const kernels = loadKernels(chooseKernelName());
const dataset = makeTinyDataset({ train: 60, test: 10 });
const check = (spec: object) => checkFirstLoss(resolveRunSpec(spec), dataset, kernels);
const network = (loss: string, ...layers: object[]) => ({ network: { input: [28, 28, 1], layers, loss } });
const dense = { kind: 'fully-connected', units: 10 };
const CROSS_ENTROPY = 'softmax-cross-entropy';

describe('the check of the first loss', () => {
  it.each<[object, RegExp]>([
    [
      { model: 'BASE', width: 0.2 },
      /^2\.30\d\d, expected ln 10 = 2\.3026 within 2%; rises by \S+ with weight decay 0\.0005; /,
    ],
    [{ model: 'SK', width: 0.2, labelSmoothing: 0.1, weightDecay: 0.01 }, /^2\.3.*weight decay 0\.01; /],
    [network(CROSS_ENTROPY, { ...dense, units: 20 }), /expected ln 20 = 2\.9957 /],
    [network('squared-l2', dense), /^0\.\d{4}, expected ½ = 0\.5000 /],
    [network('squared-l2', dense, { kind: 'softmax' }), /^0\.45\d\d, expected ½·\(1 − 1\/10\) = 0\.4500 /],
    [network(CROSS_ENTROPY, dense, { kind: 'softmax' }), /^2\.3\d\d\d, expected ln 10 /],
  ])('passes %j', (spec, finding) => {
    const result = check(spec);
    expect(result.finding).toMatch(finding);
    expect(result.passed).toBe(true);
  });

  it('is that of outputs of zero for targets that are numbers', () => {
    const spec = { network: { input: [16, 16, 1], layers: [{ ...dense, units: 2 }], loss: 'squared-l2' } };
    const { passed, finding } = checkFirstLoss(resolveRunSpec(spec), makeBarDataset({ train: 100 }), kernels);
    expect(finding).toMatch(/expected ½·mean ‖t‖² = \d\.\d{4} within 2%/);
    expect(passed).toBe(true);
  });

  it('fails a network that prefers some classes before it has learned', () => {
    const normalized = network(CROSS_ENTROPY, dense, { kind: 'batch-normalization' });
    const { passed, finding } = check(normalized);
    expect(passed).toBe(false);
    expect(Number.parseFloat(finding)).toBeGreaterThan(2.5);
  });

  it('fails a network that nothing regularises', () => {
    const free = network(CROSS_ENTROPY, { ...dense, kernelWeightDecay: 0, biasWeightDecay: 0 });
    expect(check(free)).toMatchObject({ passed: false, finding: expect.stringContaining('does not rise') });
  });
});
