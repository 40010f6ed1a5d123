import { toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { UserError } from '../../src/core/errors.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { buildOnnxModel, OPSETS, type Opset } from '../../src/onnx/export/build-model.js';
import { permute } from '../../src/onnx/permute.js';
import { ModelProtoSchema } from '../../src/onnx/wire/onnx_pb.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { makeRandomGraph } from '../helpers/random-graph.js';
import { drawNetwork } from '../torch/draw-network.js';
import { computeOutputs, differ, drawCheckpoint, drawPixels, IMAGES } from './drawn-checkpoints.js';
import { findOnnxRuntime } from './onnxruntime.js';

/** Of the greatest output. */
const LIMIT = 1e-5;

/** Every kind in each of its forms; `input` where it needs another one than 7×6×4. */
const LAYERS: readonly (Readonly<Record<string, unknown>> & { readonly input?: readonly number[] })[] = [
  { kind: 'convolution', kernel: 3, filters: 4, padding: [1, 0, 2, 1], dilation: [2, 1], groups: 2 },
  { kind: 'convolution', kernel: 3, filters: 2, padding: 2, paddingMode: 'reflect', stride: 2 },
  { kind: 'convolution', kernel: 3, filters: 2, padding: 1, paddingMode: 'replicate' },
  { kind: 'convolution', kernel: 2, filters: 2, padding: 1, paddingMode: 'constant', paddingValue: 0.5 },
  { kind: 'convolution', kernel: 3, filters: 3, connections: [[0, 1], [2], [0, 3]] },
  { kind: 'locally-connected', kernel: [3, 2], filters: 3, stride: [2, 1], padding: 1 },
  { kind: 'locally-connected', kernel: 2, filters: 2, bias: false },
  { kind: 'max-pooling', kernel: 3, stride: 2, ceil: true },
  { kind: 'max-pooling', kernel: 3, stride: 2, padding: [1, 0, 1, 1], ceil: true },
  { kind: 'max-pooling', kernel: 'global' },
  { kind: 'average-pooling', kernel: 3, stride: 2, padding: [0, 1, 0, 1] },
  { kind: 'average-pooling', kernel: 3, stride: 2, padding: [0, 1, 0, 1], countPadding: true },
  { kind: 'average-pooling', kernel: 3, stride: 2, padding: 1, ceil: true, input: [8, 8, 4] },
  {
    kind: 'average-pooling',
    kernel: 3,
    stride: 2,
    padding: 1,
    ceil: true,
    countPadding: true,
    input: [8, 8, 4],
  },
  { kind: 'average-pooling', kernel: 3, padding: 1, countPadding: true, paddingMode: 'reflect' },
  {
    kind: 'average-pooling',
    kernel: 3,
    stride: 2,
    padding: 1,
    ceil: true,
    countPadding: true,
    paddingMode: 'replicate',
  },
  { kind: 'average-pooling', kernel: 'global' },
  { kind: 'trainable-pooling', kernel: 2, down: 'sum' },
  { kind: 'trainable-pooling', kernel: 3, stride: 2, padding: 1, ceil: true, down: 'sum', input: [8, 8, 4] },
  { kind: 'trainable-pooling', kernel: 3, stride: 2, padding: 1, countPadding: true },
  { kind: 'trainable-pooling', kernel: 'global' },
  { kind: 'batch-normalization', epsilon: 0.01 },
  { kind: 'batch-normalization', scale: false, shift: false },
  { kind: 'group-normalization', groups: 2 },
  { kind: 'group-normalization', groups: 4, scale: false },
  { kind: 'group-normalization', groups: 1, shift: false },
  { kind: 'group-normalization', groups: 2, scale: false, shift: false },
  { kind: 'layer-normalization' },
  { kind: 'layer-normalization', scale: false, shift: false },
  { kind: 'layer-normalization', over: 'channels' },
  { kind: 'layer-normalization', over: 'channels', shift: false },
  { kind: 'local-response-normalization', size: 3, alpha: 0.5, beta: 0.6, k: 2 },
  { kind: 'local-response-normalization', size: 4, alpha: 0.5, beta: 0.6, k: 2 },
  { kind: 'channel-padding', before: 1, after: 2 },
  { kind: 'dropout' },
  { kind: 'stochastic-depth', rate: 0.5 },
  { kind: 'multiply', factor: -0.3 },
  { kind: 'softmax' },
  { kind: 'relu' },
  { kind: 'relu6' },
  { kind: 'leaky-relu', slope: 0.2 },
  { kind: 'prelu' },
  { kind: 'elu', alpha: 0.6 },
  { kind: 'gelu' },
  { kind: 'gelu', approximate: 'tanh' },
  { kind: 'silu' },
  { kind: 'hard-sigmoid' },
  { kind: 'hard-swish' },
  { kind: 'softplus' },
  { kind: 'softplus', beta: 2, threshold: 1 },
  { kind: 'softplus', beta: 0.5 },
  { kind: 'mish' },
  { kind: 'sigmoid' },
  { kind: 'tanh' },
  { kind: 'identity' },
  { kind: 'squeeze-excitation', channels: 4, reduction: 2 },
  { kind: 'squeeze-excitation', channels: 4, reduction: 2, gate: 'hard-sigmoid' },
  { kind: 'residual', body: [{ kind: 'convolution', kernel: 3, padding: 1, filters: 4 }], dropPath: 0.1 },
  { kind: 'branches', join: 'concat', branches: [[], [{ kind: 'relu' }], [{ kind: 'tanh' }]] },
  {
    kind: 'branches',
    join: 'add',
    branches: [[], [{ kind: 'fully-connected', units: 4 }]],
    input: [1, 1, 4],
  },
];

const runtime = findOnnxRuntime();
if (runtime === null) {
  process.stdout.write(
    'no CONVOY_ONNXRUNTIME: exported networks are not run by ONNX Runtime (npm run test:onnx does)\n',
  );
}

it('every kind of layer has its case here', () => {
  const tried = new Set(LAYERS.map(({ kind }) => kind));
  expect(Object.keys(LAYER_KINDS).filter((kind) => !tried.has(kind))).toEqual(['fully-connected']);
});

describe.runIf(runtime !== null)('ONNX Runtime computes what Convoy does', () => {
  it.each(MODEL_NAMES)(
    'of %s',
    async (name) => {
      expect(await compare(drawCheckpoint(name), 17, false)).toBeLessThan(LIMIT);
    },
    300_000,
  );

  it.each(Array.from({ length: 60 }, (_, number) => number))('of random network %d', async (number) => {
    const checkpoint = drawCheckpoint(drawNetwork(number).network, number);
    expect(await compare(checkpoint, OPSETS[number % 2]!, number % 3 === 0)).toBeLessThan(LIMIT);
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('of random graph %d', async (seed) => {
    const checkpoint = drawCheckpoint(makeRandomGraph(seed, 3 + (seed % 12)), seed);
    expect(await compare(checkpoint, OPSETS[seed % 2]!, seed % 3 === 0)).toBeLessThan(LIMIT);
  });

  it.each(LAYERS)('of %j', async (layer) => {
    const input = layer.input ?? [7, 6, 4];
    const { input: _, ...config } = layer;
    const layers = [
      { kind: 'convolution', name: 'before', kernel: 1, filters: input[2] },
      config,
      { kind: 'fully-connected', units: 3 },
    ];
    for (const opset of OPSETS) {
      expect(await compare(drawCheckpoint({ input, layers }), opset, false)).toBeLessThan(LIMIT);
      // Behind a fully connected layer there are no maps.
      const flat = [
        { kind: 'fully-connected', units: 4 },
        config,
        { kind: 'convolution', kernel: 1, filters: 3 },
        { kind: 'fully-connected', units: 3 },
      ];
      const checkpoint = drawOrNull({ input, layers: flat });
      if (checkpoint) expect(await compare(checkpoint, opset, false)).toBeLessThan(LIMIT);
    }
  });
});

function drawOrNull(network: unknown): Checkpoint | null {
  try {
    return drawCheckpoint(network);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Runs a network both ways. */
async function compare(checkpoint: Checkpoint, opset: Opset, withPreprocessing: boolean): Promise<number> {
  const model = buildOnnxModel(checkpoint, { opset, withPreprocessing, plugins: NO_PLUGINS, where: 'test' });
  const session = await runtime!.InferenceSession.create(toBinary(ModelProtoSchema, model), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  const pixels = drawPixels(checkpoint);
  const { height, width, channels } = checkpoint.spec.network.input;
  const { Tensor } = runtime!;
  const feed = withPreprocessing
    ? new Tensor('uint8', pixels, [IMAGES, height, width, channels])
    : new Tensor('float32', normalize(checkpoint, pixels), [IMAGES, channels, height, width]);
  const { [session.outputNames[0]!]: outputs } = await session.run({ images: feed });
  expect(outputs!.dims).toEqual([IMAGES, checkpoint.classNames.length]);
  return differ(outputs!.data, computeOutputs(checkpoint, pixels));
}

/** n×c×h×w. */
function normalize({ spec, normalization }: Checkpoint, pixels: Uint8Array): Float32Array {
  const { mean, scale } = normalization;
  const { height, width, channels } = spec.network.input;
  const x = Float32Array.from(
    pixels,
    (pixel, i) => Math.fround(pixel - mean[i % mean.length]!) * scale[i % scale.length]!,
  );
  return permute(x, [IMAGES, height, width, channels], [0, 3, 1, 2]);
}
