import { describe, expect, it } from 'vitest';
import type { WrittenNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(3);

const dataset = makeTinyDataset({ train: 130, test: 20 });
const run = (spec: RunSpec, options: TrainOptions = {}) =>
  train({ model: 'SK', width: 0.2, batchSize: 50, ...spec }, { dataset, pool, workers: 2, ...options });

describe("a run's length", () => {
  it('may end within an epoch', async () => {
    const steps: number[] = [];
    const cut = await run({ epochs: 1.5 }, { onProgress: ({ epochs, step }) => steps.push(epochs, step) });
    expect(cut).toMatchObject({ state: 'done', reason: null, spec: { epochs: 1.5 } });
    expect(cut.epochs).toHaveLength(2);
    expect(steps.slice(-2)).toEqual([2, 2]);
    // Five steps, as many as a limit of two whole epochs leaves.
    expect(cut.weightsSha256).toBe((await run({ epochs: 2, maxIterations: 5 })).weightsSha256);
    expect((await run({ epochs: 1.5 }, { workers: 3 })).weightsSha256).toBe(cut.weightsSha256);
  });

  it('goes into schedules', async () => {
    const points: [number, number][] = [
      [0, 0.01],
      [1, 0.02],
    ];
    const { epochs } = await run({ epochs: 1.5, learningRate: { kind: 'piecewise-linear', points } });
    // The last steps of both epochs are the third and the fifth of five.
    expect(epochs.map((epoch) => epoch.learningRate)).toEqual([
      0.01 * 0.6 + 0.02 * 0.4,
      0.01 * (1 - 4 / 5) + 0.02 * 0.8,
    ]);
  });

  it('leaves incomplete mini-batches out', async () => {
    const images: number[] = [];
    const onProgress: TrainOptions['onProgress'] = ({ stepsPerEpoch, step }) =>
      images.push(stepsPerEpoch, step);
    const { epochs } = await run({ epochs: 1, dropLast: true }, { onProgress });
    expect(epochs).toHaveLength(1);
    expect(images.slice(-2)).toEqual([2, 2]);
    const whole = await run({ epochs: 1, batchSize: 1000, dropLast: true });
    expect(whole.weightsSha256).toBe((await run({ epochs: 1, batchSize: 1000 })).weightsSha256);
  });
});

describe('a frozen layer', () => {
  const network: WrittenNetwork = {
    input: [28, 28, 1],
    layers: [
      {
        kind: 'convolution',
        kernel: 2,
        filters: 8,
        initializer: 'whitening',
        kernelLearningRate: 0,
        biasEpochs: 1,
      },
      { kind: 'gelu' },
      { kind: 'max-pooling', kernel: 2 },
      { kind: 'convolution', kernel: 3, filters: 12, bias: false, initializer: 'dirac' },
      { kind: 'batch-normalization', scale: false, shiftLearningRate: 64, shiftWeightDecay: 1 / 64 },
      { kind: 'gelu' },
      { kind: 'fully-connected', units: 10, bias: false, initializer: 'pytorch' },
      { kind: 'multiply', factor: 1 / 9 },
    ],
  };

  it('keeps its weights, and learns as long as it is told', async () => {
    const spec: RunSpec = { network, model: undefined, width: undefined, learningRate: 0.01 };
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((epochs) => run({ ...spec, epochs }, { workers: 1 })),
    );
    // The kernel of 2×2×8, then the bias.
    const kernelOf = ({ weights }: { weights: Float32Array }) => weights.slice(0, 32);
    const biasOf = ({ weights }: { weights: Float32Array }) => weights.slice(32, 40);
    expect(kernelOf(three!)).toEqual(kernelOf(one!));
    expect(biasOf(one!).every((x) => x !== 0)).toBe(true);
    expect(biasOf(two!)).toEqual(biasOf(one!));
    expect(biasOf(three!)).toEqual(biasOf(one!));
    expect(two!.weights.slice(40)).not.toEqual(one!.weights.slice(40));
    expect((await run({ ...spec, epochs: 3 }, { workers: 3 })).weightsSha256).toBe(three!.weightsSha256);
    const { profile, weightsSha256 } = await run({ ...spec, epochs: 3 }, { profile: true });
    expect(weightsSha256).toBe(three!.weightsSha256);
    const names = profile!.passes.map(({ layer, pass }) => `${layer} ${pass}`);
    expect(names).toContain('convolution1 bias gradient');
    expect(names).not.toContain('convolution1 kernel gradient');
  });

  it('may have rates that fall by themselves', async () => {
    const falls = (names: readonly string[], epochs: number) =>
      Object.fromEntries(names.map((name) => [`${name}FallEpochs`, epochs]));
    const build = (weighted: object, affine: object): WrittenNetwork => ({
      input: [28, 28, 1],
      layers: [
        { kind: 'convolution', kernel: 3, stride: 3, filters: 4, ...weighted },
        { kind: 'batch-normalization', ...affine },
        { kind: 'gelu' },
        { kind: 'locally-connected', kernel: 3, stride: 3, filters: 4, ...weighted },
        { kind: 'fully-connected', units: 10, ...weighted },
      ],
    });
    const spec: RunSpec = { model: undefined, width: undefined, epochs: 2, optimizer: 'muon' };
    const own = build(falls(['kernel', 'bias'], 2), falls(['scale', 'shift'], 2));
    const line = {
      kind: 'piecewise-linear' as const,
      points: [[0, 0.01] as [number, number], [1, 0] as [number, number]],
    };
    const [byThemselves, byTheRun] = await Promise.all([
      run({ ...spec, network: own, learningRate: 0.01 }),
      run({ ...spec, network: build({}, {}), learningRate: line }),
    ]);
    expect(byThemselves.weightsSha256).toBe(byTheRun.weightsSha256);
    const some = { ...spec, network: build(falls(['bias'], 1), falls(['scale'], 2)), learningRate: line };
    const [one, three] = await Promise.all([1, 3].map((workers) => run(some, { workers })));
    expect(one!.weightsSha256).toBe(three!.weightsSha256);
    expect(one!.weightsSha256).not.toBe(byTheRun.weightsSha256);
  });

  it('may be all of a network', async () => {
    const layers: WrittenLayer[] = [
      { kind: 'fully-connected', units: 10, kernelLearningRate: 0, biasLearningRate: 0 },
    ];
    const spec: RunSpec = { network: { input: [28, 28, 1], layers }, model: undefined, width: undefined };
    const [one, two] = await Promise.all([1, 2].map((epochs) => run({ ...spec, epochs }, { workers: 1 })));
    expect(two).toMatchObject({ state: 'done', parameterCount: 0, weightsSha256: one!.weightsSha256 });
  });
});
