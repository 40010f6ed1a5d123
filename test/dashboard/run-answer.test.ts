import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/dashboard/answers/compare.js';
import { describeRun } from '../../src/dashboard/answers/run.js';
import { Store } from '../../src/experiment/store.js';
import { imagineResult, recordGrid } from '../report/fake-answers.js';

const recorded = new Map<string, ReturnType<typeof recordBold>>();

/** A database of a grid's runs, each recorded once for all tests. */
function record(grid: Readonly<Record<string, readonly unknown[]>>, state = 'done') {
  const key = JSON.stringify([grid, state]);
  const known = recorded.get(key) ?? recordBold(grid, state);
  recorded.set(key, known);
  return known;
}

async function recordBold(grid: Readonly<Record<string, readonly unknown[]>>, state: string) {
  const store = Store.open(':memory:');
  await recordGrid(
    store,
    { name: '<b>bold</b>', base: { model: 'SK', trainCount: 1000, epochs: 2 }, grid, points: [{}] },
    { result: (spec) => ({ ...imagineResult(spec), state }) as ReturnType<typeof imagineResult> },
  );
  return store.db;
}

describe('one run', () => {
  it('has its result with an interval, its like over seeds, and its spec beside the defaults', async () => {
    const db = await record({ width: [0.2], seed: [0, 3] });
    const run = describeRun(db, 'my.db', 2);
    expect(run).toMatchObject({ run: 2, label: 'SK-0.2', seed: 3, state: 'done', seeds: [1, 2] });
    expect(run.result).toMatch(/^test error \d+\.\d\d%$/);
    expect(run.interval).toMatch(/^\d+\.\d\d to \d+\.\d\d$/);
    const changed = run.spec.filter(({ isDefault }) => !isDefault);
    expect(run.spec.slice(0, changed.length)).toEqual(changed);
    expect(changed).toContainEqual({ field: 'width', value: '0.2', default: '1', isDefault: false });
    expect(changed).toContainEqual({ field: 'seed', value: '3', default: '0', isDefault: false });
  });

  it('has its network as a table, its epochs and its confusion matrix', async () => {
    const run = describeRun(await record({ width: [0.2] }), 'my.db', 1);
    expect(run.network!.columns.map(({ title }) => title)).toContain('in input');
    expect(run.network!.rows.every((row) => row.length === run.network!.columns.length)).toBe(true);
    expect(run.epochs.rows).toHaveLength(2);
    expect(run.confusion).toHaveLength(10);
  });

  it('has all but the table of its layers where these are of a module of the user’s own', async () => {
    const db = await recordBold({ width: [0.2], seed: [0, 1] }, 'done');
    const { spec: text } = db.prepare<[], { spec: string }>('SELECT spec FROM runs').get()!;
    const { width, ...spec } = JSON.parse(text);
    const [first, ...rest] = spec.network.layers;
    const own = {
      ...spec,
      model: 'own',
      network: { ...spec.network, name: 'own', layers: [first, { kind: 'doubling' }, ...rest] },
      plugins: [{ provides: ['doubling'], sha256: 'a'.repeat(64) }],
    };
    db.prepare('UPDATE runs SET spec = ?').run(JSON.stringify(own));
    const run = describeRun(db, 'my.db', 1);
    expect(run.network).toBeNull();
    expect(run.networkMissing).toMatch(/modules.*doubling.*--plugin/);
    expect(run.spec).toContainEqual(
      expect.objectContaining({ field: 'epochs', value: '2', isDefault: false }),
    );
    expect(run.epochs.rows).toHaveLength(2);
    expect(compareRuns(db, [1, 2]).pairs).toHaveLength(1);
  });

  it('names commands that repeat it and predict with it, with the spec as a file where they need one', async () => {
    const { commands, specFile } = describeRun(await record({ width: [0.2] }), 'my runs.db', 1);
    const lines = commands.map(({ command }) => command);
    expect(specFile).toBe('run-1.json');
    expect(lines[0]).toMatch(/runs.* verify 1 --db 'my runs\.db'$/);
    expect(lines).toContainEqual(expect.stringMatching(/train.* run-1\.json --save run-1\.safetensors/));
    expect(lines).toContainEqual(expect.stringMatching(/report.* '<b>bold<\/b>'/));
  });

  it('names the command that continues one that is interrupted', async () => {
    const { commands, state } = describeRun(await record({ width: [0.1, 1] }, 'interrupted'), 'my.db', 1);
    expect(state).toBe('interrupted');
    expect(commands[0]).toMatchObject({
      purpose: expect.stringMatching(/^Continue/),
      command: expect.stringMatching(/train.* run-1\.json --db my\.db$/),
    });
  });
});

describe('several runs', () => {
  it('differ in fields, all of them side by side', async () => {
    const { differences, runs } = compareRuns(await record({ width: [0.1, 1, 0.5] }), [1, 3, 2]);
    expect(runs.map(({ run }) => run)).toEqual([1, 3, 2]);
    expect(differences).toContainEqual({ section: 'spec', field: 'width', values: ['0.1', '0.5', '1'] });
  });

  it('are tested pair by pair, with counts that add up to the images', async () => {
    const { pairs, tested, runs } = compareRuns(await record({ width: [0.1, 1, 0.5] }), [1, 2, 3]);
    expect(tested).toEqual([1, 2, 3]);
    expect(pairs).toHaveLength(3);
    const [{ bothRight, bothWrong, onlyFirst, onlySecond }] = pairs as [(typeof pairs)[0]];
    const { images, wrong } = runs[0]!.error!;
    expect(bothRight + bothWrong + onlyFirst + onlySecond).toBe(images);
    expect(bothWrong + onlyFirst).toBe(wrong);
    expect(bothWrong + onlySecond).toBe(runs[1]!.error!.wrong);
  });

  it('name the images that one gets right and the other wrong', async () => {
    const { disputed, disputedImages, pairs } = compareRuns(await record({ width: [0.1, 1, 0.5] }), [1, 2]);
    expect(disputedImages).toBe(pairs[0]!.onlyFirst + pairs[0]!.onlySecond);
    for (const { label, predicted } of disputed)
      expect(predicted.filter((guess) => guess === label)).toHaveLength(1);
  });

  it('that are not done are shown and not tested', async () => {
    const { runs, pairs, verdict } = compareRuns(await record({ width: [0.1, 1] }, 'interrupted'), [1, 2]);
    expect(runs.map(({ error }) => error)).toEqual([null, null]);
    expect([pairs, verdict]).toEqual([[], ['None of these runs is finished, so nothing is tested.']]);
  });

  it('of one setting are compared as what they are, not by the mean that they share', async () => {
    const { verdict } = compareRuns(await record({ seed: [0, 1, 2] }), [1, 2]);
    expect(verdict.join()).not.toMatch(/Welch/);
  });

  it('have what they have come to before they are finished', async () => {
    const { measures } = compareRuns(await record({ width: [0.1, 1] }, 'interrupted'), [1, 2]);
    expect(measures.map(({ title }) => title)).toEqual(['epochs', 'test error %']);
    expect(measures[1]!.values).toEqual([expect.stringMatching(/^\d+\.\d\d$/), expect.anything()]);
  });

  it('are told by their RMSE in regressions', async () => {
    const db = await recordBold({ width: [0.2, 0.3] }, 'done');
    db.exec(`UPDATE epochs SET test_error_percent = NULL, test_rmse = run_id / 10.0, test_r2 = 0.5`);
    const { measures, verdict } = compareRuns(db, [2, 1]);
    expect(measures).toContainEqual({ title: 'test RMSE', values: ['0.2000', '0.1000'] });
    expect(verdict.join()).toMatch(/^Run 1 has the least test RMSE, 0\.1000, before run 2 with 0\.2000\./);
  });

  it('are not judged across data sets', async () => {
    const db = await recordBold({ width: [0.2, 0.3] }, 'done');
    db.exec(`UPDATE runs SET dataset_sha256 = '${'e'.repeat(64)}' WHERE run_id = 1`);
    expect(compareRuns(db, [2, 1]).verdict.join()).toMatch(/^These runs are not of the same data/);
  });
});
