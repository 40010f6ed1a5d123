import { describe, expect, it } from 'vitest';
import { formatRun } from '../../src/cli/runs/show.js';
import { readAnswers } from '../../src/experiment/answers.js';
import type { Store } from '../../src/experiment/store.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { claimRuns, makeMetrics, makeResult, openStore, planGrid } from './fake-runs.js';

/** Records a finished run for each point of a grid, with these test errors after the last of two epochs. */
async function record(store: Store, sweep: string, grid: object, errors: readonly number[]): Promise<void> {
  const points = await planGrid(grid);
  const ids = claimRuns(store, sweep, points);
  points.forEach((point, i) => {
    const runId = ids[i];
    if (runId === null || runId === undefined) return;
    const epochs = [makeMetrics(1, errors[i]! - 0.25), makeMetrics(2, errors[i]!)];
    for (const metrics of epochs) store.addEpoch(runId, metrics);
    store.finishRun(runId, { result: makeResult(point.spec, { epochs }) });
  });
}

const query = (store: Store, sql: string) => store.db.prepare(sql).all() as Record<string, unknown>[];

describe('results', () => {
  it('has one row a finished run, with the columns that others rely on first', async () => {
    const store = openStore();
    await record(store, 'widths', { base: { model: 'SK', width: 0.2, trainFirst: 101, epochs: 2 } }, [3.5]);
    const [row] = query(store, 'SELECT * FROM results');
    expect(Object.keys(row!).slice(0, 20)).toEqual(
      (
        'run_id sweep dataset model width activation dropout seed train_first train_count batch_size learning_rate epochs ' +
        'parameters test_error_percent best_test_error_percent train_loss seconds images_per_second weights_sha256'
      ).split(' '),
    );
    expect(row).toMatchObject({
      sweep: 'widths',
      dataset: 'mnist',
      model: 'SK',
      width: 0.2,
      activation: 'relu',
      dropout: 0,
      seed: 0,
      train_first: 101,
      train_count: 59_900,
      batch_size: 100,
      learning_rate: 0.001,
      epochs: 2,
      test_error_percent: 3.5,
      plain_test_error_percent: 3.5,
      best_test_error_percent: 3.25,
      train_loss: 0.5,
      kernels: 'fake',
    });
  });

  it('leaves out what did not finish', async () => {
    const store = openStore();
    const points = await planGrid({ base: { model: 'BN' }, grid: { seed: [0, 1, 2] } });
    const ids = claimRuns(store, 't', points) as number[];
    store.finishRun(ids[0]!, { result: makeResult(points[0]!.spec, { state: 'diverged' }) });
    store.finishRun(ids[1]!, { state: 'failed', reason: 'x' });
    expect(query(store, 'SELECT * FROM results')).toEqual([]);
    expect(query(store, 'SELECT state FROM all_runs').map((row) => row.state)).toEqual([
      'diverged',
      'failed',
      'running',
    ]);
  });

  it('tells the metrics of the epoch whose weights were kept, and why a run ended early', async () => {
    const store = openStore();
    const base = { model: 'BN', validationCount: 100, patience: 2, epochs: 20 };
    const [point] = await planGrid({ base });
    const [runId] = claimRuns(store, 't', [point!]) as number[];
    const epochs = [makeMetrics(1, 9, true), makeMetrics(2, 8, true), makeMetrics(3, 7, true)];
    for (const metrics of epochs) store.addEpoch(runId!, metrics);
    const reason = "the validation loss has not fallen below epoch 1's for 2 epochs";
    const ended = { epochs: 20, completed_epochs: 3, best_epoch: 1, reason };
    store.finishRun(runId!, { result: makeResult(point!.spec, { epochs, bestEpoch: 1, reason }) });
    expect(query(store, 'SELECT * FROM results')).toMatchObject([
      {
        ...ended,
        test_error_percent: 9,
        best_test_error_percent: 7,
        train_loss: 1,
        validation_loss: 3,
        validation_error_percent: 10,
      },
    ]);
    expect(query(store, 'SELECT * FROM all_runs')).toMatchObject([{ ...ended, state: 'done' }]);
    expect(query(store, 'SELECT mean_error_percent FROM error_by_group')).toEqual([
      { mean_error_percent: 9 },
    ]);
    expect(readWholeRun(store.db, runId!)).toMatchObject({ bestEpoch: 1, reason });
  });

  it("have the error with test-time augmentation as the run's, and the plain one beside it", async () => {
    const store = openStore();
    const [point] = await planGrid({ base: { model: 'BN', testTimeAugmentation: 'mirror', epochs: 2 } });
    const [runId] = claimRuns(store, 't', [point!]) as number[];
    const epochs = [makeMetrics(1, 9), makeMetrics(2, 8)];
    for (const metrics of epochs) store.addEpoch(runId!, metrics);
    const augmentedTest = { testLoss: 0.5, testErrorPercent: 7.5, testTop5ErrorPercent: 0.25 };
    store.finishRun(runId!, { result: makeResult(point!.spec, { epochs, augmentedTest }) });
    expect(query(store, 'SELECT * FROM results')).toMatchObject([
      {
        test_error_percent: 7.5,
        plain_test_error_percent: 8,
        best_test_error_percent: 8,
        test_loss: 0.5,
        test_top5_error_percent: 0.25,
      },
    ]);
    expect(query(store, 'SELECT mean_error_percent FROM error_by_group')).toEqual([
      { mean_error_percent: 7.5 },
    ]);
    expect(query(store, 'SELECT test_error_percent FROM learning_curves')).toEqual([
      { test_error_percent: 9 },
      { test_error_percent: 8 },
    ]);
    expect(readWholeRun(store.db, runId!)).toMatchObject({
      augmentedTestLoss: 0.5,
      augmentedTestErrorPercent: 7.5,
      augmentedTestTop5ErrorPercent: 0.25,
    });
    const shown = formatRun(store.db, runId!, false);
    expect(shown).toMatch(/^ {2}test error % +7\.50 with test-time augmentation \(mirror\)$/m);
  });

  it('tells the first rate of a list', async () => {
    const store = openStore();
    const learningRate = { kind: 'list', rates: [0.05, 0.01] };
    await record(store, 't', { base: { model: 'BN', learningRate } }, [3]);
    expect(query(store, 'SELECT learning_rate FROM results')).toEqual([{ learning_rate: 0.05 }]);
  });
});

describe('error_by_group', () => {
  const bn = { model: 'BN', epochs: 2 };

  it('groups over seeds, with the deviation of the sample', async () => {
    const store = openStore();
    await record(store, 's', { base: bn, grid: { seed: [0, 1, 2] } }, [2, 3, 7]);
    const rows = query(store, 'SELECT * FROM error_by_group');
    expect(Object.keys(rows[0]!).slice(0, 13)).toEqual(
      (
        'sweep model width activation dropout train_first train_count epochs n mean_error_percent sd_error_percent ' +
        'min_error_percent max_error_percent'
      ).split(' '),
    );
    expect(rows).toMatchObject([{ n: 3, mean_error_percent: 4, min_error_percent: 2, max_error_percent: 7 }]);
    expect(rows[0]!.sd_error_percent).toBeCloseTo(Math.sqrt(7), 14);
  });

  it('has no deviation for one seed and none at all for equal errors', async () => {
    const store = openStore();
    await record(store, 'one', { base: bn }, [2.2]);
    await record(store, 'equal', { base: bn, grid: { seed: [1, 2, 3] } }, [1.1, 1.1, 1.1]);
    const rows = query(store, 'SELECT sweep, sd_error_percent AS sd FROM error_by_group ORDER BY sweep DESC');
    expect(rows[0]).toEqual({ sweep: 'one', sd: null });
    // The mean of three 1.1 is not 1.1 to the last digit.
    expect(rows[1]!.sd).toBeLessThan(1e-15);
  });

  it.each([
    [[50.000001, 50.000002, 50.000003]],
    [[0.01, 0.02]],
    [[1e-9, 3e-9, 2e-9]],
    [[0, 100]],
    [[1.52, 1.61, 1.49, 1.55, 1.58, 1.47, 1.66]],
  ])('keeps the digits of the deviation of %j', async (errors) => {
    const store = openStore();
    await record(store, 's', { base: bn, grid: { seed: errors.map((_, i) => i) } }, errors);
    const mean = errors.reduce((a, b) => a + b) / errors.length;
    const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (errors.length - 1);
    const [row] = query(store, 'SELECT sd_error_percent AS sd FROM error_by_group');
    expect(Math.abs((row!.sd as number) / Math.sqrt(variance) - 1)).toBeLessThan(1e-12);
  });

  it('keeps apart what differs in anything but the seed', async () => {
    const store = openStore();
    const grid = { seed: [0, 1], learningRate: [0.001, 0.01], momentum: [0.9, 0.5] };
    await record(store, 's', { base: bn, grid }, [1, 2, 3, 4, 5, 6, 7, 8]);
    const rows = query(store, 'SELECT n, mean_error_percent AS mean FROM error_by_group ORDER BY mean');
    expect(rows).toEqual([3, 4, 5, 6].map((mean) => ({ n: 2, mean })));
  });
});

describe('settings', () => {
  const list = (store: Store, sweep = 's') => {
    const sql = `SELECT run_id, field, value FROM settings WHERE sweep = '${sweep}' ORDER BY run_id, field`;
    return query(store, sql).map(({ run_id, field, value }) => `${run_id}: ${field} ${value}`);
  };
  const groups = (store: Store) =>
    query(store, 'SELECT settings FROM error_by_group ORDER BY group_id').map((row) => row.settings);

  it('tell what the runs of a sweep differ in, so that no two groups look alike', async () => {
    const store = openStore();
    const grid = { momentum: [0.9, 0.5], weightDecay: [0, 0.001], labelSmoothing: [0, 0.1], seed: [0, 1] };
    const errors = Array.from({ length: 16 }, (_, i) => i);
    await record(store, 's', { base: { model: 'BN', epochs: 2 }, grid }, errors);
    expect(groups(store)).toEqual([
      'momentum=0.9, weightDecay=0',
      'labelSmoothing=0.1, momentum=0.9, weightDecay=0',
      'momentum=0.9, weightDecay=0.001',
      'labelSmoothing=0.1, momentum=0.9, weightDecay=0.001',
      'momentum=0.5, weightDecay=0',
      'labelSmoothing=0.1, momentum=0.5, weightDecay=0',
      'momentum=0.5, weightDecay=0.001',
      'labelSmoothing=0.1, momentum=0.5, weightDecay=0.001',
    ]);
    expect(list(store).slice(0, 2)).toEqual(['1: momentum 0.9', '1: weightDecay 0']);
  });

  it('tell networks by their layers only where labels do not, and schedules by their parts', async () => {
    const store = openStore();
    const draft = (filters: number) => ({
      network: {
        input: [28, 28, 1],
        layers: [
          { kind: 'convolution', kernel: 5, filters },
          { kind: 'fully-connected', units: 10 },
        ],
      },
    });
    await record(store, 's', { points: [draft(4), draft(8)] }, [1, 2]);
    expect(list(store)).toEqual(['1: network.layers[0].filters 4', '2: network.layers[0].filters 8']);
    await record(store, 'wide', { base: { model: 'SK' }, grid: { width: [1, 2] } }, [1, 2]);
    expect(list(store, 'wide')).toEqual(['3: width 1', '4: width 2']);
    const step = { kind: 'step', rate: 0.1, factor: 0.5, every: 3 };
    await record(store, 'rates', { base: { model: 'BN' }, grid: { learningRate: [0.1, step] } }, [1, 2]);
    expect(list(store, 'rates')).toEqual([
      '5: learningRate.kind constant',
      '6: learningRate.every 3',
      '6: learningRate.factor 0.5',
      '6: learningRate.kind step',
    ]);
    await record(store, 'one', { base: { model: 'BASE' } }, [1]);
    expect(groups(store).at(-1)).toBe('');
  });

  it('stand beside spec, schedule, optimizer and git commit', async () => {
    const store = openStore();
    const base = { model: 'BN', optimizer: { kind: 'adam', beta1: 0.8 }, validationCount: 100 };
    await record(store, 's', { base }, [1]);
    for (const view of ['results', 'all_runs', 'sweep_results']) {
      const [row] = query(store, `SELECT * FROM ${view}`) as [Record<string, string>];
      expect(row).toMatchObject({ optimizer: 'adam', validation_count: 100 });
      expect(JSON.parse(row.schedule!)).toMatchObject({ kind: 'constant', rate: 0.001 });
      expect(JSON.parse(row.spec!)).toMatchObject({ model: 'BN', seed: 0 });
      expect(row).toHaveProperty('git_commit');
    }
    const [group] = query(store, 'SELECT * FROM error_by_group') as [Record<string, string>];
    expect(JSON.parse(group.spec!)).not.toHaveProperty('seed');
    expect(group).toMatchObject({ optimizer: 'adam', mean_validation_error_percent: null });
  });
});

describe('votes', () => {
  it('are what runs over seeds say together, beside what each says alone', async () => {
    const store = openStore();
    const points = await planGrid({
      base: { model: 'BN', testCount: 4 },
      grid: { batchSize: [10, 20], seed: [0, 1, 2] },
    });
    const ids = claimRuns(store, 't', points) as number[];
    // Of the labels 0 1 2 3: two right ones outvote a wrong one; where all differ, the least seed's stands.
    const answers = [
      [0, 1, 7, 3],
      [0, 9, 2, 8],
      [5, 1, 2, 7],
    ];
    const errors = [25, 50, 50];
    points.slice(0, 3).forEach(({ spec }, i) => {
      const metrics = makeMetrics(1, errors[i]!);
      store.addEpoch(ids[i]!, metrics);
      const predicted = Uint16Array.from(answers[i]!);
      store.finishRun(ids[i]!, { result: makeResult(spec, { predicted, epochs: [metrics] }) });
    });
    const last = points[3]!;
    store.finishRun(ids[3]!, { result: makeResult(last.spec, { predicted: Uint16Array.of(1, 1, 1, 1) }) });
    expect(query(store, 'SELECT * FROM vote_predictions ORDER BY example')).toEqual(
      [0, 1, 2, 3].map((label) => ({
        group_id: 1,
        example: label + 1,
        label,
        predicted: label,
        votes: label === 3 ? 1 : 2,
      })),
    );
    expect(query(store, 'SELECT * FROM votes')).toEqual([
      {
        sweep: 't',
        label: 'BN',
        settings: 'batchSize=10',
        n: 3,
        images: 4,
        vote_error_percent: 0,
        mean_error_percent: 125 / 3,
        min_error_percent: 25,
        max_error_percent: 50,
        group_id: 1,
      },
    ]);
  });
});

describe('learning_curves', () => {
  it('has a row an epoch', async () => {
    const store = openStore();
    await record(store, 's', { base: { model: 'BN', epochs: 2 } }, [3.5]);
    const rows = query(store, 'SELECT * FROM learning_curves');
    expect(Object.keys(rows[0]!).slice(0, 8)).toEqual(
      'run_id epoch train_loss train_error_percent test_loss test_error_percent learning_rate seconds'.split(
        ' ',
      ),
    );
    expect(rows).toMatchObject([
      { epoch: 1, test_error_percent: 3.25 },
      { epoch: 2, test_error_percent: 3.5 },
    ]);
  });
});

describe('test_predictions', () => {
  it('has a row a run and test image, with its label', async () => {
    const store = openStore();
    const points = await planGrid({ base: { model: 'BN', testFirst: 9_998 }, grid: { seed: [0, 1] } });
    const ids = claimRuns(store, 't', points) as number[];
    const predicted = [Uint16Array.of(7, 255, 16), Uint16Array.of(0, 8)];
    points.forEach(({ spec }, i) => {
      store.finishRun(ids[i]!, { result: makeResult(spec, { predicted: predicted[i]! }) });
    });
    const rows = query(store, 'SELECT * FROM test_predictions ORDER BY run_id, example');
    expect(rows).toEqual([
      { run_id: ids[0], example: 9_998, label: 7, predicted: 7 },
      { run_id: ids[0], example: 9_999, label: 8, predicted: 255 },
      { run_id: ids[0], example: 10_000, label: 9, predicted: 16 },
      { run_id: ids[1], example: 9_998, label: 7, predicted: 0 },
      { run_id: ids[1], example: 9_999, label: 8, predicted: 8 },
    ]);
  });

  it('has classes of 16 bits from 257 classes on', async () => {
    const store = openStore();
    const [point] = await planGrid({ base: { model: 'BN', testFirst: 9_998 } });
    const classNames = Array.from({ length: 4_000 }, (_, c) => String(c));
    const labels = Uint16Array.from({ length: 10_000 }, (_, i) => i % 4_000);
    const dataset = { ...point!.dataset, classNames, test: { ...point!.dataset.test, labels } };
    const [runId] = claimRuns(store, 't', [{ ...point!, dataset }]) as [number];
    const predicted = Uint16Array.of(7, 3_855, 2_000);
    store.finishRun(runId, { result: { ...makeResult(point!.spec, { predicted }), classNames } });
    expect(query(store, 'SELECT * FROM test_predictions ORDER BY example')).toEqual([
      { run_id: runId, example: 9_998, label: 1_997, predicted: 7 },
      { run_id: runId, example: 9_999, label: 1_998, predicted: 3_855 },
      { run_id: runId, example: 10_000, label: 1_999, predicted: 2_000 },
    ]);
    expect(readWholeRun(store.db, runId).predictions).toBe(3);
    expect(readAnswers(store.db, runId)).toEqual({
      firstExample: 9_998,
      predicted,
      labels: Uint16Array.of(1_997, 1_998, 1_999),
    });
  });

  it('is empty where no run has told', () => {
    expect(query(openStore(), 'SELECT * FROM test_predictions')).toEqual([]);
  });
});

describe('sweep_results', () => {
  it('has the points of a sweep that another one recorded', async () => {
    const store = openStore();
    await record(store, 'first', { base: { model: 'BN' } }, [3]);
    await record(store, 'second', { base: { model: 'BN' }, grid: { seed: [0, 1] } }, [3, 4]);
    const columns = 'sweep, position, recorded_by, seed, test_error_percent AS error';
    expect(query(store, `SELECT ${columns} FROM sweep_results ORDER BY sweep, position`)).toEqual([
      { sweep: 'first', position: 1, recorded_by: 'first', seed: 0, error: 3 },
      { sweep: 'second', position: 1, recorded_by: 'first', seed: 0, error: 3 },
      { sweep: 'second', position: 2, recorded_by: 'second', seed: 1, error: 4 },
    ]);
  });
});
