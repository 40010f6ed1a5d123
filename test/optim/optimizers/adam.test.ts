import { describe, expect, it } from 'vitest';
import { raise } from '../../../src/optim/optimizers/adam-passes.js';
import type { OptimizerSpec } from '../../../src/optim/optimizers/registry.js';
import { descend, descendPlainly, measureDistance } from '../../helpers/descent.js';
import { openPool } from '../../helpers/open-pool.js';

const pool = openPool(2);

const RATE = 0.003;

interface Plain {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly penalty: number;
  readonly decay: number;
  readonly amsgrad: boolean;
}

/** Adam and AdamW as PyTorch documents them, line by line. */
function movePlainly({ beta1, beta2, epsilon, penalty, decay, amsgrad }: Plain) {
  const moments = new Map<string, { m: number[]; v: number[]; most: number[] }>();
  return (parameters: Parameters<Parameters<typeof descendPlainly>[1]>[0], t: number) => {
    for (const { plan, w, g } of parameters) {
      const zeros = () => Array.from(w, () => 0);
      const { m, v, most } = moments.get(plan.label) ?? { m: zeros(), v: zeros(), most: zeros() };
      moments.set(plan.label, { m, v, most });
      const rate = RATE * plan.learningRateFactor;
      for (let i = 0; i < w.length; i++) {
        const gradient = g[i]! + penalty * plan.weightDecayFactor * w[i]!;
        w[i] = w[i]! - rate * decay * plan.weightDecayFactor * w[i]!;
        m[i] = beta1 * m[i]! + (1 - beta1) * gradient;
        v[i] = beta2 * v[i]! + (1 - beta2) * gradient ** 2;
        const mHat = m[i]! / (1 - beta1 ** t);
        most[i] = Math.max(most[i]!, v[i]!);
        const vHat = (amsgrad ? most[i]! : v[i]!) / (1 - beta2 ** t);
        w[i] = w[i]! - (rate * mHat) / (Math.sqrt(vHat) + epsilon);
      }
    }
  };
}

const DEFAULTS: Plain = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  penalty: 0,
  decay: 0,
  amsgrad: false,
};

describe('100 steps', () => {
  it.each<[string, OptimizerSpec, object]>([
    ['adam', 'adam', {}],
    ['adam with L2 decay', { kind: 'adam', weightDecay: 0.01 }, { penalty: 0.01 }],
    [
      'amsgrad',
      { kind: 'adam', amsgrad: true, beta1: 0.5, beta2: 0.6 },
      { amsgrad: true, beta1: 0.5, beta2: 0.6 },
    ],
    ['adam with a large epsilon', { kind: 'adam', epsilon: 0.1 }, { epsilon: 0.1 }],
    ['adamw', 'adamw', { decay: 0.01 }],
    ['adamw with more decay', { kind: 'adamw', weightDecay: 0.5, beta2: 0.95 }, { decay: 0.5, beta2: 0.95 }],
  ])('of %s are those of the published equations in float64', async (_, optimizer, plain) => {
    const result = await descend(pool, { optimizer, learningRate: RATE });
    const expected = descendPlainly(result.normalization, movePlainly({ ...DEFAULTS, ...plain }));
    expect(result.state).toBe('done');
    expect(measureDistance(result.weights, expected)).toBeLessThan(1e-5);
  });
});

describe('a power by squaring', () => {
  it.each([
    [0.9, 1],
    [0.999, 1000],
    [0.5, 60],
    [0, 3],
    [0.9, 0],
  ])('of %d to %d is that of Math.pow', (base, exponent) => {
    expect(raise(base, exponent) / base ** exponent || 1).toBeCloseTo(1, 12);
    expect(raise(base, exponent) === 0).toBe(base ** exponent === 0);
  });
});
