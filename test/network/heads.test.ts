import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { narrowNetwork } from '../../src/check/narrow.js';
import { saveModel } from '../../src/checkpoint/save.js';
import { loadModel } from '../../src/checkpoint/trained-model.js';
import { applyOverride, parseOverride } from '../../src/experiment/overrides.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import { LOSSES } from '../../src/layers/loss.js';
import { describeNetwork } from '../../src/network/describe.js';
import { bindLosses } from '../../src/network/losses.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { listNetworkFacts } from '../../src/report/network-differences.js';
import { formatNetworkTable } from '../../src/report/network-table.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { factsOf } from '../helpers/run-facts.js';
import { makeSmallNetwork, randomNumbers } from '../helpers/small-network.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

const kernels = loadKernels(chooseKernelName());
const dense = (name: string, units: number, ...inputs: string[]) => ({
  kind: 'fully-connected',
  name,
  units,
  ...(inputs.length > 0 && { inputs }),
});
const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 6 };
const head = (from: string, weight: number, more: object = {}) => ({ from, weight, ...more });

/** Two heads beside the trunk: one of some layers of its own, and one on a layer that others read too. */
const LAYERS = [
  { ...convolution, name: 'conv' },
  { kind: 'relu', name: 'relu' },
  { kind: 'average-pooling', kernel: 4 },
  { kind: 'batch-normalization' },
  dense('side', 10),
  { kind: 'max-pooling', name: 'pool', kernel: 2, inputs: ['relu'] },
  dense('middle', 10),
  { kind: 'tanh' },
  dense('end', 10),
];
const HEADS = [head('middle', 0.5), head('side', 0.25, { loss: 'squared-l2' })];
const NETWORK = { name: 'headed', input: [28, 28, 1], layers: LAYERS };
/** The same without its heads, and without what they alone read. */
const TRUNK = { ...NETWORK, layers: LAYERS.filter((_, place) => place < 2 || place > 4) };

const plan = (network: object, { training = true, batchSize = 20 } = {}) =>
  planNetwork(parseNetwork(network), { batchSize, slices: 3, training });

describe('heads', () => {
  it.each([
    [[head('sdie', 1)], "headed: head 1: unknown layer 'sdie'. Did you mean 'side'?"],
    [[head('side', 1), head('end', 1)], "headed: head 2: expected a layer before the last one, found 'end'"],
    [
      [head('side', 1), head('side', 2)],
      "headed: head 2: expected a layer of its own, found 'side' once more.",
    ],
    [
      [head('pool', 1), head('side', 1)],
      'pool (layer 6): expected a head that gives what the last layer does (1×1×10), found 14×14×6.',
    ],
    [[head('middle', 1)], 'side (layer 5): expected a layer that reads what it gives, found none.'],
    [[head('side', 0)], "network: head 1: field 'weight': expected"],
    [[head('side', 1, { loss: 'l2' })], "network: head 1: unknown loss 'l2'."],
    [[{ from: 'side' }], "network: head 1: field 'weight': expected number"],
    [[head('side', 1, { wieght: 1 })], "unknown field 'wieght'. Did you mean 'weight'?"],
  ])('%j are refused', (heads, message) => {
    expect(() => plan({ ...NETWORK, heads })).toThrow(message);
  });

  it('are no field of a network without any', () => {
    expect(parseNetwork({ ...TRUNK, heads: [] })).toEqual(parseNetwork(TRUNK));
    expect(parseNetwork(TRUNK)).not.toHaveProperty('heads');
    expect(parseNetwork({ ...NETWORK, heads: HEADS }).heads).toEqual(HEADS);
  });

  it('cannot have labels smoothed by one loss and not by another', () => {
    const spec = { network: { ...NETWORK, heads: HEADS }, labelSmoothing: 0.1 };
    expect(() => resolveRunSpec(spec)).toThrow('labelSmoothing: expected 0 with the loss squared-l2');
  });

  it('add their losses, times their weights, and have gradients by those', () => {
    const images = 11;
    const small = makeSmallNetwork({ input: [28, 28, 1], layers: LAYERS, heads: HEADS, images, kernels });
    small.network.input.value.set(randomNumbers(small.network.input.value.length, 1));
    small.forward();
    const labels = Uint16Array.from({ length: images }, (_, i) => i % 10);
    const makeResults = () => ({
      loss: new Float32Array(images),
      predicted: new Uint16Array(images),
      rank: new Uint16Array(images),
    });
    const bind = (kind: string) => LOSSES[kind]!.bind(kernels, 0, null);
    const results = makeResults();
    bindLosses(
      small.network,
      bind,
      { labels, mix: null, targets: null, ...results },
      { gradients: true },
    )(0, images);
    const terms = small.network.losses.map(({ kind, weight, output }) => {
      const own = { ...makeResults(), dOutputs: new Float32Array(output.value.length) };
      bind(kind)({ classes: 10, outputs: output.value, labels, mix: null, targets: null, ...own })(
        weight / images,
        0,
        images,
      );
      expect(output.gradient).toEqual(own.dOutputs);
      return { ...own, weight };
    });
    expect(terms.map(({ weight }) => weight)).toEqual([1, 0.5, 0.25]);
    const sum = Float32Array.from(terms[0]!.loss);
    for (const { loss, weight } of terms.slice(1)) {
      for (let i = 0; i < images; i++) sum[i] = sum[i]! + weight * loss[i]!;
    }
    expect(results.loss).toEqual(sum);
    expect(results.rank).toEqual(terms[0]!.rank);
    expect(results.predicted).toEqual(terms[0]!.predicted);
  });

  it.each([4, 20])('cost nothing where nothing is trained (%i images)', (batchSize) => {
    const [headed, trunk] = [{ ...NETWORK, heads: HEADS }, TRUNK].map((network) =>
      plan(network, { training: false, batchSize }),
    );
    expect(headed!.activationFloats).toBe(trunk!.activationFloats);
    expect(headed!.sharedFloats).toBe(trunk!.sharedFloats);
    expect(headed!.losses).toHaveLength(1);
    const computed = headed!.steps.filter(({ auxiliary }) => !auxiliary).map(({ name }) => name);
    expect(computed).toEqual(trunk!.steps.map(({ name }) => name));
    // All parameters are where they are in training.
    const listOffsets = ({ steps }: typeof headed & object) =>
      steps.flatMap(({ parameters, state }) => [...parameters, ...state].map(({ offset }) => offset));
    expect(listOffsets(headed!)).toEqual(listOffsets(plan({ ...NETWORK, heads: HEADS }, { batchSize })));
  });

  it('leave a softmax to a loss that computes it, where nobody else reads it', () => {
    const soften = (reader: object[]) => [
      { ...convolution, name: 'conv' },
      dense('side', 10),
      { kind: 'softmax', name: 'chances' },
      ...reader,
      dense('end', 10, 'conv'),
      { kind: 'softmax', name: 'last' },
    ];
    const describeKinds = (heads: object[]) =>
      describeNetwork(parseNetwork({ ...NETWORK, layers: soften([]), heads })).layers.map(
        ({ name, description }) => `${name}: ${description}`,
      );
    const within = 'within softmax-cross-entropy';
    expect(describeKinds([head('chances', 1)])).toEqual(
      expect.arrayContaining([`chances: ${within}`, `last: ${within}`]),
    );
    expect(describeKinds([head('chances', 1, { loss: 'squared-l2' })])).toContain('chances: ');
    const sum = { kind: 'add', inputs: ['chances', 'side'] };
    const heads = [head('chances', 1), head('add1', 1)];
    expect(() => plan({ ...NETWORK, layers: soften([sum]), heads })).toThrow(
      'headed: chances (layer 3): expected a layer that nobody reads but its head, whose loss softmax-cross-entropy computes softmax itself, found add1.',
    );
  });

  it('are described, and told apart', () => {
    const network = parseNetwork({ ...NETWORK, heads: HEADS });
    const text = formatNetworkTable(describeNetwork(network));
    expect(text).toContain('2×2; p=0, st=2; from relu');
    expect(text).toContain('+ 0.5·middle + 0.25·side (squared-l2) in training');
    expect(describeNetwork(network)).toMatchObject({ heads: HEADS });
    expect(listNetworkFacts(network).get('heads')).toBe(JSON.stringify(HEADS));
    // Fields of the trunk, whose first fully connected layer is not the side's.
    const fields = describeNetwork(network).layers.map(({ name, receptiveField }) => [name, receptiveField]);
    expect(Object.fromEntries(fields)).toMatchObject({ conv: [4, 4], middle: [1, 1], side: null });
  });

  it('are changed by --set', () => {
    const set = (text: string) =>
      resolveRunSpec(applyOverride({ network: { ...NETWORK, heads: HEADS } }, parseOverride(text))).network;
    expect(set('network.heads.0.weight=2').heads![0]).toEqual(head('middle', 2));
    expect(set('network.layers.pool.inputs=["conv"]').layers[5]!.inputs).toEqual(['conv']);
    const residual = { kind: 'residual', name: 'unit', inputs: ['conv'], body: [convolution] };
    const nested = { network: { ...TRUNK, layers: [TRUNK.layers[0], residual, dense('end', 10)] } };
    const path = 'network.layers.unit';
    const change = (text: string) =>
      resolveRunSpec(applyOverride(nested, parseOverride(text))).network.layers[1];
    expect(change(`${path}.convolution1.filters=9`)).toMatchObject({
      inputs: ['conv'],
      body: [{ filters: 9 }],
    });
    expect(change(`${path}.inputs=["input"]`)).toMatchObject({ inputs: ['input'] });
  });

  it('keep their classes in a narrower copy', () => {
    const { network } = narrowNetwork(parseNetwork({ ...NETWORK, heads: HEADS }), 20_000);
    const widthOf = (place: number) => network.layers[place] as unknown as Record<string, number>;
    expect(widthOf(0).filters).toBeLessThan(6);
    expect([4, 6, 8].map((place) => widthOf(place).units)).toEqual([10, 10, 10]);
  });
});

describe('training with heads', () => {
  const dataset = makeTinyDataset({ train: 120, test: 40 });
  const run = (network: object, workers = 2) =>
    train({ network, batchSize: 30, epochs: 2, seed: 2 } as never, { dataset, pool, workers });

  it('gives the same bits on any number of workers', async () => {
    const one = factsOf(await run({ ...NETWORK, heads: HEADS }, 1));
    for (const workers of [2, 3])
      expect(factsOf(await run({ ...NETWORK, heads: HEADS }, workers))).toEqual(one);
  });

  it('saves what heads learn, and predicts by the last layer alone', async () => {
    const result = await run({ ...NETWORK, heads: HEADS });
    const file = join(mkdtempSync(join(tmpdir(), 'convoy-heads-')), 'headed.safetensors');
    await saveModel(result, file);
    const model = await loadModel(file);
    const images = Array.from({ length: 40 }, (_, i) => ({
      height: 28,
      width: 28,
      channels: 1,
      pixels: dataset.test.pixels.slice(i * 784, (i + 1) * 784),
    }));
    const predictions = await model.predict(images as never);
    expect(predictions.map(({ classes }) => Number(classes[0]!.name))).toEqual([...result.predicted!]);
  });
});
