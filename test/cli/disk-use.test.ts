import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeDiskUse } from '../../src/cli/disk-use.js';
import { planGrid } from '../experiment/fake-runs.js';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, statfsSync: vi.fn(fs.statfsSync) };
});

afterEach(() => vi.mocked(statfsSync).mockReset());

/** A disk with so much room, on which there is nothing but its root. */
function mountDisk(freeBytes: number): void {
  vi.mocked(statfsSync).mockImplementation(((folder: string) => {
    if (folder !== '/disk') throw Object.assign(new Error(folder), { code: 'ENOENT' });
    return { bavail: freeBytes / 1000, bsize: 1000 };
  }) as typeof statfsSync);
}

const db = join('/disk', 'a', 'b', 'experiments.db');
const points = await planGrid({
  base: { model: 'SK', epochs: 1, testCount: 10, trainCount: 10 },
  grid: { width: [0.2, 1], seed: [0, 1] },
});

describe('what runs take of the disk', () => {
  it('is told before the first', () => {
    mountDisk(77_000_000_000);
    expect(describeDiskUse(points, { db, checkpoints: {}, parallel: 2 })).toEqual([
      '4 runs, checkpoints of 151 KB to 3.54 MB each while they run, models of 82.1 KB to 1.78 MB kept: 3.72 MB in all; ' +
        '77.0 GB free in /disk/a/b/runs',
    ]);
    expect(
      describeDiskUse(points.slice(0, 1), { db, checkpoints: { keep: 'state' }, parallel: 1 })[0],
    ).toMatch(
      /^1 run, checkpoints of 151 KB while it runs, a model with its states of 383 KB kept; 77\.0 GB free/,
    );
    expect(describeDiskUse(points, { db, checkpoints: { keep: 'nothing' }, parallel: 1 })[0]).toMatch(
      /each while they run, nothing kept; /,
    );
  });

  it('is warned of where it would not fit: what is kept, and the greatest runs side by side', () => {
    // Two runs of three states and a model, and what is kept of all.
    const needed = { alone: 17_000_000, together: 29_000_000 };
    mountDisk(needed.alone);
    const choice = { db, checkpoints: {} };
    expect(describeDiskUse(points, { ...choice, parallel: 1 })).toHaveLength(1);
    expect(describeDiskUse(points, { ...choice, parallel: 2 })[1]).toBe(
      'warning: /disk/a/b/runs: expected room for 28.5 MB, found 17.0 MB free. Make room, record elsewhere (--db), or keep less ' +
        '(--keep nothing, --no-checkpoints).',
    );
    mountDisk(needed.together);
    expect(describeDiskUse(points, { ...choice, parallel: 2 })).toHaveLength(1);
  });

  it('is nothing without checkpoints or runs, and told without the room where that is not known', () => {
    vi.mocked(statfsSync).mockImplementation(() => {
      throw Object.assign(new Error('no such call'), { code: 'ENOSYS' });
    });
    expect(describeDiskUse(points, { db, checkpoints: null, parallel: 1 })).toEqual([]);
    expect(describeDiskUse([], { db, checkpoints: {}, parallel: 1 })).toEqual([]);
    expect(describeDiskUse(points, { db, checkpoints: {}, parallel: 1 })[0]).toMatch(/ in all$/);
  });
});
