import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunModel } from '../../../page/src/runs/run-model.js';
import { averageCurves } from '../../../page/src/views/curves/band.js';
import { CourseBook } from '../../../page/src/views/curves/course-book.js';
import {
  ABSCISSAS,
  IMAGE_SETS,
  QUANTITIES,
  readCurveState,
  writeCurveState,
} from '../../../page/src/views/curves/curve-state.js';
import { chooseLatest, nameRuns } from '../../../page/src/views/curves/name-runs.js';
import { readAt } from '../../../page/src/views/curves/read-at.js';
import { listSeries } from '../../../page/src/views/curves/series.js';
import { smooth } from '../../../page/src/views/curves/smooth.js';
import type { RunCurve } from '../../../src/dashboard/answers/curves.js';
import type { EpochPoint } from '../../../src/dashboard/curve-metrics.js';
import { answerOf } from '../runs/run-columns.js';

const values = fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), { maxLength: 50 });

describe('smoothing', () => {
  it('leaves values as they are without weight', () => {
    fc.assert(
      fc.property(values, (given) => {
        smooth(given, 0).forEach((value, i) => {
          if (given[i] === null) expect(value).toBeNull();
          else expect(value).toBeCloseTo(given[i]!, 6);
        });
      }),
    );
  });

  it('stays within the values so far, and keeps gaps', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.99, noNaN: true }), (given, weight) => {
        const found = smooth(given, weight);
        given.forEach((value, i) => {
          if (value === null) {
            expect(found[i]).toBeNull();
            return;
          }
          const before = given.slice(0, i + 1).filter((each) => each !== null);
          expect(found[i]).toBeGreaterThanOrEqual(Math.min(...before) - 1e-6);
          expect(found[i]).toBeLessThanOrEqual(Math.max(...before) + 1e-6);
        });
      }),
    );
  });

  it('is the weighted mean, without a pull to nought at the beginning', () => {
    // (2 + 0.5 · 4) / 1.5, then (8 + 0.5 · 2 + 0.25 · 4) / 1.75
    expect(smooth([4, 2, null, 8], 0.5)).toEqual([4, 4 / 1.5, null, 10 / 1.75]);
  });
});

describe('bands', () => {
  const line = (ys: (number | null)[], xs = ys.map((_, i) => i + 1)) => ({
    xs,
    ys,
    epochs: ys.map((_, i) => i + 1),
  });

  it('are the mean and the sample’s deviation where two curves have values', () => {
    const band = averageCurves([line([1, 2, 3]), line([3, null, 5, 9])]);
    expect(band.xs).toEqual([1, 3]);
    expect(band.ys).toEqual([2, 4]);
    expect(band.counts).toEqual([2, 2]);
    for (const [i, upper] of band.upper.entries()) {
      expect(upper! - band.lower[i]!).toBeCloseTo(2 * Math.SQRT2, 12);
    }
  });

  it('leave out epochs that a curve has been thinned of', () => {
    const thinned = { xs: [1, 3, 4], ys: [1, 3, 4], epochs: [1, 3, 4] };
    const band = averageCurves([thinned, line([3, 9, 5, 6, 7]), line([5, 9, 7, 8, 9])]);
    expect(band.xs).toEqual([1, 3, 4, 5]);
    // The first run has not come so far.
    expect(band.counts).toEqual([3, 3, 3, 2]);
  });

  it('stand at the mean of times', () => {
    expect(averageCurves([line([1, 2], [10, 20]), line([1, 2], [14, 30])]).xs).toEqual([12, 25]);
  });

  it('have no width around a single curve', () => {
    expect(averageCurves([line([1, 2])])).toEqual({
      xs: [1, 2],
      ys: [1, 2],
      lower: [null, null],
      upper: [null, null],
      counts: [1, 1],
    });
    expect(averageCurves([])).toEqual({ xs: [], ys: [], lower: [], upper: [], counts: [] });
  });
});

function curveOf(run: number, errors: readonly (number | null)[]): RunCurve {
  const epochs = errors.map((_, i) => i + 1);
  return {
    run,
    epochs,
    steps: epochs.map((epoch) => epoch * 100),
    seconds: epochs.map((epoch) => epoch * 2),
    metrics: { test_error_percent: errors, train_error_percent: errors.map((error) => error && error / 2) },
    recorded: epochs.length,
  };
}

const point = (epoch: number, error: number) =>
  ({
    epoch,
    steps: epoch * 100,
    seconds: epoch * 2,
    test_error_percent: error,
    train_error_percent: null,
    test_loss: null,
  }) as EpochPoint;

describe('the courses that a page knows', () => {
  const start = () => new CourseBook({ curves: [curveOf(1, [9, 8, 7])] });

  it('grow as epochs land', () => {
    const book = start();
    expect(book.update({ run: 1, after: 3, epochs: [point(4, 6)] })).toBe(true);
    expect(book.curves[0]).toMatchObject({
      epochs: [1, 2, 3, 4],
      steps: [100, 200, 300, 400],
      recorded: 4,
      metrics: { test_error_percent: [9, 8, 7, 6], train_error_percent: [4.5, 4, 3.5, null] },
    });
  });

  it('go on where a run does that was taken up before its end, or begin anew', () => {
    const book = start();
    book.update({ run: 1, after: 1, epochs: [point(2, 5)] });
    expect(book.curves[0]!.metrics.test_error_percent).toEqual([9, 5]);
    book.update({ run: 1, after: 0, epochs: [] });
    expect(book.curves[0]).toMatchObject({ epochs: [], recorded: 0 });
  });

  it('change nothing by an event that is in them already', () => {
    const book = start();
    book.update({ run: 1, after: 2, epochs: [point(3, 7)] });
    expect(book.curves[0]!.metrics.test_error_percent).toEqual([9, 8, 7]);
  });

  it('leave out other runs, and take in metrics that are new', () => {
    const book = start();
    expect(book.update({ run: 2, after: 0, epochs: [] })).toBe(false);
    book.update({ run: 1, after: 3, epochs: [{ ...point(4, 6), test_loss: 0.5 }] });
    expect(book.curves[0]!.metrics.test_loss).toEqual([null, null, null, 0.5]);
  });
});

describe('the lines of a chart', () => {
  const curves = [curveOf(1, [9, 8]), curveOf(2, [7, 0]), curveOf(3, [5, null])];
  const state = readCurveState({});
  const [error] = QUANTITIES;
  const groupOf = (run: number) => (run < 3 ? 1 : 3);

  it('are one for each run and set of images that is chosen and has values', () => {
    const series = listSeries(curves, error!, state, groupOf);
    expect(series.map(({ run, set }) => `${run} ${set}`)).toEqual(['1 test', '2 test', '3 test']);
    const both = listSeries(curves, error!, { ...state, sets: ['train', 'test'] }, groupOf);
    expect(both).toHaveLength(6);
  });

  it('stand over steps or times', () => {
    const xs = (x: 'step' | 'time') => listSeries(curves, error!, { ...state, x }, groupOf)[0]!.xs;
    expect([xs('step'), xs('time')]).toEqual([
      [100, 200],
      [2, 4],
    ]);
  });

  it('keep what was measured when they are smoothed', () => {
    const [first] = listSeries(curves, error!, { ...state, smoothing: 0.5 }, groupOf);
    expect(first!.raw).toEqual([9, 8]);
    expect(first!.ys).not.toEqual(first!.raw);
  });

  it('are one for each group of seeds, with a band', () => {
    const [first, second] = listSeries(curves, error!, { ...state, isOverSeeds: true }, groupOf);
    expect(first).toMatchObject({ run: 1, runs: [1, 2], ys: [8, 4], counts: [2, 2] });
    expect(second).toMatchObject({ run: 3, runs: [3], ys: [5], counts: [1], upper: [null] });
  });

  it('are named by a run that is drawn, though the first of its seeds is not', () => {
    const [line] = listSeries(curves.slice(1, 2), error!, { ...state, isOverSeeds: true }, groupOf);
    expect(line).toMatchObject({ run: 2, runs: [2] });
  });

  it('leave out what a logarithmic axis has no place for', () => {
    const [, second] = listSeries(curves, error!, { ...state, isLogY: true }, groupOf);
    expect(second!.ys).toEqual([7, null]);
  });

  it('tell their values where a reader points: the last before it', () => {
    const line = { xs: [1, 3, 5], ys: [9, 8, null] };
    expect([0, 1, 2.9, 3, 9].map((x) => readAt(line, x))).toEqual([null, 0, 0, 1, 1]);
    expect(readAt(line, null)).toBe(1);
    expect(readAt({ xs: [], ys: [] }, null)).toBeNull();
  });
});

describe('the state of the curves', () => {
  it('is whole in the address', () => {
    const states = fc.record({
      x: fc.constantFrom(...ABSCISSAS),
      quantity: fc.option(fc.constantFrom(...QUANTITIES.map(({ name }) => name))),
      sets: fc.subarray([...IMAGE_SETS]),
      isLogX: fc.boolean(),
      isLogY: fc.boolean(),
      smoothing: fc.integer({ min: 0, max: 99 }).map((percent) => percent / 100),
      isOverSeeds: fc.boolean(),
      zoom: fc.option(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 10, max: 99 }))),
    });
    fc.assert(
      fc.property(states, (state) => {
        const written = Object.entries(writeCurveState(state)).filter((entry) => entry[1] !== null);
        const query = new URLSearchParams(written as [string, string][]).toString();
        expect(readCurveState(Object.fromEntries(new URLSearchParams(query)))).toEqual(state);
      }),
    );
  });

  it('is as at first for what makes no sense', () => {
    const wrong = { x: 'week', y: 'joy', smooth: '7', zoom: '5..2', log: 'z' };
    expect(readCurveState(wrong)).toEqual({ ...readCurveState({}), smoothing: 0.99 });
  });
});

describe('runs of a chart', () => {
  const model = new RunModel(
    answerOf(
      { label: ['SK-0.2', 'SK-0.8', 'SK-0.8'], width: [0.2, 0.8, 0.8], rate: [1, 1, 2], seed: [0, 0, 1] },
      { states: ['done', 'running', 'done'] },
    ),
  );

  it('are named by what differs between them, and is not told already', () => {
    expect(nameRuns([1, 2, 3], model, false)(3)).toBe('SK-0.8, rate 2, seed 1');
    expect(nameRuns([1, 2], model, false)(1)).toBe('SK-0.2');
    expect(nameRuns([1, 2, 3], model, true)(3)).toBe('SK-0.8, rate 2');
    expect(nameRuns([1, 9], model, false)(9)).toBe('');
  });

  it('are those under way if none is chosen, else the latest', () => {
    expect(chooseLatest(model)).toEqual([2]);
    expect(chooseLatest(new RunModel(answerOf({ seed: [1, 2, 3, 4, 5, 6, 7] })))).toEqual([2, 3, 4, 5, 6, 7]);
  });
});
