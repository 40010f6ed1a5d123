import { describe, expect, it } from 'vitest';
import { TrainedModel } from '../../src/checkpoint/trained-model.js';
import type { LossName } from '../../src/layers/loss.js';
import { describeNetwork } from '../../src/network/describe.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { parseNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(1);

const dataset = makeTinyDataset({ train: 100, test: 30 });
const { height, width, channels } = dataset.shape;
const dense: WrittenLayer = { kind: 'fully-connected', units: dataset.classNames.length };
const softmax: WrittenLayer = { kind: 'softmax' };
const makeNetwork = (layers: readonly WrittenLayer[], loss: LossName): WrittenNetwork => ({
  input: [height, width, channels],
  layers: [{ kind: 'convolution', kernel: 3, filters: 4 }, { kind: 'relu' }, ...layers],
  loss,
});
const learn = (layers: readonly WrittenLayer[], loss: LossName) =>
  train(
    { network: makeNetwork(layers, loss), epochs: 3, batchSize: 20, learningRate: 0.02 },
    { dataset, pool, workers: 1 },
  );
const describeLast = (layers: readonly WrittenLayer[], loss: LossName) => {
  const { layers: lines } = describeNetwork(parseNetwork(makeNetwork(layers, loss)));
  const { kind, description, activationBytes } = lines.at(-1)!;
  return { kind, description, activationBytes };
};

describe('a softmax before the loss', () => {
  it("is the cross-entropy's own: the same bits with it and without", async () => {
    const [plain, doubled] = [
      await learn([dense], 'softmax-cross-entropy'),
      await learn([dense, softmax], 'softmax-cross-entropy'),
    ];
    expect(doubled.weightsSha256).toBe(plain.weightsSha256);
    expect(doubled.epochs.map(({ testLoss }) => testLoss)).toEqual(
      plain.epochs.map(({ testLoss }) => testLoss),
    );
    const image = {
      height,
      width,
      channels,
      pixels: dataset.test.pixels.slice(0, height * width * channels),
    };
    expect(await new TrainedModel(doubled).predict([image])).toEqual(
      await new TrainedModel(plain).predict([image]),
    );
  });

  it('is its own at the end of a composite of one branch, too', async () => {
    const plain = await learn([dense], 'softmax-cross-entropy');
    const branch: WrittenLayer = { kind: 'branches', branches: [[dense, softmax]], join: 'concat' };
    const nested: WrittenLayer = { kind: 'branches', branches: [[branch]], join: 'add' };
    for (const last of [branch, nested]) {
      expect((await learn([last], 'softmax-cross-entropy')).weightsSha256).toBe(plain.weightsSha256);
    }
  });

  it('is computed in front of the squared error, whose outputs are then probabilities', async () => {
    const result = await learn([dense, softmax], 'squared-l2');
    const losses = result.epochs.map(({ trainLoss }) => trainLoss);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const image = {
      height,
      width,
      channels,
      pixels: dataset.test.pixels.slice(0, height * width * channels),
    };
    const [prediction] = await new TrainedModel(result).predict([image]);
    const { outputs, classes } = prediction!;
    expect(outputs.reduce((sum, output) => sum + output, 0)).toBeCloseTo(1, 5);
    for (const { index, probability } of classes) expect(probability).toBeCloseTo(outputs[index]!, 5);
  });

  it('says in its description where it is computed', () => {
    expect(describeLast([dense, softmax], 'softmax-cross-entropy')).toEqual({
      kind: 'softmax',
      description: 'within softmax-cross-entropy',
      activationBytes: 0,
    });
    expect(describeLast([dense, softmax], 'squared-l2').description).toBe('');
  });

  it('stays where it is unless it is the last layer', () => {
    const { layers } = describeNetwork(
      parseNetwork(makeNetwork([dense, softmax, { kind: 'multiply', factor: 9 }], 'softmax-cross-entropy')),
    );
    expect(layers.map(({ description }) => description)).not.toContain('within softmax-cross-entropy');
  });

  it('cannot be left to a loss by a spec', () => {
    const layers = [dense, { ...softmax, leftTo: 'squared-l2' }];
    expect(() => parseNetwork(makeNetwork(layers, 'squared-l2'))).toThrow(/softmax.*leftTo/);
  });
});
