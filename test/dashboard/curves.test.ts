import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerCurves } from '../../src/dashboard/answers/curves.js';
import { readCourse } from '../../src/dashboard/courses.js';
import { thinCurve } from '../../src/dashboard/thin-curve.js';
import { openDatabase } from '../../src/experiment/database.js';
import { prepareEpochs, writeManyRuns } from '../helpers/many-runs.js';

const folder = mkdtempSync(join(tmpdir(), 'convoy-curves-'));
let db: Database.Database;

beforeAll(() => {
  const file = join(folder, 'curves.db');
  writeManyRuns(file, { runs: 3, epochs: 4 });
  db = openDatabase(file);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

describe('the courses of runs', () => {
  it('have an entry an epoch, with steps and seconds since the beginning', () => {
    const { curves, missing } = answerCurves(db, '1', [2, 1]);
    expect(missing).toEqual([]);
    expect(curves.map(({ run }) => run)).toEqual([2, 1]);
    // 10,000 images in mini-batches of 50.
    expect(curves[0]).toMatchObject({
      epochs: [1, 2, 3, 4],
      steps: [200, 400, 600, 800],
      seconds: [2, 4, 6, 8],
      recorded: 4,
    });
    const rows = db.prepare('SELECT test_error_percent FROM learning_curves WHERE run_id = 2').pluck().all();
    expect(curves[0]!.metrics.test_error_percent).toEqual(rows);
  });

  it('have only metrics that were measured', () => {
    const { curves } = answerCurves(db, '1', [1]);
    expect(Object.keys(curves[0]!.metrics)).not.toContain('validation_loss');
  });

  it('tell which runs are not there, or are removed', () => {
    db.exec("UPDATE runs SET removed_at = '2026-01-01' WHERE run_id = 3");
    expect(answerCurves(db, '1', [3, 99, 1, 1])).toMatchObject({ missing: [3, 99], curves: [{ run: 1 }] });
  });

  it('go on after an epoch with the seconds of those before', () => {
    expect(readCourse(db, 1, 2)).toMatchObject([
      { epoch: 3, steps: 600, seconds: 6 },
      { epoch: 4, steps: 800, seconds: 8 },
    ]);
    expect(readCourse(db, 99)).toBeNull();
  });

  it('end at the step at which the spec ends them', () => {
    db.exec("UPDATE runs SET spec = json_set(spec, '$.epochs', 3.5) WHERE run_id = 1");
    expect(readCourse(db, 1)!.at(-1)).toMatchObject({ epoch: 4, steps: 700 });
    db.exec("UPDATE runs SET spec = json_set(spec, '$.maxIterations', 650) WHERE run_id = 1");
    expect(readCourse(db, 1)!.at(-1)).toMatchObject({ epoch: 4, steps: 650 });
  });

  it('have null in place of infinities', () => {
    db.exec('UPDATE epochs SET test_loss = 9e999 WHERE run_id = 2 AND epoch = 3');
    expect(answerCurves(db, '1', [2]).curves[0]!.metrics.test_loss![2]).toBeNull();
  });

  it('are thinned to what a screen shows, and say so', () => {
    const add = prepareEpochs(db);
    db.transaction(() => {
      for (let epoch = 5; epoch <= 6000; epoch++) add(2, epoch, epoch === 3333 ? 99 : 5 + Math.sin(epoch));
    })();
    const [curve] = answerCurves(db, '1', [2]).curves;
    expect(curve!.recorded).toBe(6000);
    expect(curve!.epochs.length).toBeLessThanOrEqual(2000);
    expect([curve!.epochs[0], curve!.epochs.at(-1)]).toEqual([1, 6000]);
    expect(curve!.epochs).toContain(3333);
  });
});

describe('thinning', () => {
  const curves = fc.integer({ min: 1, max: 4 }).chain((series) =>
    fc.array(fc.array(fc.option(fc.double({ noNaN: true })), { minLength: series, maxLength: series }), {
      maxLength: 300,
    }),
  );

  it('keeps ends and extremes of every series, in order and within its limit', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 10, max: 60 }), (points, limit) => {
        fc.pre(points.length > 0);
        const series = points[0]!.map((_, i) => points.map((point) => point[i]!));
        const kept = thinCurve(series, limit);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        expect(kept.length).toBeLessThanOrEqual(Math.max(limit, 2));
        expect([kept[0], kept.at(-1)]).toEqual([0, points.length - 1]);
        for (const values of series) {
          const numbers = values.filter((value) => value !== null);
          if (numbers.length === 0) continue;
          const left = kept.map((i) => values[i]!).filter((value) => value !== null);
          expect(Math.min(...left)).toBe(Math.min(...numbers));
          expect(Math.max(...left)).toBe(Math.max(...numbers));
        }
      }),
    );
  });

  it('keeps all points of a short curve', () => {
    expect(thinCurve([[3, null, 1]], 10)).toEqual([0, 1, 2]);
    expect(thinCurve([[]], 10)).toEqual([]);
  });
});
