import { describe, expect, it } from 'vitest';
import { formatPoints, formatPointsAsJson, MOST_ROWS } from '../../../src/cli/sweep/points.js';
import { planGrid } from '../../experiment/fake-runs.js';

const planSeeds = (count: number) =>
  planGrid({
    base: { model: 'SK', width: 0.2 },
    grid: { seed: Array.from({ length: count }, (_, seed) => seed) },
  });

describe('the points of a sweep', () => {
  it('stand in a table up to so many, and are counted from there on', async () => {
    const points = await planSeeds(MOST_ROWS + 2);
    const all = formatPoints(points.slice(0, MOST_ROWS), new Map()).split('\n');
    expect(all.slice(-5)).toEqual([
      expect.stringMatching(/^ *999 +SK-0\.2 seed 998 +missing$/),
      expect.stringMatching(/^ *1000 +SK-0\.2 seed 999 +missing$/),
      '',
      '1000 of 1000 to run.',
      '',
    ]);
    expect(formatPoints(points, new Map()).split('\n').slice(-5)).toEqual([
      expect.stringMatching(/^ *1000 +SK-0\.2 seed 999 +missing$/),
      'and 2 more points: --json lists them too',
      '',
      '1002 of 1002 to run.',
      '',
    ]);
  });

  it('are lines of JSON, however many', async () => {
    const points = await planSeeds(MOST_ROWS + 2);
    const texts = [...formatPointsAsJson(points, new Map())];
    const lines = texts.join('').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).spec.seed)).toEqual(points.map(({ spec }) => spec.seed));
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.every((text) => text.endsWith('}\n'))).toBe(true);
  });
});
