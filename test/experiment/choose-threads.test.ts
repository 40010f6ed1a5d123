import { describe, expect, it } from 'vitest';
import { chooseThreads } from '../../src/experiment/choose-threads.js';

describe('the threads of a sweep', () => {
  it.each([
    ['one thread a run, a run a core', {}, 8, 20, { workers: 1, parallel: 8 }],
    ['several threads a run where few are missing', {}, 8, 2, { workers: 4, parallel: 2 }],
    ['all threads for the only run', {}, 2, 1, { workers: 2, parallel: 1 }],
    ['as many runs as the workers leave room for', { workers: 2 }, 8, 20, { workers: 2, parallel: 4 }],
    ['at least one run', { workers: 16 }, 8, 20, { workers: 16, parallel: 1 }],
    ['as many workers as the runs leave room for', { parallel: 2 }, 8, 20, { workers: 4, parallel: 2 }],
    ['at least one worker', { parallel: 16 }, 8, 20, { workers: 1, parallel: 16 }],
    ['never more runs than are missing', { workers: 1, parallel: 16 }, 8, 3, { workers: 1, parallel: 3 }],
    ['what the user says', { workers: 3, parallel: 2 }, 2, 20, { workers: 3, parallel: 2 }],
    ['something for a sweep without missing runs', {}, 4, 0, { workers: 4, parallel: 1 }],
  ])('are %s', (_, asked, cores, missing, threads) => {
    expect(chooseThreads(asked, cores, missing)).toEqual(threads);
  });
});
