import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/experiment/store.js';
import type { TrialRecord } from '../../src/experiment/trial-records.js';
import { openStore } from './fake-runs.js';

const makeTrial = (trial: number, changes: Partial<TrialRecord> = {}): TrialRecord => ({
  trial,
  state: 'complete',
  settings: { width: trial / 10 },
  epochs: 3,
  value: trial,
  objectives: [trial],
  identities: [`run ${trial}`],
  ...changes,
});

function record(
  store: Store,
  trials: readonly TrialRecord[],
  { name = 's', search = {}, grows = false }: { name?: string; search?: object; grows?: boolean } = {},
): void {
  const written = search as Readonly<Record<string, unknown>>;
  store.recordTrials({ name, title: null, grows }, [], { search: written, trials, pruned: [] });
}

const read = (store: Store, sql: string) => store.db.prepare(sql).all();

describe('trials that are recorded', () => {
  it('take the place of those of their numbers, and of all others unless the search grows', () => {
    const store = openStore();
    record(
      store,
      [1, 2, 3].map((trial) => makeTrial(trial)),
    );
    record(store, [makeTrial(2, { state: 'pruned', identities: ['other', 'another'] })], { grows: true });
    expect(read(store, 'SELECT trial, state, runs FROM trials ORDER BY trial')).toEqual([
      { trial: 1, state: 'complete', runs: 1 },
      { trial: 2, state: 'pruned', runs: 2 },
      { trial: 3, state: 'complete', runs: 1 },
    ]);
    record(store, [makeTrial(1)]);
    expect(read(store, 'SELECT trial FROM trials')).toEqual([{ trial: 1 }]);
    expect(read(store, 'SELECT identity FROM trial_runs')).toEqual([{ identity: 'run 1' }]);
  });
});

describe('best_trials', () => {
  const METRICS = ['validation_loss', 'test_r2', 'parameters'];
  // Few numbers, so that there are equals; null is what diverged.
  const figure = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 6 }) }, fc.constant(null));
  const search = fc.integer({ min: 1, max: 3 }).chain((count) =>
    fc.record({
      objective: count === 1 ? fc.constantFrom(...METRICS) : fc.constant(METRICS.slice(0, count)),
      figures: fc.array(fc.array(figure, { minLength: count, maxLength: count }), { maxLength: 25 }),
    }),
  );

  const isBetter = (a: readonly number[], b: readonly number[]) =>
    a.every((x, i) => x <= b[i]!) && a.some((x, i) => x < b[i]!);

  it('are those that no other one of their search is better than', () => {
    const store = openStore();
    fc.assert(
      fc.property(fc.array(search, { minLength: 1, maxLength: 2 }), (searches) => {
        searches.forEach(({ objective, figures }, i) => {
          const trials = figures.map((objectives, k) =>
            makeTrial(k + 1, { objectives, value: objectives[0]! }),
          );
          record(store, trials, { name: `search ${i}`, search: { objective } });
          const metrics = [objective].flat();
          const scores = figures.map((row) =>
            row.map((x, k) => (x === null ? Number.NaN : metrics[k] === 'test_r2' ? -x : x)),
          );
          const finite = scores.filter((row) => row.every(Number.isFinite));
          const expected = scores.flatMap((row, k) =>
            row.every(Number.isFinite) && !finite.some((other) => isBetter(other, row)) ? [k + 1] : [],
          );
          const found = store.db
            .prepare('SELECT trial FROM best_trials WHERE sweep = ? ORDER BY trial')
            .pluck()
            .all(`search ${i}`);
          expect(found).toEqual(expected);
        });
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});
