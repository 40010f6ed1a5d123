import { describe, expect, it } from 'vitest';
import { planNetwork } from '../../src/network/plan.js';
import { planGrid } from './fake-runs.js';

describe('a planned sweep', () => {
  it('has one plan for points of one network and mini-batch, and that of a run alone', async () => {
    const points = await planGrid({
      base: { model: 'SK' },
      points: [{ width: 0.2 }, { width: 0.5 }, { width: 0.2, batchSize: 50 }],
      grid: { seed: [0, 1], momentum: [0, 0.9] },
    });
    expect(new Set(points.map(({ plan }) => plan)).size).toBe(3);
    for (const { spec, plan } of points) {
      const { network, batchSize, slices } = spec;
      expect(plan.parameterCount).toBe(
        planNetwork(network, { batchSize, slices, training: true }).parameterCount,
      );
    }
  });
});
