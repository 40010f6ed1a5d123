import { describe, expect, it } from 'vitest';
import {
  chiSquaredTail,
  fisherTail,
  NORMAL_975,
  normalTails,
  studentQuantile,
  studentTails,
} from '../../src/core/distributions.js';
import { incompleteBeta, logGamma, upperGamma } from '../../src/core/special-functions.js';

describe('special functions', () => {
  it.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [0.1, 2.252712651734206],
    [1, 0],
    [11, Math.log(3_628_800)],
    [171, 706.5730622457874],
    [10_001, 82108.92783681436],
  ])('ln Γ(%d)', (x, expected) => {
    expect(logGamma(x)).toBeCloseTo(expected, expected > 100 ? 8 : 12);
  });

  it('have their closed forms', () => {
    // Q(1, x) = exp(−x); Q(3, x) = exp(−x)(1 + x + x²/2), on both sides of where the method changes.
    for (const x of [0.1, 1.9, 2.1, 3.9, 4.1, 30]) {
      expect(upperGamma(1, x)).toBeCloseTo(Math.exp(-x), 14);
      expect(upperGamma(3, x)).toBeCloseTo(Math.exp(-x) * (1 + x + (x * x) / 2), 14);
    }
    // I_x(1, b) = 1 − (1 − x)^b; I_x(a, 1) = x^a.
    for (const x of [0, 0.01, 0.3, 0.7, 0.99, 1]) {
      expect(incompleteBeta(x, 1, 4)).toBeCloseTo(1 - (1 - x) ** 4, 13);
      expect(incompleteBeta(x, 5, 1)).toBeCloseTo(x ** 5, 13);
    }
  });
});

// Critical values as every textbook's tables have them.
describe('distributions', () => {
  it.each([
    [3.8415, 1, 0.05],
    [10.828, 1, 0.001],
    [5.9915, 2, 0.05],
    [12.592, 6, 0.05],
    [18.307, 10, 0.05],
    [124.342, 100, 0.05],
  ])('chi-squared: %d with %d degrees of freedom', (x, freedom, tail) => {
    expect(chiSquaredTail(x, freedom)).toBeCloseTo(tail, 4);
  });

  it.each([
    [12.7062, 1, 0.05],
    [2.7764, 4, 0.05],
    [2.4469, 6, 0.05],
    [2.0423, 30, 0.05],
    [3.2498, 9, 0.01],
  ])("Student's: %d with %d degrees of freedom", (t, freedom, tails) => {
    expect(studentTails(t, freedom)).toBeCloseTo(tails, 5);
    expect(studentTails(-t, freedom)).toBeCloseTo(tails, 5);
    expect(studentQuantile(tails, freedom)).toBeCloseTo(t, 3);
  });

  it.each([
    [3.7083, 3, 10, 0.05],
    [4.3874, 5, 6, 0.05],
    [161.448, 1, 1, 0.05],
    [5.1922, 4, 5, 0.05],
  ])('F: %d with %d and %d degrees of freedom', (x, numerator, denominator, tail) => {
    expect(fisherTail(x, numerator, denominator)).toBeCloseTo(tail, 4);
  });

  it('normal: its own quantile', () => {
    expect(normalTails(NORMAL_975)).toBeCloseTo(0.05, 14);
    expect(normalTails(-2.5758293)).toBeCloseTo(0.01, 9);
    expect(normalTails(0)).toBe(1);
  });
});
