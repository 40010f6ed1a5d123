import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../src/report/format-values.js';
import { measureSpread } from '../../src/report/statistics/spread.js';

describe('a duration', () => {
  it.each([
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1:00'],
    [245, '4:05'],
    [3723, '1:02:03'],
    [null, '-'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('of %d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('a number', () => {
  it('has its digits, a dash for none', () => {
    expect([
      formatNumber(1.525, 1),
      formatNumber(null, 2),
      formatNumber(Number.POSITIVE_INFINITY, 2),
    ]).toEqual(['1.5', '-', 'Infinity']);
    expect([formatCount(1234567.4), formatCount(undefined)]).toEqual(['1,234,567', '-']);
  });
});

describe('a spread', () => {
  it('has the deviation of the sample, none for one number', () => {
    expect(measureSpread([2, 3, 7])).toEqual({ n: 3, mean: 4, deviation: Math.sqrt(7), min: 2, max: 7 });
    expect(measureSpread([2])).toMatchObject({ n: 1, mean: 2, deviation: null });
  });
});

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [57_344, '57.3 KB'],
    [1_656_000_000, '1.66 GB'],
    [4e15, '4.00e+3 TB'],
  ])('of %d bytes is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
