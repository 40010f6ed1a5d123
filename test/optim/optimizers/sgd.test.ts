import { describe, expect, it } from 'vitest';
import { descend, descendPlainly, measureDistance } from '../../helpers/descent.js';
import { openPool } from '../../helpers/open-pool.js';

const pool = openPool(2);

const RATE = 0.02;

describe('100 steps', () => {
  it.each([
    { momentum: 0.9, nesterov: false, weightDecay: 0.01 },
    { momentum: 0.85, nesterov: true, weightDecay: 0.0005 },
    { momentum: 0, nesterov: false, weightDecay: 0 },
  ])("of sgd with %j are those of PyTorch's equations in float64", async (options) => {
    const { momentum, nesterov, weightDecay } = options;
    const result = await descend(pool, { optimizer: { kind: 'sgd', ...options }, learningRate: RATE });
    const velocities = new Map<string, number[]>();
    const expected = descendPlainly(result.normalization, (parameters) => {
      for (const { plan, w, g } of parameters) {
        const v = velocities.get(plan.label) ?? Array.from(w, () => 0);
        velocities.set(plan.label, v);
        for (let i = 0; i < w.length; i++) {
          const gradient = g[i]! + weightDecay * plan.weightDecayFactor * w[i]!;
          v[i] = momentum * v[i]! + gradient;
          w[i] = w[i]! - RATE * plan.learningRateFactor * (nesterov ? gradient + momentum * v[i]! : v[i]!);
        }
      }
    });
    expect(measureDistance(result.weights, expected)).toBeLessThan(1e-5);
  });
});
