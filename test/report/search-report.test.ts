import { describe, expect, it } from 'vitest';
import { formatHtml } from '../../src/report/document/html.js';
import { formatMarkdown } from '../../src/report/document/markdown.js';
import { measureImportance } from '../../src/report/search/importance.js';
import {
  type RecordedSearch,
  type RecordedTrial,
  rankRecorded,
  readSearch,
} from '../../src/report/search/search-records.js';
import { writeSearch } from '../../src/report/search/search-report.js';
import { parseSpace } from '../../src/search/parse-space.js';
import { openStore } from '../experiment/fake-runs.js';

const { parameters } = parseSpace(
  {
    rate: { log: [1e-6, 1] },
    noise: { uniform: [0, 1] },
    kind: { choice: ['a', { deep: { int: [1, 4] } }] },
  },
  'test',
);

/** The value is told by the rate, and a little by the kind; every third trial was given up. */
function makeSearch(
  count: number,
  objectives: readonly string[] = ['validation_error_percent'],
): RecordedSearch {
  const trials = Array.from({ length: count }, (_, i): RecordedTrial => {
    const exponent = -6 * ((i * 0.37) % 1);
    const isDeep = i % 2 === 1;
    const value = i === 4 ? null : Math.abs(exponent + 3) + (isDeep ? 0.5 : 0);
    const isComplete = i % 3 !== 2;
    return {
      trial: i + 1,
      state: isComplete ? 'complete' : 'pruned',
      settings: {
        rate: 10 ** exponent,
        noise: (i * 0.61) % 1,
        kind: isDeep ? {} : 'a',
        ...(isDeep ? { 'kind[1].deep': 1 + (i % 4) } : {}),
      },
      epochs: isComplete ? 9 : 3,
      value,
      objectives: isComplete ? objectives.map((_, k) => (k === 0 ? value : 100 + i)) : null,
      isBest: i === 0,
      runId: null,
    };
  });
  return { parameters, objectives, trials };
}

describe('the importance of fields', () => {
  it('is the greatest of the one that tells the most, and about 0 of noise', () => {
    const ranked = makeSearch(60).trials.toSorted((a, b) => (a.value ?? 99) - (b.value ?? 99));
    const importance = measureImportance(parameters, ranked);
    const shares = Object.fromEntries(importance.map(({ parameter, share }) => [parameter.name, share]));
    expect(importance[0]!.parameter.name).toBe('rate');
    expect(shares.rate).toBeGreaterThan(0.5);
    expect(shares.kind).toBeGreaterThan(0.02);
    expect(shares.kind).toBeLessThan(0.4);
    expect(shares.noise).toBeLessThan(0.1);
  });

  it('is ω² by the definition', () => {
    const trials = makeSearch(6).trials.map((trial, i) => ({
      ...trial,
      settings: { kind: i < 3 ? 'a' : 'b' },
    }));
    // Ranks 0 1 2 and 3 4 5: between 13.5, within 4, so that the mean square within is 1.
    const [importance] = measureImportance([parameters[2]!], trials);
    expect(importance!.share).toBeCloseTo((13.5 - 1) / (17.5 + 1), 12);
  });

  it('is not told of too few trials', () => {
    expect(measureImportance(parameters, makeSearch(4).trials).map(({ share }) => share)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('the report of a search', () => {
  it('ranks complete trials before those that were given up, and what diverged behind', () => {
    const order = rankRecorded(makeSearch(9));
    expect(order.map(({ state }) => state)).toEqual([
      ...Array(6).fill('complete'),
      ...Array(3).fill('pruned'),
    ]);
    expect(order[5]!.value).toBeNull();
  });

  it('has the best trials, history, importance, slices and the plane of the two that matter most', () => {
    const sections = writeSearch(makeSearch(40));
    expect(sections.map(({ id }) => id)).toEqual(['search', 'importance', 'slices', 'contour']);
    const page = formatHtml({ title: 'x', subtitle: 'y', sections });
    for (const id of ['search-history', 'search-slice-1', 'search-slice-4', 'search-contour']) {
      expect(page).toContain(`aria-labelledby="${id}-title`);
    }
    expect(page).not.toContain('NaN');
    expect(formatMarkdown({ title: 'x', subtitle: 'y', sections })).toContain(
      '27 of 40 trials complete, 13 given up early',
    );
  });

  it('shows the front of several objectives', () => {
    const sections = writeSearch(makeSearch(20, ['validation_error_percent', 'parameters']));
    expect(sections.map(({ id }) => id)).toContain('front');
  });

  it('is written of a search without results', () => {
    expect(writeSearch({ parameters, objectives: ['train_loss'], trials: [] })).toHaveLength(1);
  });
});

describe('a recorded search', () => {
  it('is read back; a grid is none', () => {
    const store = openStore();
    const sweep = { name: 'rate', title: null };
    store.recordSweep(sweep, []);
    expect(readSearch(store.db, 'rate')).toBeNull();
    const search = { space: { rate: { log: [0.1, 1] } }, objective: ['test_r2', 'parameters'] };
    const trial = { settings: { rate: 0.5 }, epochs: 2, value: 0.9, identities: ['a'.repeat(64)] } as const;
    store.recordTrials(sweep, [], {
      search,
      trials: [
        { ...trial, trial: 1, state: 'complete', objectives: [0.9, 100] },
        { ...trial, trial: 2, state: 'complete', objectives: [0.8, 100] },
        { ...trial, trial: 3, state: 'complete', objectives: [0.7, 50] },
        { ...trial, trial: 4, state: 'complete', objectives: [Number.NEGATIVE_INFINITY, 10] },
        { ...trial, trial: 5, state: 'running', value: null, objectives: null },
      ],
      pruned: [],
    });
    const read = readSearch(store.db, 'rate')!;
    expect(read.objectives).toEqual(['test_r2', 'parameters']);
    expect(read.trials.map(({ isBest }) => isBest)).toEqual([true, false, true, false, false]);
    expect(read.trials[3]!.objectives).toEqual([null, 10]);
    expect(read.trials[0]).toMatchObject({
      trial: 1,
      state: 'complete',
      settings: { rate: 0.5 },
      epochs: 2,
      value: 0.9,
    });
  });
});
