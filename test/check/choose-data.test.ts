import { describe, expect, it } from 'vitest';
import { chooseData } from '../../src/check/choose-data.js';
import { UserError } from '../../src/core/errors.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { makeBarDataset } from '../helpers/bar-dataset.js';

const bars = makeBarDataset({ train: 20, test: 5 });
const specOf = (units: number, loss: string) =>
  resolveRunSpec({
    network: { name: 'net', input: [16, 16, 1], layers: [{ kind: 'fully-connected', units }], loss },
    dataset: 'regression',
  });
const missing = async () => {
  throw new UserError('no data');
};

describe('the data that a network is checked on', () => {
  it('are those of a regression that it fits', async () => {
    const { dataset, reason } = await chooseData(specOf(2, 'squared-l2'), async () => bars);
    expect(reason).toBeNull();
    expect(dataset).toBe(bars);
  });

  it.each([
    [3, 'squared-l2', 'expected 2 outputs for the targets of regression (slope, shift), found 3'],
    [2, 'softmax-cross-entropy', 'loss: expected squared-l2 for regression'],
  ])('are noise where %i outputs with %s do not fit the targets', async (units, loss, message) => {
    const { dataset, reason } = await chooseData(specOf(units, loss), async () => bars);
    expect(reason).toContain(message);
    expect(dataset.classNames).toHaveLength(units);
  });

  it('are numbers where one class would be known before anything is learned', async () => {
    const { dataset, reason } = await chooseData(specOf(1, 'squared-l2'), missing);
    expect(reason).toBe('no data');
    expect(dataset.targetNames).toEqual(['noise']);
    expect(new Set(dataset.train.targets).size).toBeGreaterThan(5);
  });
});
