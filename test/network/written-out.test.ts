import { describe, expect, it } from 'vitest';
import { JOINT_KINDS } from '../../src/layers/registry.js';
import { buildModel } from '../../src/models/registry.js';
import { type NetworkPlan, planNetwork } from '../../src/network/plan.js';
import { type NetworkSpec, parseNetwork } from '../../src/network/spec.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { writeOut } from '../helpers/write-out.js';

const pool = openPool(2);

const CASES: readonly [model: string, options: object][] = [
  ['resnet20', { width: 0.5 }],
  ['resnet18', { width: 0.125, inputSize: 64, classes: 10 }],
  ['googlenet', { width: 0.125, inputSize: 64, classes: 10 }],
  ['googlenet', { width: 0.125, inputSize: 64, classes: 10, batchNorm: true }],
  ['googlenet', { width: 0.125, inputSize: 64, classes: 10, auxiliary: true }],
];

const listPieces = ({ tensors, steps }: NetworkPlan) => ({
  steps: steps.map(({ kind, layout, layerIndex, parameters, inputs, outputs }) => ({
    kind: kind.kind,
    layout,
    // Joints have no random numbers.
    layerIndex: Object.hasOwn(JOINT_KINDS, kind.kind) ? null : layerIndex,
    parameters: parameters.map(({ label, offset }) => [label, offset]),
    inputs,
    outputs,
  })),
  tensors: tensors.map(({ name: _, ...tensor }) => tensor),
});

const convolution = { kind: 'convolution', kernel: 3, filters: 4, padding: 'same' };
const residual = { kind: 'residual', body: [convolution, { kind: 'relu' }] };

/** Composites that begin composites, and one whose input is read besides. */
const NESTED = parseNetwork({
  name: 'nested',
  input: [8, 8, 3],
  layers: [
    convolution,
    { kind: 'residual', body: [{ kind: 'branches', join: 'add', branches: [[residual], [convolution]] }] },
    { ...residual, name: 'last' },
    { kind: 'add', inputs: ['last', 'residual1'] },
    { kind: 'fully-connected', units: 10 },
  ],
});

const NETWORKS = [
  ...CASES.map(([model, options]) => {
    const title = `${model} ${JSON.stringify(options)}`;
    return { title, network: buildModel(model, options, 'test').network };
  }),
  { title: 'composites in composites', network: NESTED },
];

describe.each(NETWORKS)('$title with its composites written out', ({ network }) => {
  const written = writeOut(network);

  it.each([4, 32])('has the same plan with mini-batches of %i', (batchSize) => {
    for (const training of [true, false]) {
      const [one, other] = [network, written].map((spec) =>
        listPieces(planNetwork(spec, { batchSize, slices: 3, training })),
      );
      expect(other).toEqual(one);
    }
  });

  it('comes out of the parser as it went in', () => {
    expect(parseNetwork(structuredClone(written))).toEqual(written);
  });
});

it.each([
  ['resnet20', { width: 0.125 }],
  ['googlenet', { width: 0.0625, inputSize: 32, classes: 10 }],
  ['googlenet', { width: 0.0625, inputSize: 32, classes: 10, auxiliary: true }],
])('trains %s to the same bits, nested and written out', async (model, options) => {
  const { network } = buildModel(model, options, 'test');
  const shape = { height: 32, width: 32, channels: 3 };
  const dataset = makeTinyDataset({ train: 32, test: 16, shape });
  const run = async (spec: NetworkSpec, workers: number) => {
    const settings = { batchSize: 16, epochs: 2, seed: 3, learningRate: 0.01 };
    const { epochs, weightsSha256 } = await train({ network: spec, ...settings }, { dataset, pool, workers });
    return [weightsSha256, ...epochs.map(({ trainLoss, testLoss }) => [trainLoss, testLoss])];
  };
  expect(await run(writeOut(network), 2)).toEqual(await run(network, 1));
});
