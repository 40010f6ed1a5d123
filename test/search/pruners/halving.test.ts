import { describe, expect, it } from 'vitest';
import { layOutHyperband } from '../../../src/search/pruners/halving.js';

describe('Hyperband', () => {
  it('has the cohorts of its paper (Li et al. 2018, table 1)', () => {
    const cohorts = layOutHyperband({ reduction: 3, minEpochs: 1 }, 81);
    expect(
      cohorts.map(({ size, rungs }) => [size, rungs[0]!.epochs, rungs.map(({ keep }) => keep).slice(0, -1)]),
    ).toEqual([
      [81, 1, [27, 9, 3, 1]],
      [34, 3, [11, 3, 1]],
      [15, 9, [5, 1]],
      [8, 27, [2]],
      [5, 81, []],
    ]);
  });

  it('rounds up what is no whole number alone', () => {
    // Of 11 kinds the third: 11/9 times 3 to the 8th.
    expect(layOutHyperband({ reduction: 3, minEpochs: 1 }, 3 ** 10)[2]!.size).toBe(8019);
  });
});
