import { describe, expect, it } from 'vitest';
import { formatCell, formatP, formatSpread } from '../../../page/src/runs/format-cell.js';

const column = (
  name: string,
  kind: 'number' | 'text' | 'time' = 'number',
  source: 'metric' | 'field' = 'metric',
) => ({
  name,
  kind,
  source,
});

describe('a cell', () => {
  it.each([
    ['test_error_percent', 1.234, '1.23'],
    ['test_loss', 0.0123456, '0.01235'],
    ['test_loss', 1e-9, '1.00e-9'],
    ['test_loss', 'Infinity', '∞'],
    ['test_loss', null, '–'],
    ['seconds', 3.21, '3.2 s'],
    ['seconds', 75, '1:15'],
    ['images_per_second', 8295.2, '8,295'],
    ['parameters', 431080, '431,080'],
    ['run', 10_000, '10000'],
  ])('of %s that is %s reads %s', (name, value, told) => {
    expect(formatCell(column(name), value)).toBe(told);
  });

  it('of a field reads as the spec has it, a time as a clock does, a text as it is', () => {
    expect(formatCell(column('learningRate.rate', 'number', 'field'), 0.0001)).toBe('0.0001');
    expect(formatCell(column('started_at', 'time'), '2020-03-04T12:30:00.000Z')).toMatch(
      /^2020-03-0[345] \d\d:\d0$/,
    );
    expect(formatCell(column('started_at', 'time'), 'now')).toBe('now');
    expect(formatCell(column('note', 'text'), '<b>')).toBe('<b>');
  });
});

describe('a mean', () => {
  it('has as many digits as its deviation is worth', () => {
    expect(formatSpread(column('test_error_percent'), { mean: 1.5, deviation: 0.034 })).toBe('1.50 ± 0.03');
    expect(formatSpread(column('test_loss'), { mean: 0.0856, deviation: 0.00468 })).toBe('0.0856 ± 0.0047');
    expect(formatSpread(column('test_loss'), { mean: 2.34567, deviation: 0 })).toBe('2.346 ± 0');
    expect(formatSpread(column('test_loss'), { mean: 2.34567, deviation: null })).toBe('2.346');
    expect(formatSpread(column('seconds'), { mean: 75, deviation: 4 })).toBe('1:15 ± 4.0 s');
  });

  it('has a p-value that is not told more exactly than it is known', () => {
    expect([formatP(0.0123), formatP(0.00001)]).toEqual(['0.012', '< 0.001']);
  });
});
