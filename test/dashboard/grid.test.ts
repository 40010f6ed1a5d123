import { describe, expect, it } from 'vitest';
import { describeGrid } from '../../src/dashboard/answers/grid.js';
import { RunTable } from '../../src/dashboard/run-table.js';
import type { Grid } from '../../src/experiment/grid.js';
import { Store } from '../../src/experiment/store.js';
import { planGrid } from '../experiment/fake-runs.js';
import { imagineResult, recordGrid } from '../report/fake-answers.js';

const BASE = { model: 'SK', trainCount: 1000, epochs: 1 };

/** By width alone, with some luck of the seed. */
const errorOf = (width: number, seed: number) => 4 - 2 * width + 0.05 * seed;

const recorded = new Map<string, Promise<Store>>();

/** A database of a grid's runs, each recorded once for all tests. */
function record(grid: Grid['grid']): Promise<Store> {
  const key = JSON.stringify(grid);
  const known = recorded.get(key) ?? recordWidths(grid);
  recorded.set(key, known);
  return known;
}

async function recordWidths(grid: Grid['grid']): Promise<Store> {
  const store = Store.open(':memory:');
  await recordGrid(
    store,
    { name: 'widths', base: BASE, grid, points: [{}] },
    { result: (spec) => imagineResult(spec, errorOf(spec.width!, spec.seed)) },
  );
  return store;
}

async function answer(grid: Grid['grid'], question: Parameters<typeof describeGrid>[3] = {}) {
  const { db } = await record(grid);
  return describeGrid(db, new RunTable(db), 'a b.db', question);
}

describe('the grid', () => {
  it('groups runs over seeds by what varies, the best first', async () => {
    const { fields, settings, measure, runs } = await answer({ width: [0.2, 0.5, 1], seed: [0, 1, 2] });
    expect(measure).toBe('test_error_percent');
    expect(runs).toBe(9);
    expect(fields.map(({ name, kind, levels }) => [name, kind, levels])).toEqual([
      ['width', 'number', [0.2, 0.5, 1]],
    ]);
    expect(settings.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['width 1', 3],
      ['width 0.5', 3],
      ['width 0.2', 3],
    ]);
    const [{ mean, deviation, results, interval }] = settings as [(typeof settings)[0]];
    expect(mean).toBeCloseTo(results.reduce((sum, x) => sum + x) / 3);
    // t of 0.975 with two degrees of freedom.
    expect((interval!.high - interval!.low) / 2).toBeCloseTo((4.302653 * deviation!) / Math.sqrt(3), 5);
  });

  it('says which value wins and whether that is more than chance, over seeds by Welch and Holm', async () => {
    const { fieldVerdict } = await answer({ width: [0.2, 0.5, 1], seed: [0, 1, 2] });
    expect(fieldVerdict).toMatchObject({ answer: 'yes', winner: 'width 1', winnerRuns: [7, 8, 9] });
    expect(fieldVerdict!.sentence).toMatch(
      /^width 1 has the best test error %, .* over 3 seeds\. The runner-up, width 0\.5, is .* behind: that is more than chance \(p .*, Welch’s test over the seeds, corrected by Holm’s method for the 3 pairs of settings of which this could have been the one\)\.$/,
    );
    expect(fieldVerdict!.rivals.map(({ name }) => name)).toEqual(['width 0.5', 'width 0.2']);
  });

  it('compares networks of one seed by their answers, and says what that leaves open', async () => {
    const { fieldVerdict } = await answer({ width: [0.2, 0.21] });
    expect(fieldVerdict).toMatchObject({ answer: 'no' });
    expect(fieldVerdict!.sentence).toMatch(
      /may be chance .*McNemar’s test on the test images\).* another seed could turn the order round/,
    );
  });

  it('claims nothing of a measure that one seed tells nothing of', async () => {
    const { fieldVerdict } = await answer({ width: [0.2, 1] }, { measure: 'train_loss' });
    expect(fieldVerdict).toMatchObject({ answer: 'untested' });
    expect(fieldVerdict!.sentence).toMatch(
      /cannot be told from one seed of each: train both with two other seeds/,
    );
  });

  it('compares the values of a field each at its best', async () => {
    const { fieldVerdict, settingVerdict } = await answer(
      { width: [0.2, 1], batchSize: [50, 100], seed: [0, 1, 2] },
      { field: 'batchSize' },
    );
    expect(fieldVerdict!.rivals).toHaveLength(1);
    // Of two settings each.
    expect(fieldVerdict!.sentence).toMatch(/for the 4 pairs of settings/);
    expect(settingVerdict!.rivals).toHaveLength(3);
    expect(settingVerdict!.winner).toMatch(/width 1/);
  });

  it('judges nothing across data sets', async () => {
    const { db } = await recordWidths({ width: [0.2, 1] });
    db.exec(`UPDATE runs SET dataset_sha256 = '${'e'.repeat(64)}' WHERE run_id = 1`);
    const { fieldVerdict, settingVerdict, unjudged } = describeGrid(db, new RunTable(db), 'x.db', {});
    expect([fieldVerdict, settingVerdict]).toEqual([null, null]);
    expect(unjudged).toMatch(/^These runs are not of the same data/);
  });

  it('judges nothing across tasks', async () => {
    const { db } = await recordWidths({ width: [0.2, 1] });
    db.exec('UPDATE epochs SET test_rmse = 0.1 WHERE run_id = 1');
    const { settingVerdict, unjudged } = describeGrid(db, new RunTable(db), 'x.db', { measure: 'test_loss' });
    expect(settingVerdict).toBeNull();
    expect(unjudged).toMatch(/^These runs are not of the same task/);
  });

  it('tells which field matters, and how that is computed', async () => {
    const { importance, together, explanation } = await answer({
      batchSize: [50, 100],
      width: [0.2, 0.5, 1],
      seed: [0, 1, 2],
    });
    expect(importance[0]!.field).toBe('width');
    expect(importance[0]!.share).toBeGreaterThan(0.8);
    expect(importance[1]!.share).toBeLessThan(0.1);
    expect(together).toBeGreaterThan(0.8);
    expect(explanation).toMatch(
      /more than 8, between four parts of its range with equally many runs each.*ω²/,
    );
  });

  it('names the optimizer that a spec leaves out', async () => {
    const { fields, settings } = await answer({
      optimizer: [{ kind: 'sgd' }, { kind: 'adam' }],
      width: [0.5],
      seed: [0, 1],
    });
    expect(fields.find(({ name }) => name === 'optimizer.kind')!.levels).toEqual(['adam', 'sgd']);
    expect(settings.map(({ values }) => values['optimizer.kind']).sort()).toEqual(['adam', 'sgd']);
  });

  it('leaves out what is not finished, and counts it', async () => {
    const store = Store.open(':memory:');
    await recordGrid(
      store,
      { name: 'two', base: BASE, grid: { width: [0.2, 1] }, points: [{}] },
      { result: (spec) => ({ ...imagineResult(spec), state: spec.width === 1 ? 'done' : 'interrupted' }) },
    );
    const { runs, unfinished, fieldVerdict } = describeGrid(store.db, new RunTable(store.db), 'x.db', {});
    expect([runs, unfinished, fieldVerdict]).toEqual([1, 1, null]);
  });

  it('is of all that a sweep consists of, whichever sweep has trained it', async () => {
    const store = await recordWidths({ width: [0.2, 0.5, 1] });
    const points = (width: number[]) => planGrid({ base: BASE, grid: { width } });
    store.recordSweep({ name: 'again', title: null }, await points([0.5, 1]));
    store.recordSweep({ name: 'not yet', title: null }, await points([0.7]));
    const describe = (sweep: string | null) =>
      describeGrid(store.db, new RunTable(store.db), 'x.db', { sweep });
    expect(describe(null)).toMatchObject({ sweeps: ['again', 'widths'], sweep: 'again', runs: 2 });
    expect(describe('again').settings.map(({ name }) => name)).toEqual(['width 1', 'width 0.5']);
    expect(describe('widths').runs).toBe(3);
    expect(describe('not yet')).toMatchObject({ runs: 0, unfinished: 0 });
  });

  it('stays where a run cannot be made sense of', async () => {
    const store = await recordWidths({ width: [0.2, 1] });
    store.db.exec("UPDATE runs SET spec = json_set(spec, '$.unheard', 1) WHERE run_id = 1");
    const { settings, settingVerdict } = describeGrid(store.db, new RunTable(store.db), 'x.db', {});
    expect(settings).toHaveLength(2);
    expect(settingVerdict).toMatchObject({ answer: 'untested', winner: settings[0]!.name });
    expect(settingVerdict!.rivals).toMatchObject([{ run: settings[1]!.runs[0], p: null }]);
    expect(settingVerdict!.sentence).toMatch(
      /has the best test error %\. Whether .* cannot be told: .*unheard/,
    );
  });

  it('has nothing to say of an empty database', () => {
    const store = Store.open(':memory:');
    expect(describeGrid(store.db, new RunTable(store.db), 'x.db', {})).toMatchObject({
      measure: null,
      runs: 0,
      fields: [],
      settings: [],
      fieldVerdict: null,
      settingVerdict: null,
    });
  });

  it('chooses by sweep and by runs, and names the command of the report', async () => {
    expect((await answer({ width: [0.2, 1] }, { sweep: 'other' })).runs).toBe(0);
    expect((await answer({ width: [0.2, 1] }, { runs: [2] })).runs).toBe(1);
    expect((await answer({ width: [0.2, 1] }, { sweep: 'widths' })).report).toMatch(
      /report.* widths --db 'a b\.db'$/,
    );
  });

  it.each([
    [{ measure: 'x' }, 'expected measure=test_error_percent or'],
    [{ field: 'x' }, 'expected x=width, found x=x'],
  ])('refuses %o', async (question, message) => {
    await expect(answer({ width: [0.2, 1] }, question)).rejects.toThrow(message);
  });
});
