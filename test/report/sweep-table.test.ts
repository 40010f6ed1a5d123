import { describe, expect, it } from 'vitest';
import type { RunState, RunSummary } from '../../src/experiment/run-records.js';
import { formatSweepTables } from '../../src/report/sweep-table.js';
import { namePoints } from '../../src/report/varying-fields.js';
import { planGrid } from '../experiment/fake-runs.js';

function summarize(error: number | null, state: RunState = 'done'): RunSummary {
  return {
    runId: 1,
    state,
    sweep: 'test',
    label: '',
    seed: 0,
    identity: '',
    epochs: 1,
    epochsAsked: 1,
    trainLoss: 0.5,
    validationLoss: null,
    validationErrorPercent: null,
    testErrorPercent: error,
    testTop5ErrorPercent: error === null ? null : error / 10,
    classes: 10,
    bestTestErrorPercent: error,
    testRmse: null,
    bestTestRmse: null,
    testR2: null,
    parameters: 1000,
    seconds: 2,
    imagesPerSecond: 3000,
    weightsSha256: null,
    reason: null,
    numerics: 1,
    note: null,
    tags: null,
    removedAt: null,
  };
}

async function format(grid: object, runs: readonly (RunSummary | null)[]): Promise<string[]> {
  const points = await planGrid(grid);
  return formatSweepTables(points.map((point, i) => ({ point, run: runs[i] ?? null }))).split('\n');
}

describe("a sweep's end", () => {
  it('is a table sorted by test error, without the columns that do not vary', async () => {
    const grid = {
      base: { model: 'BN' },
      points: [{}, { dropout: 0.5 }, { model: 'SK', width: 0.2, activation: 'sigmoid' }],
    };
    expect(await format(grid, [summarize(2.5), summarize(1.25), summarize(3)])).toEqual([
      'network         test error %  best %  train loss  parameters  images/s  time',
      '--------------  ------------  ------  ----------  ----------  --------  ----',
      'BN dropout 0.5          1.25    1.25      0.5000       1,000     3,000   2 s',
      'BN                      2.50    2.50      0.5000       1,000     3,000   2 s',
      'SK-0.2 sigmoid          3.00    3.00      0.5000       1,000     3,000   2 s',
      '',
    ]);
  });

  it('has a second table over seeds, with mean and deviation', async () => {
    const grid = { base: { model: 'BN' }, grid: { trainCount: [500, 1000], seed: [0, 1, 2] } };
    const runs = [
      summarize(4),
      summarize(5),
      summarize(6),
      summarize(1),
      summarize(2),
      summarize(null, 'diverged'),
    ];
    const lines = await format(grid, runs);
    expect(lines[2]).toMatch(/^BN +1000 +0 +1\.00 /);
    expect(lines[7]).toMatch(/^BN +1000 +2 +diverged /);
    expect(lines.slice(lines.indexOf('Over seeds:') + 2)).toEqual([
      'network  train count  seeds  test error %   min   max',
      '-------  -----------  -----  ------------  ----  ----  -------------------',
      'BN              1000      2   1.50 ± 0.71  1.00  2.00  1 more not finished',
      'BN               500      3   5.00 ± 1.00  4.00  6.00',
      '',
    ]);
  });

  it('is sorted by validation error where all have one, and tells no best of all epochs by test images', async () => {
    const grid = { base: { model: 'BN', validationCount: 100 }, grid: { batchSize: [10, 20], seed: [0, 1] } };
    const validate = (test: number, validationErrorPercent: number) => ({
      ...summarize(test),
      validationErrorPercent,
    });
    const runs = [validate(1, 6), validate(2, 8), validate(3, 4), validate(4, 5)];
    const lines = await format(grid, runs);
    expect(lines[0]).toBe(
      'network  batch size  seed  val. error %  test error %  train loss  parameters  images/s  time',
    );
    expect(lines.slice(2, 6).map((line) => line.split(/ {2,}/).slice(2, 5))).toEqual([
      ['0', '4.00', '3.00'],
      ['1', '5.00', '4.00'],
      ['0', '6.00', '1.00'],
      ['1', '8.00', '2.00'],
    ]);
    expect(lines.slice(lines.indexOf('Over seeds:') + 2)).toEqual([
      'network  batch size  seeds  val. error %  test error %   min   max',
      '-------  ----------  -----  ------------  ------------  ----  ----',
      'BN               20      2   4.50 ± 0.71   3.50 ± 0.71  3.00  4.00',
      'BN               10      2   7.00 ± 1.41   1.50 ± 0.71  1.00  2.00',
      '',
    ]);
  });

  it('has both errors where some have no validation images, and then goes by the test', async () => {
    const grid = { base: { model: 'BN' }, grid: { validationCount: [0, 100] } };
    const lines = await format(grid, [summarize(2), { ...summarize(1), validationErrorPercent: 9 }]);
    expect(lines[0]).toMatch(/^network +validation count +val\. error % +test error % +best % /);
    expect(lines.slice(2, 4).map((line) => line.split(/ {2,}/).slice(1, 4))).toEqual([
      ['100', '9.00', '1.00'],
      ['0', '-', '2.00'],
    ]);
  });

  it('counts points that did not run', async () => {
    const lines = await format({ base: { model: 'BN' }, grid: { seed: [0, 1, 2] } }, [
      null,
      summarize(7, 'failed'),
      summarize(9),
    ]);
    expect(lines.slice(2, 4).map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['BN', '2', '9.00'],
      ['BN', '1', 'failed'],
    ]);
    expect(lines.slice(4)).toEqual(['', '1 point has not run.', '']);
  });

  it('is a number alone if no point ran', async () => {
    const grid = { base: { model: 'BN' }, grid: { trainCount: [500, 1000], seed: [0, 1] } };
    expect(await format(grid, [])).toEqual(['4 points have not run.', '']);
    const some = await format(grid, [summarize(4), summarize(5)]);
    expect(some.slice(some.indexOf('Over seeds:') + 4)).toEqual([
      'BN               500      2   4.50 ± 0.71  4.00  5.00',
      '',
      '2 points have not run.',
      '',
    ]);
  });

  it('shows learning rates in short', async () => {
    const step = { kind: 'step', rate: 0.1, factor: 0.5, every: 3, warmupEpochs: 1 };
    const lines = await format({ base: { model: 'BN' }, grid: { learningRate: [0.01, step] } }, [
      summarize(1),
      summarize(2),
    ]);
    expect(lines[2]).toMatch(/^BN +0\.01 +1\.00/);
    expect(lines[3]).toMatch(/^BN +step\(rate 0\.1, factor 0\.5, every 3, warmup 1\) +2\.00/);
  });
});

describe('the name of a point', () => {
  it('tells what differs in its sweep', async () => {
    const points = await planGrid({
      base: { model: 'SK', width: 0.2 },
      grid: { trainCount: [500, 1000], seed: [0, 1] },
    });
    expect(points.map(namePoints(points))[3]).toBe('SK-0.2 train count 1000 seed 1');
    expect(namePoints(points.slice(0, 1))(points[0]!)).toBe('SK-0.2');
  });
});

describe('a data set of more than ten classes', () => {
  it('has its top-5 error beside the error', async () => {
    const points = await planGrid({ base: { model: 'BN' } });
    const classNames = Array.from({ length: 11 }, (_, c) => String(c));
    const many = points.map((point) => ({ ...point, dataset: { ...point.dataset, classNames } }));
    const table = formatSweepTables(many.map((point) => ({ point, run: summarize(20) }))).split('\n');
    expect(table[0]).toMatch(/test error % +top-5 % +best %/);
    expect(table[2]).toMatch(/20\.00 +2\.00 +20\.00/);
  });
});
