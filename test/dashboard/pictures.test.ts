import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { MODEL_FILE } from '../../src/checkpoint/run-files.js';
import { saveModel } from '../../src/checkpoint/save.js';
import { UserError } from '../../src/core/errors.js';
import type { Question } from '../../src/dashboard/answer.js';
import { IMAGE } from '../../src/dashboard/answers/image.js';
import { PICTURES, type PicturesAnswer } from '../../src/dashboard/answers/pictures.js';
import { TestDataShelf } from '../../src/dashboard/test-data.js';
import { WatchedDatabase } from '../../src/dashboard/watched-database.js';
import { DATASET_NAMES } from '../../src/dataset/registry.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { Store } from '../../src/experiment/store.js';
import { train } from '../../src/train.js';
import { makeLastingFolder } from '../helpers/lasting-folder.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { recordGrid } from '../report/fake-answers.js';

const data = makeTinyDataset({ train: 20, test: 10_000 });
const atHand: Question['testData'] = { find: async () => data };
const missing: Question['testData'] = {
  find: () => Promise.reject(new UserError('mnist: not here. Run data.js get mnist.')),
};

const file = join(makeLastingFolder(), 'experiments.db');
const database = new WatchedDatabase(file, 0);

beforeAll(async () => {
  const store = Store.open(file);
  await recordGrid(store, {
    name: 'g',
    base: { model: 'SK', trainCount: 1000, epochs: 1 },
    grid: {},
    points: [{}, { seed: 1 }],
  });
  store.close();
  const trained = await train({ model: 'SK', width: 0.1, epochs: 1 }, { dataset: data, workers: 1 });
  await saveModel(trained, join(findRunFolder(file, 1), MODEL_FILE));
});

const ask = (query: string, testData = atHand) =>
  IMAGE.answer({ database, params: {}, query: new URLSearchParams(query), testData }) as Promise<Response>;
const describePictures = (run: number, testData = atHand) =>
  PICTURES.answer({
    database,
    params: { id: String(run) },
    query: new URLSearchParams(),
    testData,
  }) as Promise<PicturesAnswer>;

describe('a test image', () => {
  it('is a PNG of the data set, dark on light', async () => {
    const response = await ask('run=1&example=3');
    expect(response.headers.get('content-type')).toBe('image/png');
    const pixels = await sharp(await response.arrayBuffer())
      .greyscale()
      .raw()
      .toBuffer();
    const own = data.test.pixels.subarray(2 * 784, 3 * 784);
    expect([...pixels]).toEqual([...own].map((value) => 255 - value));
  });

  it.each([
    ['run=1&example=0', 400],
    ['run=1&example=10001', 400],
    ['run=1&example=../../etc/passwd', 400],
    ['run=1', 400],
    ['run=x&example=1', 400],
    ['run=99&example=1', 404],
    ['run=2&kernels', 404],
  ])('is refused: %s', async (query, status) => {
    await expect(ask(query)).rejects.toMatchObject({ status });
  });

  it('says what gets it, where the data set is not on this machine', async () => {
    await expect(ask('run=1&example=1', missing)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('data.js get mnist'),
    });
  });
});

describe("a run's pictures", () => {
  it('are of all that it gets wrong, with labels', async () => {
    const { wrong, wrongImages, classNames, imagesMissing } = await describePictures(1);
    expect(imagesMissing).toBeNull();
    expect(classNames).toHaveLength(10);
    expect(wrong!.length).toBe(Math.min(wrongImages, 240));
    for (const { example, label, predicted } of wrong!) {
      expect(label).toBe((example - 1) % 10);
      expect(predicted).not.toBe(label);
    }
  });

  it('are told of by their numbers where the data set is missing, with what gets it', async () => {
    const { wrong, imagesMissing, classNames } = await describePictures(1, missing);
    expect(wrong!.length).toBeGreaterThan(0);
    expect(imagesMissing).toContain('data.js get mnist');
    expect(classNames).toEqual([]);
  });

  it('have the kernels of the first layer, from the network that is kept', async () => {
    const { kernels } = await describePictures(1);
    expect(kernels).toMatchObject({
      layer: 'convolution1',
      caption: expect.stringContaining('kernels of 3×3: 2 filters'),
    });
    const png = await (await ask('run=1&kernels')).arrayBuffer();
    expect((await sharp(png).metadata()).format).toBe('png');
  });

  it('name the command that makes kernels of a network that is not kept', async () => {
    const { kernels, kernelsMissing } = await describePictures(2);
    expect(kernels).toBeNull();
    expect(kernelsMissing).toMatch(
      /train.* run-2\.json --save run-2\.safetensors .*features.* run-2\.safetensors/,
    );
  });
});

describe('the shelf of test data', () => {
  it('keeps the three data sets that were asked for last', async () => {
    const loaded: string[] = [];
    const shelf = new TestDataShelf(async (name) => {
      loaded.push(name);
      return data;
    });
    const ask = (dataset: string) => shelf.find({ spec: { dataset }, datasetSha256: data.sha256 });
    const [a, b, c, d] = DATASET_NAMES as [string, string, string, string];
    for (const name of [a, b, c, a, b, c]) await ask(name);
    expect(loaded).toEqual([a, b, c]);
    for (const name of [d, b, c, d, a]) await ask(name);
    expect(loaded).toEqual([a, b, c, d, a]);
  });

  const find = (dataset: string, datasetSha256: string) =>
    new TestDataShelf().find({ spec: { dataset }, datasetSha256 });

  it('refuses data that are others of that name', async () => {
    await expect(find('mnist', 'f'.repeat(64))).rejects.toThrow(
      /expected the data of this run \(SHA-256 ffffffffffff…\), found others/,
    );
  });

  it('says that the place of data of one’s own is not recorded', async () => {
    await expect(find('photos', 'f'.repeat(64))).rejects.toThrow(/photos is a data set of the user's own/);
  });
});
