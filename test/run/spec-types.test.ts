import { expect, expectTypeOf, it } from 'vitest';
import { DATASET_NAMES, type DatasetName } from '../../src/dataset/registry.js';
import { MODEL_NAMES, type ModelName } from '../../src/models/registry.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { parseNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import type { OptimizerSpec } from '../../src/optim/optimizers/registry.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';

/** The compiler checks this file (`npm run check:types`); what stands here is also resolved, so that types and schemas agree. */
const accepted: Readonly<Record<string, RunSpec>> = {
  'each of the short forms': {
    network: {
      input: [28, 28, 1],
      layers: [
        { kind: 'convolution', kernel: 3, filters: 8, padding: 'same', initializer: 'dirac' },
        { kind: 'convolution', kernel: [3, 5], filters: 8, padding: [1, 2], stride: 2, groups: 2 },
        { kind: 'max-pooling', kernel: 'global', name: 'pool' },
        { kind: 'fully-connected', units: 10, initializer: { kind: 'gaussian', std: 0.01 } },
      ],
    },
    learningRate: 0.1,
    optimizer: 'adamw',
  },
  'composites, joins, heads': {
    network: {
      name: 'all',
      input: { height: 28, width: 28, channels: 1 },
      layers: [
        { kind: 'convolution', name: 'stem', kernel: 3, filters: 16, padding: 1 },
        { kind: 'residual', body: [{ kind: 'convolution', kernel: 1, filters: 16 }, { kind: 'relu' }] },
        { kind: 'branches', join: 'concat', branches: [[], [{ kind: 'squeeze-excitation', channels: 16 }]] },
        { kind: 'fully-connected', name: 'side', inputs: ['stem'], units: 10 },
        { kind: 'fully-connected', name: 'main', inputs: ['branches1'], units: 10 },
        { kind: 'add', inputs: ['side', 'main'] },
      ],
      heads: [{ from: 'side', weight: 0.3, loss: 'squared-l2' }],
    },
    learningRate: {
      kind: 'piecewise-linear',
      points: [
        [0, 0.1],
        [1, 0],
      ],
    } as const,
    optimizer: { kind: 'muon', others: { momentum: 0.8 } },
    augmentation: { flip: 'random', erasing: {}, mixing: { mixup: 0.2 } },
  },
  'a pattern': { network: 'INPUT(28x28x1) -> FC(10)', classWeights: 'balanced' },
  'a network that has been read': { network: parseNetwork('INPUT(28x28x1) -> FC(10)') },
  'a spec that has been resolved': resolveRunSpec({ model: 'SK' }),
};

it.each(Object.entries(accepted))('what may be written can be resolved: %s', (_, spec) => {
  resolveRunSpec(spec);
});

it('what may not be written is an error of the compiler', () => {
  expectTypeOf<WrittenLayer>().not.toBeUnknown();
  expectTypeOf<WrittenLayer>().not.toBeAny();
  expectTypeOf<OptimizerSpec>().not.toBeUnknown();
  expectTypeOf<Extract<WrittenLayer, { kind: 'dropout' }>['rate']>().toEqualTypeOf<number | undefined>();
  const input = [28, 28, 1] as const;
  const refused: readonly (RunSpec | WrittenNetwork)[] = [
    // @ts-expect-error an unknown kind
    { input, layers: [{ kind: 'conv', kernel: 3, filters: 8 }] },
    // @ts-expect-error a field that the kind has not
    { input, layers: [{ kind: 'dropout', kernel: 3 }] },
    // @ts-expect-error a field that is missing
    { input, layers: [{ kind: 'fully-connected' }] },
    // @ts-expect-error a wrong word
    { input, layers: [{ kind: 'max-pooling', kernel: 'all' }] },
    // @ts-expect-error inside of a composite
    { input, layers: [{ kind: 'residual', body: [{ kind: 'elu', alpha: 'one' }] }] },
    // @ts-expect-error an initialiser without its number
    { input, layers: [{ kind: 'fully-connected', units: 10, initializer: 'gaussian' }] },
    // @ts-expect-error an unknown loss
    { input, layers: [], loss: 'mse' },
    // @ts-expect-error a schedule without its rate
    { learningRate: { kind: 'cosine' } },
    // @ts-expect-error an option of another optimizer
    { optimizer: { kind: 'sgd', beta1: 0.9 } },
    // @ts-expect-error an unknown optimizer
    { optimizer: 'rmsprop' },
    // @ts-expect-error an unknown way to flip
    { augmentation: { flip: 'always' } },
  ];
  expect(refused).toHaveLength(11);
});

/** What an editor offers of a type: its words, without what lets any other text in. */
type Offered<Text> = Text extends string ? (string extends Text ? never : Text) : never;

it('names of models and data sets complete, and others are allowed', () => {
  expectTypeOf<Offered<RunSpec['model']>>().toEqualTypeOf<ModelName>();
  expectTypeOf<Offered<RunSpec['dataset']>>().toEqualTypeOf<DatasetName>();
  expectTypeOf<string>().toExtend<RunSpec['model']>();
  expectTypeOf<string>().toExtend<RunSpec['dataset']>();
  // @ts-expect-error the names are known, so that there is something to complete
  const unknown: [ModelName, DatasetName] = ['vgg', 'photos'];
  expect(unknown).toHaveLength(2);
  const offered: [ModelName, ModelName, DatasetName, DatasetName] = [
    ...(['resnet110', 'vgg16-cifar'] as const),
    ...(['fashion-mnist', 'cifar100-coarse'] as const),
  ];
  expect([...MODEL_NAMES, ...DATASET_NAMES]).toEqual(expect.arrayContaining(offered));
});
