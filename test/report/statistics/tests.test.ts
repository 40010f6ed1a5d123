import { describe, expect, it } from 'vitest';
import { testCochran } from '../../../src/report/statistics/cochran.js';
import { correctByHolm } from '../../../src/report/statistics/holm.js';
import { testMcNemar } from '../../../src/report/statistics/mcnemar.js';
import { fitPowerLaw } from '../../../src/report/statistics/power-law.js';
import {
  compareProportions,
  computeWilsonInterval,
  predictRateDifference,
} from '../../../src/report/statistics/proportion.js';
import {
  compareDeviations,
  compareMeans,
  predictDifference,
  predictNext,
} from '../../../src/report/statistics/samples.js';

describe("Wilson's interval", () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d', (hits, n, low, high) => {
    const interval = computeWilsonInterval(hits, n);
    expect([interval.low.toFixed(4), interval.high.toFixed(4)]).toEqual([low.toFixed(4), high.toFixed(4)]);
  });

  it('ends at 0 and at 1, and is the mirror image for the other outcome', () => {
    expect(computeWilsonInterval(0, 10_000).low).toBe(0);
    expect(computeWilsonInterval(10_000, 10_000).high).toBe(1);
    const [errors, hits] = [computeWilsonInterval(160, 10_000), computeWilsonInterval(9840, 10_000)];
    expect(errors.low).toBeCloseTo(1 - hits.high, 14);
  });
});

describe('what further trials may bring', () => {
  it('is for one more value wider than for the mean', () => {
    // t = 4.3027 for two degrees of freedom, times √(1 + 1/3).
    const { low, high } = predictNext([1, 2, 3])!;
    expect(low).toBeCloseTo(2 - 4.9683, 4);
    expect(high).toBeCloseTo(2 + 4.9683, 4);
    expect(predictNext([1])).toBeNull();
  });

  it('is for two classifiers of one rate the difference of two binomials', () => {
    expect(predictRateDifference(220, 10_000)).toBeCloseTo(
      1.95996 * Math.sqrt((2 * 0.022 * 0.978) / 10_000),
      6,
    );
    expect(predictRateDifference(0, 100)).toBe(0);
  });
});

describe("McNemar's test", () => {
  // Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13:91 (2013): Bentur et al.'s data.
  it('has the published p-values', () => {
    const counts = { onlyFirst: 1, onlySecond: 7 };
    expect(testMcNemar(counts)).toBeCloseTo(0.0391, 4);
    expect(testMcNemar({ onlyFirst: 7, onlySecond: 1 })).toBeCloseTo(0.0391, 4);
  });

  it('finds nothing in an even split', () => {
    expect(testMcNemar({ onlyFirst: 4, onlySecond: 4 })).toBeCloseTo(1 - 70 / 256 / 2, 14);
    expect(testMcNemar({ onlyFirst: 0, onlySecond: 0 })).toBe(1);
  });

  it('keeps its digits for thousands of examples', () => {
    // Against the normal approximation, which is good to a few percent there.
    expect(testMcNemar({ onlyFirst: 4900, onlySecond: 5100 })).toBeCloseTo(0.0455, 3);
    expect(testMcNemar({ onlyFirst: 0, onlySecond: 2000 })).toBe(0);
    expect(testMcNemar({ onlyFirst: 0, onlySecond: 100 })).toBeCloseTo(2 ** -100, 40);
  });
});

describe("Cochran's test", () => {
  it('has the published value', () => {
    // Three drugs and 46 patients: Agresti, Categorical Data Analysis (2002); Q and p as in SAS's manual, PROC FREQ.
    const patterns = ['FFF 6', 'FFU 16', 'FUF 2', 'FUU 4', 'UFF 2', 'UFU 4', 'UUF 6', 'UUU 6'];
    const rows = patterns.flatMap((text) => {
      const [responses, count] = text.split(' ') as [string, string];
      return new Array<string>(Number(count)).fill(responses);
    });
    const result = testCochran([0, 1, 2].map((drug) => rows.map((responses) => responses[drug] === 'U')));
    expect(result.q).toBeCloseTo(8.4706, 4);
    expect(result.p).toBeCloseTo(0.0145, 4);
  });

  it("is McNemar's asymptotic test for two", () => {
    const [onlyFirst, onlySecond] = [30, 50];
    const first = Array.from({ length: 200 }, (_, i) => i < onlyFirst);
    const second = Array.from({ length: 200 }, (_, i) => i >= 100 && i < 100 + onlySecond);
    expect(testCochran([first, second]).q).toBeCloseTo(
      (onlyFirst - onlySecond) ** 2 / (onlyFirst + onlySecond),
      12,
    );
  });

  it('finds nothing where nobody differs', () => {
    const wrong = [true, false, false];
    expect(testCochran([wrong, wrong, wrong])).toEqual({ q: 0, p: 1 });
  });
});

describe('two proportions', () => {
  it('are tested with their pooled rate', () => {
    // 15 of 100 beside 25 of 100: z = 0.1 / sqrt(0.2 · 0.8 · 0.02) = 1.7678.
    expect(compareProportions({ hits: 15, n: 100 }, { hits: 25, n: 100 })).toBeCloseTo(0.0771, 4);
    expect(compareProportions({ hits: 0, n: 10 }, { hits: 0, n: 20 })).toBe(1);
  });
});

describe("Holm's correction", () => {
  it('raises p-values step by step and keeps their order', () => {
    expect(correctByHolm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(correctByHolm([0.9, 0.8])).toEqual([1, 1]);
    expect(correctByHolm([])).toEqual([]);
  });

  it('counts tests that are not given as having found nothing', () => {
    const given = [0.01, 0.04];
    expect(correctByHolm(given, 4)).toEqual(correctByHolm([...given, 1, 1]).slice(0, 2));
  });
});

describe('small samples', () => {
  it("are compared by Welch's test", () => {
    // The first example of the Wikipedia article "Welch's t-test": t = −2.46 with 25 degrees of freedom.
    const a = [27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4];
    const b = [27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4];
    expect(compareMeans(a, b)).toBeCloseTo(0.021, 3);
    expect(compareMeans(b, a)).toBeCloseTo(compareMeans(a, b)!, 14);
    expect(compareMeans([1], [1, 2])).toBeNull();
    expect(compareMeans([1, 1], [2, 2])).toBeNull();
  });

  it('are compared by their deviations', () => {
    // Variances 10 and 2.5, four degrees of freedom each: I_x(2, 2) = 3x² − 2x³ with x = 1 / (1 + 4).
    const wide = [-4, -2, 0, 2, 4];
    const narrow = [-2, -1, 0, 1, 2];
    const expected = 2 * (3 * 0.2 ** 2 - 2 * 0.2 ** 3);
    expect(compareDeviations(wide, narrow)).toBeCloseTo(expected, 12);
    expect(compareDeviations(narrow, wide)).toBeCloseTo(expected, 12);
    expect(compareDeviations([1, 1], [1, 2])).toBeNull();
  });

  it('tell how far apart two more values may lie', () => {
    // Deviation 1, t(0.975; 2) = 4.3027.
    expect(predictDifference([1, 2, 3])).toBeCloseTo(4.3027 * Math.SQRT2, 3);
    expect(predictDifference([1])).toBeNull();
  });
});

describe('a power law', () => {
  it('is found where there is one', () => {
    const points = [1, 2, 5, 60].map((x) => [x, 3 * x ** -0.5] as const);
    const fit = fitPowerLaw(points)!;
    expect([fit.factor, fit.exponent].map((value) => value.toFixed(12))).toEqual([
      '3.000000000000',
      '-0.500000000000',
    ]);
  });

  it('is none for a single point; points with a zero are left out', () => {
    expect(fitPowerLaw([[1, 1]])).toBeNull();
    expect(fitPowerLaw([])).toBeNull();
    expect(
      fitPowerLaw([
        [1, 2],
        [2, 4],
        [3, 0],
      ])!.exponent,
    ).toBeCloseTo(1, 12);
  });
});
