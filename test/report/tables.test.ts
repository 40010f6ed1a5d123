import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/report/tables.js';

const COLUMNS = [
  { title: 'name', align: 'left' },
  { title: 'error', align: 'right' },
] as const;

describe('a table', () => {
  it('aligns its columns and leaves no space at the ends of lines', () => {
    const rows = [
      ['BASE', '1.52'],
      ['SK-0.2 sigmoid', '-'],
      ['x', ''],
    ];
    expect(formatTable(COLUMNS, rows).split('\n')).toEqual([
      'name            error',
      '--------------  -----',
      'BASE             1.52',
      'SK-0.2 sigmoid      -',
      'x',
      '',
    ]);
  });

  it('without rows is titles and a rule', () => {
    expect(formatTable(COLUMNS, [])).toBe('name  error\n----  -----\n');
  });

  it('shows control characters instead of obeying them', () => {
    expect(formatTable(COLUMNS, [['a\nb\t\u001b[2J', '1']])).toContain('a\\nb\\t\\u001b[2J');
  });

  it('may be long', () => {
    const rows = Array.from({ length: 200_000 }, () => ['a', '1']);
    expect(formatTable(COLUMNS, rows).length).toBeGreaterThan(200_000);
  });
});
