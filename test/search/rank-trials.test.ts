import { expect, it } from 'vitest';
import { rankTrials, type TrialMerit } from '../../src/search/rank-trials.js';

it('ranks complete trials by their score, then others by how far they came', () => {
  const trials: readonly (TrialMerit & { name: string })[] = [
    { name: 'chosen', state: 'running', epochs: 0, score: null },
    { name: 'given up late', state: 'pruned', epochs: 3, score: 1 },
    { name: 'given up early', state: 'pruned', epochs: 1, score: 0 },
    { name: 'diverged', state: 'complete', epochs: 0, score: Number.POSITIVE_INFINITY },
    { name: 'good', state: 'complete', epochs: 9, score: -2 },
    { name: 'unknown', state: 'complete', epochs: 9, score: null },
    { name: 'better', state: 'complete', epochs: 9, score: -3 },
    { name: 'waits', state: 'waiting', epochs: 3, score: 0.5 },
  ];
  expect(rankTrials(trials, (trial) => trial).map(({ name }) => name)).toEqual([
    'better',
    'good',
    'diverged',
    'unknown',
    'waits',
    'given up late',
    'given up early',
    'chosen',
  ]);
});
