import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeKey, RandomStream } from '../../src/core/rng.js';
import type { Domain } from '../../src/search/domain.js';
import type { Rules } from '../../src/search/samplers/tpe/kernels.js';
import { cumulativeNormal, normalMass } from '../../src/search/samplers/tpe/normal.js';
import { ParzenEstimator } from '../../src/search/samplers/tpe/parzen-estimator.js';
import type { Assignment, Parameter } from '../../src/search/space.js';

const parameter = (name: string, domain: Domain): Parameter => ({ name, domain, condition: null });

const parameters = [
  parameter('x', { kind: 'real', low: -5, high: 10, log: false }),
  parameter('r', { kind: 'real', low: 1e-4, high: 1, log: true }),
  parameter('n', { kind: 'whole', low: 8, high: 64, step: 8, log: false }),
  parameter('l', { kind: 'whole', low: 1, high: 100, step: 1, log: true }),
  parameter('c', { kind: 'choice', count: 3 }),
];

/** What the golden densities were made from. */
const observe = (count: number): Assignment[] =>
  Array.from({ length: count }, (_, i) => ({
    x: -5 + 15 * ((i * 0.37) % 1),
    r: 10 ** (-4 * ((i * 0.61) % 1)),
    n: 8 * (1 + ((i * 3) % 8)),
    l: 1 + ((i * i * 7) % 100),
    c: (i * 2) % 3,
  }));
const points: Assignment[] = [
  { x: -4.5, r: 1e-4, n: 8, l: 1, c: 0 },
  { x: 0, r: 0.003, n: 24, l: 5, c: 1 },
  { x: 3.3, r: 0.2, n: 40, l: 50, c: 2 },
  { x: 10, r: 1, n: 64, l: 100, c: 0 },
];

interface Golden {
  readonly multivariate: Readonly<Record<string, readonly number[]>>;
  readonly univariate: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}
const golden = JSON.parse(
  readFileSync(new URL('golden/optuna-densities.json', import.meta.url), 'utf8'),
) as Golden;

function expectClose(found: readonly number[], expected: readonly number[]): void {
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected[i]!)));
  });
}

describe('densities', () => {
  it.each(Object.entries(golden.multivariate))("are Optuna 5.0's over %s observations", (count, expected) => {
    const estimator = new ParzenEstimator(parameters, observe(Number(count)), 'multivariate');
    expectClose(
      points.map((point) => estimator.logDensity(point)),
      expected,
    );
  });

  // Of 3.1, which forgets the deviation in the density of a real number; the golden values have it, as later versions do.
  it.each(Object.entries(golden.univariate))(
    "are Optuna 3's over %s observations, each alone",
    (count, expected) => {
      for (const one of parameters) {
        const estimator = new ParzenEstimator([one], observe(Number(count)), 'univariate');
        expectClose(
          points.map((point) => estimator.logDensity(point)),
          expected[one.name]!,
        );
      }
    },
  );

  it.each(['multivariate', 'univariate'] satisfies Rules[])('are those of a plain reference, %s', (rules) => {
    const observed = [-4, 9, 2.5, 2, 2, 7];
    const estimator = new ParzenEstimator(
      [parameters[0]!],
      observed.map((x) => ({ x })),
      rules,
    );
    for (const x of [-5, -1.25, 2, 8.5, 10]) {
      expect(estimator.logDensity({ x })).toBeCloseTo(Math.log(referenceDensity(x, observed, rules)), 10);
    }
  });

  it('of all numbers that there are come to 1', () => {
    const whole = new ParzenEstimator([parameters[2]!], observe(9), 'multivariate');
    const logarithmic = new ParzenEstimator([parameters[3]!], observe(9), 'multivariate');
    const sum = (estimator: ParzenEstimator, name: string, numbers: number[]) =>
      numbers.reduce((total, number) => total + Math.exp(estimator.logDensity({ [name]: number })), 0);
    expect(sum(whole, 'n', [8, 16, 24, 32, 40, 48, 56, 64])).toBeCloseTo(1, 12);
    expect(
      sum(
        logarithmic,
        'l',
        Array.from({ length: 100 }, (_, i) => i + 1),
      ),
    ).toBeCloseTo(1, 12);
  });
});

/** Of one real number in -5..10, by the definition, its integral by Simpson's rule. */
function referenceDensity(x: number, observed: readonly number[], rules: Rules): number {
  const [low, high] = [-5, 10];
  const prior = { mean: 2.5, deviation: 15 };
  const neighbours = rules === 'univariate' ? [...observed, prior.mean] : observed;
  const kernels = observed.map((mean, i) => {
    const others = neighbours.filter((_, j) => j !== i);
    const below = others.filter((other) => other <= mean);
    const above = others.filter((other) => other > mean);
    // Of equal ones the first has the second for its upper neighbour.
    const twins = others.filter((other, j) => other === mean && (j < i ? j : j + 1) > i);
    const left =
      below.length - twins.length > 0
        ? mean - Math.max(...below.filter((o) => o < mean || !twins.includes(o)))
        : 0;
    const right = twins.length > 0 ? 0 : above.length > 0 ? Math.min(...above) - mean : 0;
    const least = (high - low) / Math.min(100, observed.length + 2);
    return { mean, deviation: Math.min(high - low, Math.max(least, left, right)) };
  });
  const terms = [...kernels, prior].map(({ mean, deviation }) => {
    const bell = (at: number) => Math.exp(-0.5 * ((at - mean) / deviation) ** 2);
    return bell(x) / integrate(bell, low, high);
  });
  return terms.reduce((sum, term) => sum + term, 0) / terms.length;
}

function integrate(f: (x: number) => number, low: number, high: number): number {
  const pieces = 20_000;
  const width = (high - low) / pieces;
  let sum = f(low) + f(high);
  for (let i = 1; i < pieces; i++) sum += (i % 2 === 1 ? 4 : 2) * f(low + i * width);
  return (sum * width) / 3;
}

describe('samples', () => {
  it('are spread as the density says', () => {
    const estimator = new ParzenEstimator([parameters[2]!], observe(5), 'multivariate');
    const stream = new RandomStream(makeKey(0, 'search'));
    const counts = new Map<number, number>();
    const count = 40_000;
    for (let i = 0; i < count; i++) {
      const { n } = estimator.sample(stream) as { n: number };
      counts.set(n, (counts.get(n) ?? 0) + 1);
    }
    for (const n of [8, 16, 24, 32, 40, 48, 56, 64]) {
      const expected = Math.exp(estimator.logDensity({ n }));
      const deviation = Math.sqrt((expected * (1 - expected)) / count);
      expect(Math.abs((counts.get(n) ?? 0) / count - expected)).toBeLessThan(4.5 * deviation);
    }
  });

  it('stay within the range', () => {
    const estimator = new ParzenEstimator(parameters, observe(30), 'multivariate');
    const stream = new RandomStream(makeKey(1, 'search'));
    for (let i = 0; i < 2000; i++) {
      const { x, r, n, l, c } = estimator.sample(stream) as Record<'x' | 'r' | 'n' | 'l' | 'c', number>;
      expect(x >= -5 && x <= 10 && r >= 1e-4 && r <= 1 && n >= 8 && n <= 64 && n % 8 === 0).toBe(true);
      expect(Number.isInteger(l) && l >= 1 && l <= 100 && [0, 1, 2].includes(c)).toBe(true);
    }
  });
});

describe('the normal distribution function', () => {
  // By SciPy's norm.cdf.
  it.each([
    [-37.5, 4.605353009581954e-308],
    [-8, 6.22096057427174e-16],
    [-5.7, 5.99037140106353e-9],
    [-5.6, 1.0717590258310887e-8],
    [-3, 0.0013498980316300933],
    [-1, 0.15865525393145707],
    [-0.67, 0.25142889509531013],
    [-0.3, 0.3820885778110474],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [1, 0.8413447460685429],
    [2.5, 0.9937903346742238],
  ])('of %s is %s', (x, expected) => {
    expect(Math.abs(cumulativeNormal(x) / expected - 1)).toBeLessThan(1e-12);
  });

  it('keeps the digits of what lies in a tail', () => {
    expect(normalMass(8, 9) / (6.22096057427174e-16 - 1.1285884059538324e-19) - 1).toBeCloseTo(0, 10);
  });
});
