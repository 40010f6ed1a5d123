import { toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { UserError } from '../../src/core/errors.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { buildOnnxModel, OPSETS, type Opset } from '../../src/onnx/export/build-model.js';
import { ModelProtoSchema } from '../../src/onnx/wire/onnx_pb.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { makeRandomGraph } from '../helpers/random-graph.js';
import { drawNetwork } from '../torch/draw-network.js';
import {
  computeOutputs,
  differ,
  drawCheckpoint,
  drawPixels,
  IMAGES,
  normalize,
} from './drawn-checkpoints.js';
import { LAYERS } from './layer-cases.js';
import { findOnnxRuntime } from './onnxruntime.js';

/** Of the greatest output. */
const LIMIT = 1e-5;

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
