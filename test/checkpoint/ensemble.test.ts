import { beforeAll, describe, expect, it } from 'vitest';
import { combinePredictions } from '../../src/checkpoint/combine.js';
import { Ensemble } from '../../src/checkpoint/ensemble.js';
import { TrainedModel } from '../../src/checkpoint/trained-model.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import type { RunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(1);

const dataset = makeTinyDataset({ train: 60, test: 5 });
const learn = async (spec: RunSpec, of = dataset) => {
  const result = await train({ epochs: 1, batchSize: 20, ...spec }, { dataset: of, pool, workers: 1 });
  return { name: `seed ${result.spec.seed}`, model: new TrainedModel(result) };
};
const answer = (...probabilities: number[]) => ({
  classes: probabilities
    .map((probability, index) => ({ name: 'abc'[index]!, index, probability }))
    .sort((a, b) => b.probability - a.probability),
});
const listShares = (classes: ReturnType<typeof combinePredictions>) =>
  classes.map(({ name, probability }) => [name, Number(probability.toFixed(6))]);

describe('predictions of several networks', () => {
  const three = [answer(0.5, 0.4, 0.1), answer(0.5, 0.3, 0.2), answer(0, 0.9, 0.1)];

  it('are the mean of their probabilities, which one sure network may decide', () => {
    expect(listShares(combinePredictions(three, 'mean'))).toEqual([
      ['b', 0.533333],
      ['a', 0.333333],
      ['c', 0.133333],
    ]);
  });

  it('are the shares of a vote, in which it has one voice', () => {
    expect(listShares(combinePredictions(three, 'vote'))).toEqual([
      ['a', 0.666667],
      ['b', 0.333333],
      ['c', 0],
    ]);
  });

  it('of equally many voices are in the order of the means', () => {
    const two = [answer(0.1, 0.3, 0.6), answer(0.2, 0.7, 0.1)];
    expect(listShares(combinePredictions(two, 'vote'))).toEqual([
      ['b', 0.5],
      ['c', 0.5],
      ['a', 0],
    ]);
  });
});

describe('an ensemble', () => {
  const spec = { model: 'SK', width: 0.2 };
  const members: Awaited<ReturnType<typeof learn>>[] = [];
  beforeAll(async () => {
    for (const seed of [1, 2]) members.push(await learn({ ...spec, seed }));
  });
  const image = { ...dataset.shape, pixels: dataset.test.pixels.slice(0, 784) };

  it('of networks is the mean of what they say', async () => {
    const [together] = await new Ensemble(members, 'mean').predict([image]);
    const each = await Promise.all(members.map(async ({ model }) => (await model.predict([image]))[0]!));
    for (const { index, probability } of together!.classes) {
      const [a, b] = each.map(({ classes }) => classes.find((one) => one.index === index)!.probability);
      expect(probability).toBeCloseTo((a! + b!) / 2, 12);
    }
  });

  it('of one is that network', async () => {
    const { model } = members[0]!;
    expect(await new Ensemble(members.slice(0, 1), 'vote').predict([image])).toEqual(
      await model.predict([image]),
    );
    await expect(new Ensemble(members, 'mean').predict(image as never)).rejects.toThrow(
      /^ensemble: expected a list of images, found \{"height":28.* Put it in brackets\.$/,
    );
  });

  it('takes networks for the same images and classes, and at least one', async () => {
    const shape = { height: 30, width: 28, channels: 1 };
    const network: WrittenNetwork = { input: [30, 28, 1], layers: [{ kind: 'fully-connected', units: 10 }] };
    const larger = await learn({ network, seed: 3 }, makeTinyDataset({ train: 60, test: 5, shape }));
    expect(() => new Ensemble([members[0]!, larger], 'mean')).toThrow(
      'seed 3: expected a network for images of 28×28×1, as seed 1 is, found one for 30×28×1.',
    );
    const letters = { ...dataset, classNames: [...'abcdefghij'] };
    const other = await learn({ ...spec, seed: 4 }, letters);
    expect(() => new Ensemble([members[0]!, other], 'mean')).toThrow(
      /^seed 4: expected the classes of seed 1 \(0, 1, .*\), found a, b, /,
    );
    const layers = [{ kind: 'fully-connected', units: 12 }] as const;
    const wider = await learn({ network: { input: [28, 28, 1], layers }, seed: 5 });
    for (const [pair, message] of [
      [[members[0]!, wider], 'seed 5: expected 10 outputs, as seed 1 has, found 12.'],
      [[wider, members[0]!], 'seed 1: expected 12 outputs, as seed 5 has, found 10.'],
    ] as const) {
      expect(() => new Ensemble(pair, 'mean')).toThrow(message);
    }
    expect(() => new Ensemble([], 'mean')).toThrow('expected at least one network');
  });
});
