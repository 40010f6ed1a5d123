import { describe, expect, it } from 'vitest';
import { formatSweepTables } from '../../src/report/sweep-table.js';
import { namePoints } from '../../src/report/varying-fields.js';
import { planGrid } from '../experiment/fake-runs.js';

/** How often fields of specs are read while `action` looks at points. */
async function countReads(seeds: number, action: (points: Awaited<ReturnType<typeof planGrid>>) => void) {
  const points = await planGrid({
    base: { model: 'SK' },
    grid: { width: [0.2, 0.5], momentum: [0, 0.9], seed: Array.from({ length: seeds }, (_, seed) => seed) },
  });
  let reads = 0;
  const watched = points.map((point) => ({
    ...point,
    spec: new Proxy(point.spec, {
      get: (spec, key) => {
        reads++;
        return Reflect.get(spec, key);
      },
    }),
  }));
  action(watched);
  return reads;
}

describe('what tells points apart', () => {
  it.each<[string, (points: Awaited<ReturnType<typeof planGrid>>) => void]>([
    ['is found', namePoints],
    ['is told of each', (points) => points.map(namePoints(points))],
    ['stands in a table', (points) => formatSweepTables(points.map((point) => ({ point, run: null })))],
  ])('%s with twice the work for twice the points', async (_, action) => {
    const [some, more] = [await countReads(20, action), await countReads(40, action)];
    expect(more).toBeGreaterThan(1.9 * some);
    expect(more).toBeLessThan(2.1 * some);
  });
});
