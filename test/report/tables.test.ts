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

  const WIDE = [
    { title: 'network', align: 'left' },
    { title: 'test error %', align: 'right' },
    { title: 'train loss', align: 'right' },
    { title: 'images/s', align: 'right' },
    { title: 'what it asks', align: 'left' },
  ] as const;
  const WIDE_ROWS = [
    ['SK-0.2', '1.50 ± 0.71', '0.1234', '12,345', 'whether a narrow network does as well as others'],
    ['BASE', '2.25 ± 0.10', '0.2345', '2,345', 'nothing'],
  ];

  it('has titles and texts in several lines where the terminal is narrower', () => {
    expect(formatTable(WIDE, WIDE_ROWS, 60).split('\n')).toEqual([
      'network  test error %  train loss  images/s  what it asks',
      '-------  ------------  ----------  --------  ---------------',
      'SK-0.2    1.50 ± 0.71      0.1234    12,345  whether a',
      '                                             narrow network',
      '                                             does as well as',
      '                                             others',
      'BASE      2.25 ± 0.10      0.2345     2,345  nothing',
      '',
    ]);
  });

  it('is cut into several with one first column where that is not enough', () => {
    expect(formatTable(WIDE, WIDE_ROWS, 40).split('\n')).toEqual([
      '          test error     train',
      'network            %      loss  images/s',
      '-------  -----------  --------  --------',
      'SK-0.2   1.50 ± 0.71    0.1234    12,345',
      'BASE     2.25 ± 0.10    0.2345     2,345',
      '',
      'network  what it asks',
      '-------  -------------------------------',
      'SK-0.2   whether a narrow network does',
      '         as well as others',
      'BASE     nothing',
      '',
    ]);
  });

  it('numbers its rows where the first column does not tell them apart', () => {
    const rows = WIDE_ROWS.map((row) => ['SK', ...row.slice(1)]);
    const table = formatTable(WIDE, rows, 40);
    expect(table).toMatch(/^1 {2}SK +1\.50 ± 0\.71 +0\.1234\n2 {2}SK +2\.25 ± 0\.10 +0\.2345\n$/m);
    expect(table).toMatch(/^1 +12,345 {2}whether/m);
  });

  it.each([50, 80, 120])('is no wider than a terminal of %d columns, and loses nothing', (width) => {
    const rows = [...WIDE_ROWS, ['x'.repeat(64), '1', '', '2', JSON.stringify({ kind: 'step', every: 3 })]];
    const table = formatTable(WIDE, rows, width);
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    for (const character of 'x01qo{') {
      const count = (text: string) => text.split(character).length - 1;
      expect(count(table)).toBeGreaterThanOrEqual(count(rows.flat().join('')));
    }
  });

  it('may be long', () => {
    const rows = Array.from({ length: 200_000 }, () => ['a', '1']);
    expect(formatTable(COLUMNS, rows).length).toBeGreaterThan(200_000);
  });
});
