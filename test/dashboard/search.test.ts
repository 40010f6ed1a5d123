import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSearch, listSearches } from '../../src/dashboard/answers/search.js';
import { readSearch } from '../../src/report/search/search-records.js';
import { makeFolder, openStore } from '../experiment/fake-runs.js';
import { recordSearch } from '../helpers/recorded-search.js';

function record(count: number) {
  const file = join(makeFolder(), 'my runs.db');
  recordSearch(file, 'rates', count);
  const { db } = openStore(file);
  return { db, answer: describeSearch('rates', readSearch(db, 'rates')!, 'my runs.db') };
}

describe('a search', () => {
  it('is listed with how far it has come', () => {
    expect(listSearches(record(12).db)).toEqual([{ name: 'rates', trials: 12, complete: 9 }]);
    expect(listSearches(openStore().db)).toEqual([]);
  });

  it('has its trials in their order, and those that came to something ranked', () => {
    const { answer } = record(12);
    expect(answer.trials.map(({ trial }) => trial)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(answer.ranked).toHaveLength(11);
    const best = answer.trials.find(({ isBest }) => isBest)!;
    expect(answer.ranked[0]).toBe(best.trial);
    // Given up ones come last, however good they were then.
    expect(answer.ranked.slice(-2).every((trial) => answer.trials[trial - 1]!.state === 'pruned')).toBe(true);
    expect(answer.trials.at(-1)).toMatchObject({ state: 'running', value: null, figures: ['–'] });
  });

  it('tells settings as text and, where they are numbers, as such', () => {
    const { answer } = record(2);
    expect(answer.parameters).toEqual(['learningRate', 'optimizer']);
    expect(answer.trials[0]).toMatchObject({ settings: ['1', 'sgd'], numbers: [1, null], figures: ['25'] });
  });

  it('follows the best so far', () => {
    const values = record(12).answer.course.map(([, value]) => value);
    expect(values).toHaveLength(9);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  it('tells what matters, the greatest first', () => {
    const { importance } = record(41).answer;
    expect(importance.map(({ field }) => field)).toEqual(['learningRate', 'optimizer']);
    expect(importance[0]!.share).toBeGreaterThan(0.2);
    expect(importance[1]!.share).toBeLessThan(0.1);
  });

  it('names the command of the report', () => {
    expect(record(2).answer.report).toMatch(/report.* rates --db 'my runs\.db'$/);
  });
});
