import { describe, expect, it } from 'vitest';
import { clipFactor } from '../../src/optim/clipping.js';
import { descend, descendPlainly, measureDistance } from '../helpers/descent.js';
import { openPool } from '../helpers/open-pool.js';

const pool = openPool(2);

describe('clipping by the norm', () => {
  it('shortens what is too long, and nothing else', () => {
    expect(clipFactor(1, 0)).toBe(1);
    expect(clipFactor(1, 0.25)).toBe(1);
    expect(clipFactor(1, 16)).toBeCloseTo(1 / 4, 6);
    expect(clipFactor(1, Infinity)).toBe(0);
    expect(clipFactor(1, NaN)).toBeNaN();
  });

  it("is PyTorch's clip_grad_norm_ over all parameters, in float64", async () => {
    const [rate, norm, momentum] = [0.05, 0.4, 0.9];
    const result = await descend(pool, { learningRate: rate, momentum, weightDecay: 0.01, clipNorm: norm });
    const velocities = new Map<string, number[]>();
    let clipped = 0;
    const expected = descendPlainly(result.normalization, (parameters) => {
      const squares = parameters.flatMap(({ g }) => [...g]).reduce((sum, value) => sum + value ** 2, 0);
      const factor = Math.min(1, norm / (Math.sqrt(squares) + 1e-6));
      if (factor < 1) clipped++;
      for (const { plan, w, g } of parameters) {
        const v = velocities.get(plan.label) ?? Array.from(w, () => 0);
        velocities.set(plan.label, v);
        for (let i = 0; i < w.length; i++) {
          const gradient = factor * g[i]! + 0.01 * plan.weightDecayFactor * w[i]!;
          v[i] = momentum * v[i]! + gradient;
          w[i] = w[i]! - rate * plan.learningRateFactor * v[i]!;
        }
      }
    });
    expect(clipped).toBeGreaterThan(5);
    expect(clipped).toBeLessThan(95);
    expect(measureDistance(result.weights, expected)).toBeLessThan(1e-5);
  });

  it('that is never reached changes nothing', async () => {
    const plain = await descend(pool, { optimizer: 'adam', epochs: 5 });
    const clipped = await descend(pool, { optimizer: 'adam', epochs: 5, clipNorm: 1e6 });
    expect(clipped.weightsSha256).toBe(plain.weightsSha256);
  });
});
