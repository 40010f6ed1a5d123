import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ensemble } from '../../src/checkpoint/ensemble.js';
import { loadModel } from '../../src/checkpoint/trained-model.js';
import { train } from '../../src/train.js';
import { makeBarDataset } from '../helpers/bar-dataset.js';
import {
  evaluateCommand,
  FakeEngine,
  predictCommand,
  report,
  runs,
  sweep,
  trainCommand,
} from './fake-command.js';

const BARS = makeBarDataset({ train: 100, test: 40 });
const NETWORK = {
  name: 'bars',
  input: [16, 16, 1],
  loss: 'squared-l2',
  layers: [
    { kind: 'convolution', kernel: 5, filters: 4, stride: 2 },
    { kind: 'relu' },
    { kind: 'fully-connected', units: 2 },
  ],
};
const BASE = {
  network: NETWORK,
  dataset: BARS.name,
  epochs: 2,
  batchSize: 20,
  learningRate: 0.01,
  validationCount: 20,
};

/** Trains, on bars. */
class BarEngine extends FakeEngine {
  override readonly loadDataset = async () => BARS;
  override runOne: FakeEngine['runOne'] = (spec, options) =>
    train(spec, { ...options, dataset: BARS, workers: 1 });
}

describe('a regression on the command line', () => {
  let [folder, db, model] = ['', '', ''];
  let trained = { exitCode: 1, out: '', err: '' };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
    [db, model] = [join(folder, 'experiments.db'), join(folder, 'bars.safetensors')];
    const spec = join(folder, 'bars.json');
    writeFileSync(spec, JSON.stringify(BASE));
    trained = await trainCommand([spec, '--db', db, '--save', model], new BarEngine());
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('tells of RMSE and R² epoch by epoch and at its end', () => {
    expect(trained.exitCode).toBe(0);
    expect(trained.err).toContain('train loss  val. loss  test loss  test RMSE  test R²  images/s');
    expect(trained.err).toMatch(/\n {6}2\/2( +\d+\.\d+){4} +-?\d\.\d{4} +[\d,]+ +\d+ s\n/);
    expect(trained.err).toMatch(/done, test RMSE \d\.\d+, R² -?\d\.\d{4}, /);
    expect(trained.out).toMatch(/val\. loss +test RMSE +test R² +train loss/);
    expect(trained.out + trained.err).not.toMatch(/error|%/);
  });

  it('is saved with the names of its targets, and predicts them', async () => {
    const loaded = await loadModel(model);
    expect([loaded.classNames, loaded.targetNames]).toEqual([[], ['slope', 'shift']]);
    const pixels = BARS.test.pixels.subarray(0, 256);
    const [prediction] = await loaded.predict([{ height: 16, width: 16, channels: 1, pixels }]);
    expect(prediction!.classes).toEqual([]);
    expect(prediction!.targets).toEqual([
      { name: 'slope', value: prediction!.outputs[0] },
      { name: 'shift', value: prediction!.outputs[1] },
    ]);
    expect((await predictCommand([model, 'a.png', '--top', '1'])).err).toBe(
      '--top: expected it with classes, found a regression, which tells all targets. Leave it out.\n',
    );
  });

  it('is evaluated: each target by itself, and several networks together', async () => {
    const { exitCode, out, err } = await evaluateCommand([model, '--json'], BARS);
    expect([exitCode, err]).toEqual([0, '']);
    const evaluation = JSON.parse(out);
    const { out: shown } = await runs(['show', '1', '--json', '--db', db]);
    const last = JSON.parse(shown).epochs.at(-1);
    expect(evaluation).toMatchObject({ name: model, images: 40 });
    expect(evaluation.loss).toBeCloseTo(last.testLoss, 5);
    expect(evaluation.rmse).toBeCloseTo(last.testRmse, 5);
    expect(evaluation.r2).toBeCloseTo(last.testR2, 5);
    const [slope, shift] = evaluation.targets;
    expect([slope.name, shift.name]).toEqual(['slope', 'shift']);
    expect((slope.rmse ** 2 + shift.rmse ** 2) / 2).toBeCloseTo(evaluation.rmse ** 2, 5);
    expect((slope.r2 + shift.r2) / 2).toBeCloseTo(evaluation.r2, 5);
    const table = await evaluateCommand([model, model], BARS);
    expect(table.out).toMatch(
      /^network +images +loss +RMSE +R²\n-+.*\n.*\n.*\nmean of 2 +40 +\d\.\d+ +\d\.\d+ +-?\d\.\d{4}\n\ntarget \(mean of 2\) +RMSE +R²\n-+.*\nslope +\d\.\d+ +-?\d\.\d{4}\nshift /,
    );
  });

  it('answers by the mean of several, on which there is no voting', async () => {
    const loaded = await loadModel(model);
    const members = ['a', 'b'].map((name) => ({ name, model: loaded }));
    const pixels = BARS.test.pixels.subarray(0, 256);
    const images = [{ height: 16, width: 16, channels: 1, pixels }];
    const [alone] = await loaded.predict(images);
    expect((await new Ensemble(members, 'mean').predict(images))[0]).toEqual({
      classes: [],
      targets: alone!.targets,
    });
    expect(() => new Ensemble(members, 'vote')).toThrow(
      /^a: expected classes to vote on, found a regression/,
    );
  });

  it('is listed, shown and exported by them', async () => {
    const list = await runs(['ls', '--db', db]);
    expect(list.out).toMatch(/test RMSE +test R² +time/);
    expect(list.out).not.toContain('error');
    const shown = await runs(['show', '1', '--db', db]);
    expect(shown.out).toMatch(/epoch +train loss +validation loss +test loss +test RMSE +test R² +images\/s/);
    const rows = await runs(['export', '--epochs', '--csv', '--db', db]);
    expect(rows.err).toBe('');
    expect(rows.out.split('\r\n')[0]).toMatch(/,test_rmse,test_r2$/);
  });

  it('is compared over seeds in a sweep', async () => {
    const grid = join(folder, 'grid.json');
    writeFileSync(grid, JSON.stringify({ name: 'bars', base: BASE, grid: { seed: [0, 1] } }));
    const { exitCode, out, err } = await sweep([grid, '--db', db], new BarEngine());
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/1 recorded/)]);
    expect(err).toMatch(/validation loss \d\.\d{4}, test RMSE \d\.\d+, R² /);
    expect(out).toMatch(/seeds +val\. loss +test RMSE +min +max/);
    expect(out).toMatch(/bars +2( +\d\.\d+ ± \d\.\d+){2} +\d\.\d+ +\d\.\d+\n/);
  });

  it('is reported with a curve of RMSE', async () => {
    const file = join(folder, 'report.md');
    const { exitCode, err } = await report(['bars', '--db', db, '--out', join(folder, 'report.html')]);
    expect([exitCode, err]).toEqual([0, '']);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('Sweep bars: 2 of 2 runs finished');
    expect(text).toMatch(/\| network +\| +validation loss +\| +test RMSE +\| +R² +\| +n +\|/);
    expect(text).toMatch(/Test RMSE by epoch, on a logarithmic scale: bars from \d\.\d+ to \d\.\d+\./);
    expect(text).toMatch(/test images +\| 40/);
    expect(text).not.toMatch(/NaN|error %/);
  });

  it('refuses a network of classes in one line', async () => {
    const { loss: _, ...classes } = NETWORK;
    const spec = join(folder, 'classes.json');
    writeFileSync(spec, JSON.stringify({ ...BASE, network: classes }));
    const { exitCode, err } = await trainCommand([spec, '--db', db], new BarEngine());
    expect([exitCode, err]).toEqual([
      2,
      `${spec}: bars: loss: expected squared-l2 for bars, whose targets are numbers, found softmax-cross-entropy. Put "loss": "squared-l2" into the network.\n`,
    ]);
  });
});
