import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { saveModel } from '../../src/checkpoint/save.js';
import { main as evaluate } from '../../src/cli/evaluate/evaluate.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { writePng } from '../../src/image/write-png.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { TrainResult } from '../../src/run/types.js';
import { openDataset } from '../../src/sources/open-dataset.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { evaluateCommand } from './fake-command.js';
import { recordSeeds } from './runs/recorded-seeds.js';

const dataset = { ...makeTinyDataset({ train: 160, test: 70 }), name: 'mnist' };
const learn = (spec: RunSpec) =>
  train(
    {
      model: 'SK',
      width: 0.2,
      epochs: 2,
      batchSize: 20,
      validationCount: 30,
      trainCount: 150,
      testCount: 60,
      ...spec,
    },
    { dataset, workers: 1 },
  );
const results: TrainResult[] = [];
beforeAll(async () => {
  for (const seed of [0, 1, 2]) results.push(await learn({ seed }));
});

async function save(...trained: TrainResult[]): Promise<string[]> {
  const folder = makeFolder();
  const files = trained.map((_, i) => join(folder, `${i}.safetensors`));
  for (const [i, file] of files.entries()) await saveModel(trained[i]!, file);
  return files;
}

const parseLines = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('evaluate', () => {
  it('finds what the runs tested, and their validation', async () => {
    const files = await save(...results);
    const { exitCode, out, err } = await evaluateCommand([...files, '--json'], dataset);
    expect([exitCode, err]).toEqual([0, '']);
    const lines = parseLines(out);
    for (const [i, { epochs, confusion }] of results.entries()) {
      const last = epochs.at(-1)!;
      expect(lines[i]).toMatchObject({
        name: files[i],
        images: 60,
        errorPercent: last.testErrorPercent,
        top5ErrorPercent: last.testTop5ErrorPercent,
      });
      expect(lines[i].loss).toBe(last.testLoss);
      expect(lines[i].classes).toEqual(
        confusion.map((row, label) => {
          const images = row.reduce((sum, count) => sum + count, 0);
          return { name: dataset.classNames[label], images, errors: images - row[label]! };
        }),
      );
    }
    const validation = parseLines(
      (await evaluateCommand([...files, '--json', '--on', 'validation'], dataset)).out,
    );
    for (const [i, { epochs }] of results.entries()) {
      expect(validation[i].images).toBe(30);
      expect(validation[i].errorPercent).toBeCloseTo(epochs.at(-1)!.validationErrorPercent!, 9);
    }
  });

  it('evaluates on the images of training, and on another data set of the same classes', async () => {
    const [file] = (await save(results[0]!)) as [string];
    const last = results[0]!.epochs.at(-1)!;
    const [train] = parseLines((await evaluateCommand([file, '--json', '--on', 'train'], dataset)).out);
    expect(train.images).toBe(120);
    // After the last step; in training before each.
    expect(train.loss).toBeLessThan(last.trainLoss);
    const [tested] = parseLines((await evaluateCommand([file, '--json'], dataset)).out);
    // The same images with their classes in another order; all 70, for the spec's counts are of its own data set.
    const order = dataset.classNames.map((_, label) => (label + 3) % dataset.classNames.length);
    const other = {
      ...dataset,
      name: 'fashion-mnist',
      classNames: order.map((label) => dataset.classNames[label]!),
      test: { ...dataset.test, labels: dataset.test.labels.map((label) => order.indexOf(label)) },
    };
    const args = [file, '--json', '--dataset', 'fashion-mnist'];
    const [elsewhere] = parseLines((await evaluateCommand(args, other)).out);
    expect(elsewhere.images).toBe(70);
    for (const [label, { images, errors }] of elsewhere.classes.entries()) {
      expect(images).toBeGreaterThanOrEqual(tested.classes[label].images);
      expect(errors).toBeGreaterThanOrEqual(tested.classes[label].errors);
    }
    for (const [set, message] of [
      [
        { ...other, classNames: [...dataset.classNames.slice(1), 'ten'] },
        "(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), found 'ten'.",
      ],
      [
        { ...other, shape: { height: 32, width: 32, channels: 3 } },
        'expected images of 28×28×1 for SK, found 32×32×3.',
      ],
      [
        { ...other, classNames: [], targetNames: ['angle'] },
        'expected classes for SK, found targets (angle).',
      ],
    ] as const) {
      const { exitCode, err } = await evaluateCommand(args, set);
      expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
    }
    const validation = await evaluateCommand([...args, '--on', 'validation'], other);
    expect(validation.err).toMatch(/^--on: expected test or train of fashion-mnist, found validation/);
  });

  it("evaluates on a folder of pictures of one's own", async () => {
    const [file] = (await save(results[0]!)) as [string];
    const folder = makeFolder();
    for (const half of ['train', 'test']) {
      for (let i = 0; i < 10; i++) {
        const pixels = dataset.test.pixels.slice(784 * i, 784 * (i + 1));
        const label = dataset.classNames[dataset.test.labels[i]!]!;
        await writePng(join(folder, half, label, `${i}.png`), { height: 28, width: 28, channels: 1, pixels });
      }
    }
    const { exitCode, out, err } = await evaluateCommand([file, '--json', '--data', folder], dataset);
    expect(exitCode, err).toBe(0);
    const wrong = results[0]!.predicted
      .slice(0, 10)
      .filter((label, i) => label !== dataset.test.labels[i]).length;
    expect(parseLines(out)[0]).toMatchObject({ images: 10, errorPercent: 10 * wrong });
    const both = await evaluateCommand([file, '--data', folder, '--dataset', 'mnist'], dataset);
    expect(both.err).toBe('--data: expected it in place of --dataset mnist, found both. Leave one out.\n');
  });

  it('tells where the data set of a name is another one, unless it was asked for', async () => {
    const [file] = (await save(results[0]!)) as [string];
    const other = { ...dataset, sha256: 'f'.repeat(64) };
    const named = await evaluateCommand([file, '--json'], other);
    expect(named).toMatchObject({ exitCode: 0, out: expect.stringContaining('"images":60') });
    expect(named.err).toBe(
      `warning: ${file}: expected the data set mnist that it was trained on (SHA-256 ${dataset.sha256.slice(0, 12)}…), found another one (ffffffffffff…). ` +
        'Give its own with --data, or ask for this one: --dataset mnist.\n',
    );
    expect((await evaluateCommand([file, '--dataset', 'mnist'], other)).err).toBe('');
    // A file that does not say, as older ones.
    const { datasetSha256: _, ...result } = results[0]!;
    const [old] = (await save(result as TrainResult)) as [string];
    expect((await evaluateCommand([old], other)).err).toBe('');
  });

  it("takes the spec's images of its own data by their bytes, whatever they are called", async () => {
    const folder = makeFolder();
    const own = join(folder, 'one', 'letters');
    const others = join(folder, 'two', 'letters');
    for (const [place, shift] of [
      [own, 0],
      [others, 1],
    ] as const) {
      for (let i = 0; i < 20; i++) {
        const pixels = dataset.test.pixels.slice(784 * (i + shift), 784 * (i + shift + 1));
        const half = i < 10 ? 'train' : 'test';
        await writePng(join(place, half, 'ab'[i % 2]!, `${i}.png`), {
          height: 28,
          width: 28,
          channels: 1,
          pixels,
        });
      }
    }
    const letters = await openDataset(own);
    const spec = { model: 'SK', width: 0.1, epochs: 1, batchSize: 4, validationCount: 2, dataset: 'letters' };
    const [file] = (await save(await train(spec, { dataset: letters, workers: 1 }))) as [string];
    const args = [file, '--json', '--on', 'validation', '--data'];
    for (const options of [[], ['--data-option', 'name=others']]) {
      const { out, err } = await evaluateCommand([...args, own, ...options], dataset);
      expect(err).not.toMatch(/warning|expected/);
      expect(parseLines(out)[0]).toMatchObject({ images: 2 });
    }
    const refused = await evaluateCommand([...args, others], dataset);
    expect(refused.err).toContain('--on: expected test or train of letters, found validation');
  });

  it('tells what they are together: the mean of probabilities, or a vote', async () => {
    const files = await save(...results);
    const [mean, vote] = await Promise.all(
      ['mean', 'vote'].map(async (how) =>
        parseLines((await evaluateCommand([...files, '--json', '--combine', how], dataset)).out).at(-1),
      ),
    );
    expect(mean).toMatchObject({ name: 'mean of 3', images: 60 });
    // By the convexity of −ln.
    const losses = results.map(({ epochs }) => epochs.at(-1)!.testLoss);
    expect(mean.loss).toBeLessThan(losses.reduce((sum, loss) => sum + loss / 3, 0));
    // Of the runs' own predictions; where all three differ, the means decide.
    const { labels } = dataset.test;
    const votes = Array.from({ length: 60 }, (_, i) => results.map(({ predicted }) => predicted[i]!));
    const majorities = votes.map((classes) => classes.find((c, k) => classes.indexOf(c) !== k) ?? null);
    const wrong = majorities.filter((majority, i) => majority !== null && majority !== labels[i]).length;
    const open = majorities.filter((majority) => majority === null).length;
    expect(vote).toMatchObject({ name: 'vote of 3', loss: null });
    const errors = (vote.errorPercent * 60) / 100;
    expect(errors).toBeGreaterThanOrEqual(wrong - 1e-9);
    expect(errors).toBeLessThanOrEqual(wrong + open + 1e-9);
  });

  it.each([{ loss: 'squared-l2' }, { labelSmoothing: 0.2 }] as const)(
    "tells the run's own loss of a network with %o",
    async ({ loss, ...fields }) => {
      const layers = [{ kind: 'fully-connected', units: 10 }] as const;
      const network = { input: [28, 28, 1] as const, layers, ...(loss && { loss }) };
      const both: TrainResult[] = [];
      for (const seed of [0, 1]) {
        const spec = { network, epochs: 1, batchSize: 20, learningRate: 1e-4, seed, ...fields };
        both.push(await train(spec, { dataset: { ...dataset, name: 'mnist' }, workers: 1 }));
      }
      const [a, b, mean] = parseLines(
        (await evaluateCommand([...(await save(...both)), '--json'], dataset)).out,
      );
      const losses = both.map(({ epochs }) => epochs[0]!.testLoss);
      expect([a.loss, b.loss]).toEqual(losses);
      // Both losses are convex.
      expect(mean.loss).toBeGreaterThan(0);
      expect(mean.loss).toBeLessThan((losses[0]! + losses[1]!) / 2);
    },
  );

  it('prints a table of networks and one of classes', async () => {
    const { db } = await recordSeeds(2);
    for (const id of [1, 2]) {
      const file = join(findRunFolder(db, id), 'model.safetensors');
      mkdirSync(dirname(file), { recursive: true });
      await saveModel(results[id]!, file);
    }
    const { exitCode, out, err } = await evaluateCommand(['--run', '1-2', '--db', db], dataset);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^network +images +loss +error % +top-5 error %\n-+.*\nrun 1 +60 +[\d.]+ +[\d.]+ +[\d.]+\nrun 2 .*\nmean of 2 .*\n\nclass \(mean of 2\) +images +errors +error %\n/,
    );
    expect(out.trimEnd().split('\n')).toHaveLength(5 + 1 + 12);
    const terminal = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 30 });
    await evaluate(['--run', '1-2', '--db', db], { out: terminal, err: terminal }, async () => dataset);
    const lines: string[] = terminal.read().trimEnd().split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(30);
  });

  it('is told in one line what is wrong, and exits with 2', async () => {
    const [model, otherImages, unsplit] = (await save(
      results[0]!,
      await learn({ testCount: 50 }),
      await learn({ validationCount: 0 }),
    )) as [string, string, string];
    for (const [args, message] of [
      [[], 'evaluate: expected files of trained networks or --run, found neither.'],
      [['no.safetensors'], 'expected a safetensors file, found nothing there.'],
      [[model, otherImages], `${otherImages}: expected the test images of ${model}, found others.`],
      [
        [model, unsplit, '--on', 'validation'],
        `${unsplit}: expected the split into training and validation images`,
      ],
      [[unsplit, '--on', 'validation'], '--on: expected networks with validation images'],
      [[model, '--combine', 'vote'], '--combine: expected several networks, found one. Leave it out.'],
      [[model, '--db', 'a.db'], '--db: expected it with --run, found files alone. Leave it out.'],
      [[model, '--on', 'tests'], "--on: unknown half 'tests'. Did you mean 'test'?"],
    ] as const) {
      const { exitCode, out, err } = await evaluateCommand(args, dataset);
      expect(err).toContain(message);
      expect([exitCode, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    }
  });
});
