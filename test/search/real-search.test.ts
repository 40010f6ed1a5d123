import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Executor } from '../../src/experiment/executor.js';
import { Store } from '../../src/experiment/store.js';
import { runSweep } from '../../src/experiment/sweep.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { planRun } from '../../src/run/fit.js';
import { SearchFeed } from '../../src/search/search-feed.js';
import { parseSearch } from '../../src/search/search-file.js';
import { TrialHost } from '../../src/search/trial-host.js';
import { trainFitted } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const dataset = makeTinyDataset({ train: 200, test: 50 });
const pool = openPool(2);

const SEARCH = {
  base: {
    dataset: 'tiny',
    network: 'INPUT(28x28x1) -> CONV(5,4) -> RELU -> POOL(4) -> FC(10)',
    validationCount: 100,
    batchSize: 25,
    epochs: 4,
  },
  search: {
    sampler: { kind: 'tpe', startupTrials: 3 },
    trials: 6,
    lag: 2,
    space: {
      learningRate: {
        choice: [
          { kind: 'constant', rate: { log: [0.001, 1] } },
          { kind: 'cosine', rate: { log: [0.001, 1] } },
        ],
      },
      momentum: { uniform: [0, 0.95] },
    },
    objective: 'validation_loss',
    pruner: { kind: 'successive-halving', reduction: 2, cohort: 3 },
  },
};

/** Runs a search until it is over, each time for so many epochs of its runs at most; gives what is recorded, but for times. */
async function search(
  written: object,
  { parallel = 1, epochsAtATime = Number.POSITIVE_INFINITY, file = join(makeFolder(), 'e.db') } = {},
) {
  const parsed = parseSearch(written, 'search.json', 'search');
  let interruptions = 0;
  for (;;) {
    const store = Store.open(file);
    store.recoverDead();
    const host = new TrialHost({
      file: parsed,
      where: 'search.json',
      overrides: [],
      plugins: NO_PLUGINS,
      loadDataset: async () => dataset,
      db: store.db,
      numerics: 'any',
    });
    const feed = new SearchFeed({ file: parsed, host, store });
    const executor: Executor = {
      parallel,
      workers: 1,
      run: (point, { signal, observer, checkpoints }) =>
        trainFitted(planRun(point), {
          pool,
          workers: 1,
          signal,
          ...(checkpoints && { checkpoints }),
          onResume: (resumption) => observer.resumed?.(resumption),
          onProgress: (progress) => observer.progressed(progress),
          onEpoch: (metrics) => observer.epochEnded(metrics),
        }),
    };
    const interruption = new AbortController();
    let epochs = 0;
    await runSweep({
      store,
      name: 'search',
      title: null,
      grows: true,
      points: [],
      missing: [],
      feed,
      executor,
      checkpoints: {},
      signal: interruption.signal,
      observer: {
        epochEnded: () => {
          if (++epochs >= epochsAtATime) interruption.abort();
        },
      },
    });
    await feed.finish();
    const read = (sql: string) => store.db.prepare(sql).all();
    const recorded = {
      trials: read('SELECT trial, state, settings, epochs, value, objectives FROM trials ORDER BY trial'),
      best: read('SELECT trial FROM best_trials'),
      runs: read('SELECT identity, state, weights_sha256, completed_epochs FROM all_runs ORDER BY identity'),
      curves: read(
        'SELECT identity, epoch, learning_curves.train_loss, learning_curves.validation_loss FROM learning_curves JOIN all_runs USING (run_id) ORDER BY identity, epoch',
      ),
    };
    store.close();
    if (feed.study.isOver) return { ...recorded, interruptions };
    interruptions++;
  }
}

describe('a search', () => {
  it('has the same trials and weights for 1 run at a time and for 2 that are interrupted', async () => {
    const { interruptions: _, ...alone } = await search(SEARCH);
    expect(alone.trials).toHaveLength(6);
    expect(alone.runs.map((run) => (run as { state: string }).state).sort()).toEqual([
      'done',
      'done',
      ...Array.from({ length: 4 }, () => 'pruned'),
    ]);
    expect(alone.best).toHaveLength(1);
    const { interruptions, ...pieces } = await search(SEARCH, { parallel: 2, epochsAtATime: 2 });
    expect(interruptions).toBeGreaterThan(2);
    expect(pieces).toEqual(alone);
  });

  it('trains a promoted trial to the weights of one trained through, and takes what is recorded', async () => {
    const file = join(makeFolder(), 'e.db');
    const { pruner: _, ...through } = SEARCH.search;
    const whole = await search({ ...SEARCH, search: { ...through, trials: 3 } });
    const halved = await search({ ...SEARCH, search: { ...SEARCH.search, trials: 3 } }, { file });
    const done = halved.runs.filter((run) => (run as { state: string }).state === 'done');
    expect(done).toHaveLength(1);
    expect(whole.runs).toContainEqual(done[0]);
    // What was given up goes on, and what is done is not done again.
    const both = await search({ ...SEARCH, search: { ...through, trials: 3 } }, { file });
    expect(both.runs).toEqual(whole.runs);
    expect(both.trials).toEqual(whole.trials);
  });
});
