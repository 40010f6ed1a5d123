import { describe, expect, it } from 'vitest';
import { formatLevel, makeFieldAxis } from '../../../page/src/chart/field-axis.js';
import { formatShort, makeScale } from '../../../page/src/chart/scale.js';

const labels = (numbers: readonly number[], kind?: 'linear' | 'log') =>
  makeScale(numbers, kind).ticks.map(({ label }) => label);

describe('a scale', () => {
  it.each([
    [
      [0.12, 0.97],
      ['0', '0.2', '0.4', '0.6', '0.8', '1'],
    ],
    [
      [31.5, 67.35],
      ['30', '40', '50', '60', '70'],
    ],
    [
      [-3, 4],
      ['-4', '-2', '0', '2', '4'],
    ],
    [
      [1000, 60_000],
      ['1000', '2000', '5000', '10,000', '20,000', '50,000'],
    ],
    [
      [0.1, 0.3],
      ['0.1', '0.15', '0.2', '0.25', '0.3'],
    ],
  ])('of %o has round marks', (numbers, expected) => {
    expect(labels(numbers)).toEqual(expected);
  });

  it('is logarithmic where positive numbers are far apart, unless it is asked not to be', () => {
    expect(makeScale([0.001, 1]).kind).toBe('log');
    expect(labels([0.001, 1])).toEqual(['0.001', '0.01', '0.1', '1']);
    expect(makeScale([0.001, 1], 'linear').kind).toBe('linear');
    expect(makeScale([0, 1000]).kind).toBe('linear');
    expect(makeScale([0.1, 0.4]).kind).toBe('linear');
  });

  it.each([[[1, 2, 3]], [[0.001, 10]], [[5]], [[0]], [[-2, -2]], [[1e-9, 2e-9]], [[3e12, 4e12]]])(
    'of %o has all of them between its ends, and finds them again',
    (numbers) => {
      const scale = makeScale(numbers);
      for (const number of numbers) {
        expect(scale.place(number)).toBeGreaterThanOrEqual(0);
        expect(scale.place(number)).toBeLessThanOrEqual(1);
        expect(scale.valueAt(scale.place(number))).toBeCloseTo(
          number,
          -Math.log10(Math.abs(number) || 1) + 6,
        );
      }
      expect(scale.ticks.length).toBeLessThan(12);
    },
  );

  it('does without numbers, and leaves out those that are not finite', () => {
    expect(makeScale([]).ticks.length).toBeGreaterThan(1);
    expect(makeScale([1, Number.NaN, Number.POSITIVE_INFINITY, 2]).high).toBe(2);
  });
});

describe('a short number', () => {
  it.each([
    [0.0012848464570466966, '0.001285'],
    [12345.6, '12,350'],
    [0, '0'],
    [-0.5, '-0.5'],
    [1.5e-9, '1.5e-9'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('%d is %s', (value, text) => expect(formatShort(value)).toBe(text));
});

describe("a field's axis", () => {
  const field = { name: 'x', label: 'x' };

  it('marks few numbers each, where they are', () => {
    const axis = makeFieldAxis({ ...field, kind: 'number', levels: [0.1, 0.2, 0.4] });
    expect(axis.ticks.map(({ label }) => label)).toEqual(['0.1', '0.2', '0.4']);
    expect(axis.place(0.2) - axis.place(0.1)).toBeCloseTo((axis.place(0.4) - axis.place(0.2)) / 2);
  });

  it('does not mark numbers that would lie over each other', () => {
    const axis = makeFieldAxis({ ...field, kind: 'number', levels: [1, 1.001, 2] });
    expect(axis.ticks.map(({ label }) => label)).toEqual(['1', '1.2', '1.4', '1.6', '1.8', '2']);
  });

  it('has words side by side, and a dash for having none', () => {
    const axis = makeFieldAxis({ ...field, kind: 'text', levels: ['adamw', 'sgd', null] });
    expect(axis.ticks.map(({ label }) => label)).toEqual(['adamw', 'sgd', '–']);
    expect(axis.place(null)).toBeCloseTo(5 / 6);
    expect(axis.describe(0.5)).toBe('sgd');
    expect(axis.describe(1)).toBe('–');
    expect(formatLevel(null)).toBe('–');
  });
});
