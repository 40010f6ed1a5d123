import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  formatEndLine,
  formatEpochLine,
  formatLiveRun,
  formatLiveSummary,
  formatLiveTitles,
  layOutLive,
} from '../../../src/cli/progress/text.js';
import { TimeLeft } from '../../../src/cli/progress/time-left.js';
import { SweepState } from '../../../src/cli/sweep/state.js';
import { formatTrainState } from '../../../src/cli/train/progress.js';
import { makeMetrics, makeResult, planGrid } from '../../experiment/fake-runs.js';

describe('the time left', () => {
  it('is what the rest takes at the speed so far', () => {
    let nowMs = 1000;
    const timeLeft = new TimeLeft(() => nowMs);
    expect(timeLeft.seconds).toBeNull();
    nowMs += 30_000;
    timeLeft.update(0.25);
    expect(timeLeft.seconds).toBe(90);
    timeLeft.update(1);
    expect(timeLeft.seconds).toBe(0);
  });
});

describe('the time left of what was begun before', () => {
  it('is told by the speed of what is done now', () => {
    let nowMs = 0;
    const timeLeft = new TimeLeft(() => nowMs);
    timeLeft.skip(0.5);
    nowMs += 30_000;
    expect(timeLeft.seconds).toBeNull();
    timeLeft.update(0.75);
    expect(timeLeft.seconds).toBe(30);
  });

  it('begins where the run goes on', async () => {
    const [point] = await planGrid({ base: { model: 'BN', epochs: 4, trainCount: 1000, batchSize: 100 } });
    const state = new SweepState([point!]);
    const run = { runId: 1, index: 1, count: 1, point: point! };
    const shown = state.start(run);
    state.resume(run, { epoch: 2, step: 5, epochs: [makeMetrics(1, 9)], rejected: [] });
    expect([shown.epoch, shown.fraction, state.secondsLeft]).toEqual([2, 0.375, null]);
  });
});

describe('a live table', () => {
  const name = 'SK-0.2 train count 20000 seed 1';

  it.each([
    [60, 'SK-0.2 trai…'],
    [80, name],
    [132, name],
  ])('fits into %d columns', async (columns, shownName) => {
    const points = await planGrid({ base: { model: 'SK', width: 0.2, epochs: 20 }, grid: { seed: [0, 1] } });
    const state = new SweepState(points);
    const run = { runId: 5, index: 2, count: 2, point: points[1]! };
    state.start(run);
    state.endEpoch(run, makeMetrics(9, 10.25));
    const shown = state.progress(run, {
      epoch: 10,
      epochs: 20,
      step: 300,
      stepsPerEpoch: 600,
      trainLoss: 0.123456,
      imagesPerSecond: 123_456,
    });
    expect(shown.fraction).toBeCloseTo(0.475);
    const layout = layOutLive({ names: [name, name], epochs: 20 }, columns - 1);
    const line = formatLiveRun(shown, name, layout);
    expect(line.length).toBeLessThan(columns);
    expect(formatLiveTitles(layout).length).toBe(line.length);
    expect(line.startsWith(`2/2 ${shownName} ==`)).toBe(true);
    expect(line).toMatch(/ =+-+ 10\/20 {2}0\.1235 10\.25% {2}123,456 +0 s$/);
  });

  it.each([
    [32, 'SK-0.2 trai… 10/20 10.25%   0 s'],
    [50, '2/2 SK-0.2… 10/20  0.1235     11.25% 10.25%   0 s'],
    [60, '2/2 SK-0.2 … 10/20  0.1235     11.25% 10.25%  123,456   0 s'],
  ])('leaves out what %d columns have no room for', async (columns, expected) => {
    const [point] = await planGrid({ base: { model: 'SK', epochs: 20, validationCount: 100 } });
    const state = new SweepState([point!]);
    const run = { runId: 5, index: 2, count: 2, point: point! };
    state.start(run);
    state.endEpoch(run, makeMetrics(9, 10.25, true));
    const progress = { epoch: 10, epochs: 20, step: 300, stepsPerEpoch: 600 };
    const shown = state.progress(run, { ...progress, trainLoss: 0.123456, imagesPerSecond: 123_456 });
    const layout = layOutLive({ names: [name], epochs: 20, validates: true }, columns - 1);
    const line = formatLiveRun(shown, name, layout);
    expect(line.replace(/ +(?=0 s$)/, '   ')).toBe(expected);
    expect(formatLiveTitles(layout).length).toBe(line.length);
    expect(line.length).toBeLessThan(columns);
    expect(formatTrainState(shown, columns - 1).length).toBeLessThan(columns);
    expect(formatTrainState(shown, columns - 1)).toMatch(/^epoch 10 of 20 .*0 s left$/);
  });

  it('shows the error on validation images where a run has such', async () => {
    const [point] = await planGrid({ base: { model: 'BN', validationCount: 100 } });
    const state = new SweepState([point!]);
    const run = { runId: 1, index: 1, count: 1, point: point! };
    state.start(run);
    const shown = state.endEpoch(run, makeMetrics(1, 10.25, true));
    const layout = layOutLive({ names: [name], epochs: 2, validates: true }, 100);
    const line = formatLiveRun(shown, 'BN', layout);
    expect(line).toMatch(/ 1\.0000 {5}11\.25% 10\.25% /);
    expect(formatLiveTitles(layout)).toMatch(/ loss val\. error {2}error /);
    expect(formatLiveTitles(layout).length).toBe(line.length);
    expect(formatEpochLine(shown, 'BN')).toContain('validation loss 3.0000, error 11.25%, test error 10.25%');
  });

  it('tells what is over and what is left', async () => {
    const points = await planGrid({ base: { model: 'BN', epochs: 2 }, grid: { seed: [0, 1] } });
    const state = new SweepState(points);
    expect(formatLiveSummary(state)).toBe('0 of 2 runs ended');
    const run = { runId: 1, index: 1, count: 2, point: points[0]! };
    state.start(run);
    state.end(run);
    expect(formatLiveSummary(state)).toMatch(/^1 of 2 runs ended, about \d+ s left$/);
  });

  it('has room for many hours and epochs', async () => {
    const [point] = await planGrid({ base: { model: 'BN', epochs: 12_000 } });
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    onTestFinished(() => void vi.restoreAllMocks());
    const state = new SweepState([point!]);
    const run = { runId: 1, index: 1, count: 1, point: point! };
    state.start(run);
    nowMs = 45_250;
    const shown = state.endEpoch(run, makeMetrics(12, 9));
    const layout = layOutLive({ names: ['BN'], epochs: 12_000 }, 79);
    const line = formatLiveRun(shown, 'BN', layout);
    expect(line).toMatch(/1\/12000 .* 12h33$/);
    expect(line.length).toBe(formatLiveTitles(layout).length);
    expect(formatTrainState(shown, 40)).toMatch(/^epoch 1 of 12000 \[-+\] 12:3/);
  });

  it('tells that the tests of an epoch are under way, which no time is known for', async () => {
    const [point] = await planGrid({ base: { model: 'BN', epochs: 1.5 } });
    const state = new SweepState([point!]);
    const run = { runId: 1, index: 1, count: 1, point: point! };
    state.start(run);
    const report = (epoch: number, step: number) => {
      const progress = { epoch, epochs: 2, step, stepsPerEpoch: 600, trainLoss: 1, imagesPerSecond: 1000 };
      const shown = state.progress(run, progress);
      const layout = layOutLive({ names: ['BN'], epochs: 2 }, 80);
      return [formatTrainState(shown, 80), formatLiveRun(shown, 'BN', layout)];
    };
    const [training] = report(1, 599);
    expect(training).toMatch(/1,000 images\/s, \d+ s left$/);
    expect(report(1, 600)[0]).toMatch(/testing, \d+ s left$/);
    state.endEpoch(run, makeMetrics(1, 9));
    expect(report(1, 600)[0]).toMatch(/1,000 images\/s, /);
    const [line, row] = report(2, 300);
    expect(line).toMatch(/loss 1\.0000, testing$/);
    expect(row).toMatch(/tests$/);
    expect(formatLiveSummary(state)).toBe('0 of 1 runs ended');
  });
});

describe("a run's end", () => {
  it('tells the error of the weights that are kept, and why it came early', async () => {
    const [point] = await planGrid({ base: { model: 'BN' } });
    const run = { runId: 1, index: 1, count: 1, point: point! };
    const epochs = [makeMetrics(1, 9), makeMetrics(2, 8), makeMetrics(3, 7)];
    const end = (changes: object) =>
      formatEndLine(run, 'BN', { result: makeResult(point!.spec, { epochs, ...changes }) });
    expect(end({})).toMatch(/: done, test error 7\.00%, \S+ s$/);
    expect(end({ bestEpoch: 2, reason: 'no better for 1 epochs' })).toMatch(
      /: done, test error 8\.00%, .*: no better for 1 epochs$/,
    );
    const augmentedTest = { testLoss: 1, testErrorPercent: 6.5, testTop5ErrorPercent: 0 };
    expect(end({ augmentedTest })).toMatch(
      /: done, test error 7\.00%, 6\.50% with test-time augmentation, \S+ s$/,
    );
  });

  it('says why it did not finish', async () => {
    const [point] = await planGrid({ base: { model: 'BN' } });
    const run = { runId: 1, index: 1, count: 1, point: point! };
    const ended = (state: 'diverged' | 'interrupted', reason: string) =>
      formatEndLine(run, 'BN', { result: makeResult(point!.spec, { state, reason }) });
    expect(ended('diverged', 'the loss is NaN')).toBe('run 1 of 1, BN: diverged: the loss is NaN');
    expect(ended('interrupted', 'interrupted in epoch 3')).toBe('run 1 of 1, BN: interrupted in epoch 3');
    expect(formatEndLine(run, 'BN', { state: 'failed', reason: 'x' })).toBe('run 1 of 1, BN: failed: x');
  });
});
