import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/experiment/open-store.js';
import { type SearchSpec, search } from '../../src/search/search.js';
import type { SearchTrial } from '../../src/search/search-trial.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const dataset = makeTinyDataset({ train: 100, test: 20 });
const SPEC: SearchSpec = {
  name: 'rate',
  base: {
    network: 'INPUT(28x28x1) -> POOL(4) -> FC(10)',
    validationCount: 50,
    batchSize: 25,
    epochs: 2,
  },
  search: {
    sampler: { kind: 'tpe', startupTrials: 2 },
    trials: 3,
    lag: 2,
    space: { 'learningRate.rate': { log: [0.001, 1] } },
    objective: 'validation_loss',
  },
};
const makeFile = () => join(makeFolder(), 'runs.db');

describe('a search in a program', () => {
  it('trains what is missing, tells of each trial, and gives the best', async () => {
    const store = makeFile();
    const told: SearchTrial[] = [];
    const { trials, best, front, lead, isOver } = await search(SPEC, {
      store,
      dataset,
      workers: 1,
      parallel: 2,
      onTrial: (trial) => told.push(trial),
    });
    expect(isOver).toBe(true);
    expect(trials.map(({ trial, state, epochs }) => [trial, state, epochs])).toEqual(
      [1, 2, 3].map((trial) => [trial, 'complete', 2]),
    );
    expect(told.toSorted((a, b) => a.trial - b.trial)).toEqual(trials);
    const [first, second] = trials.toSorted((a, b) => a.value! - b.value!);
    expect(best).toBe(first);
    expect(front).toEqual([best]);
    expect(lead).toEqual({ next: second, margin: second!.value! - first!.value!, uncertainty: null });
    expect(best!.runs).toMatchObject([{ state: 'done', validation_loss: best!.value }]);
    expect(best!.specs[0]!.learningRate).toMatchObject({ rate: best!.settings['learningRate.rate'] });
    const alone = await train(best!.specs[0]!, { dataset, workers: 1 });
    expect(alone.weightsSha256).toBe(best!.runs[0]!.weights_sha256);
    using recorded = openStore(store);
    expect(recorded.rows('best_trials')).toMatchObject([{ sweep: 'rate', trial: best!.trial }]);
    const again = await search(SPEC, {
      store,
      dataset,
      onEpoch: () => expect.unreachable('nothing is left to train'),
    });
    expect(again).toEqual({ trials, best, front, lead, isOver });
  });

  it('stops with the signal and goes on, with several runs of each trial', async () => {
    const store = makeFile();
    const interruption = new AbortController();
    const spec: SearchSpec = {
      ...SPEC,
      search: { ...SPEC.search, trials: 2, lag: 1, seeds: 2, pruner: { kind: 'median' } },
    };
    const onTrial = () => interruption.abort();
    const options = { store, dataset, workers: 1 };
    const stopped = await search(spec, { ...options, signal: interruption.signal, onTrial });
    expect(stopped.isOver).toBe(false);
    const { isOver, trials } = await search(spec, options);
    expect(isOver).toBe(true);
    expect(trials.map(({ runs }) => runs.length)).toEqual([2, 2]);
    expect(trials[0]).toEqual(stopped.trials[0]);
  });

  it('warns of a choice by the test images, and has no lead with several objectives', async () => {
    const warnings: string[] = [];
    const spec: SearchSpec = {
      ...SPEC,
      search: { ...SPEC.search, trials: 1, objective: ['test_loss', 'parameters'] },
    };
    const { best, front, lead } = await search(spec, {
      store: makeFile(),
      dataset,
      workers: 1,
      onWarning: (line) => warnings.push(line),
    });
    expect(warnings[0]).toContain('the search chooses by test_loss');
    expect(front).toEqual([best]);
    expect(best!.objectives).toEqual([best!.value, 49 * 10 + 10]);
    expect(lead).toBeNull();
  });

  it('throws what a callback throws', async () => {
    const onTrial = () => {
      throw new Error('mine');
    };
    const spec = { ...SPEC, search: { ...SPEC.search, trials: 1 } };
    await expect(search(spec, { store: makeFile(), dataset, workers: 1, onTrial })).rejects.toThrow('mine');
  });

  it.each<[object, object, string]>([
    [{ name: '' }, {}, "search: field 'name'"],
    [{ search: { ...SPEC.search, sampler: 'tpee' } }, {}, "search: field 'search.sampler'"],
    [{ base: { ...SPEC.base, dataset: 'mnist' } }, {}, 'expected tiny, the data set that is given'],
    [{}, { wait: false }, "search: options: unknown field 'wait'"],
    [
      { search: { ...SPEC.search, trials: 1 } },
      { onEpoch: () => 'stop' },
      "search: options: onEpoch: expected runs to go on as the search says, found 'stop'",
    ],
    [{}, { checkpoints: { untilEpoch: 1 } }, 'checkpoints: expected runs that come to their end'],
    [
      { search: { ...SPEC.search, pruner: { kind: 'median' } } },
      { checkpoints: false },
      'checkpoints: expected those from which trials go on that the pruner stops, found false',
    ],
    [
      { search: { ...SPEC.search, pruner: { kind: 'median' } } },
      { checkpoints: { restart: true } },
      "found 'restart'",
    ],
  ])('refuses %j with %j', async (spec, options, message) => {
    const written = { ...SPEC, ...spec } as SearchSpec;
    await expect(search(written, { store: makeFile(), dataset, workers: 1, ...options })).rejects.toThrow(
      message,
    );
  });
});
