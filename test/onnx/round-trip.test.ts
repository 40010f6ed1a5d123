import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { cutWeights, layOutNetwork } from '../../src/checkpoint/layout.js';
import { UserError } from '../../src/core/errors.js';
import { readManifest } from '../../src/core/manifest.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { isComputed, planNetwork } from '../../src/network/plan.js';
import { OPSETS } from '../../src/onnx/export/build-model.js';
import { type ExportOptions, exportOnnx } from '../../src/onnx/export-onnx.js';
import { readOnnx } from '../../src/onnx/import-onnx.js';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
} from '../../src/onnx/wire/onnx_pb.js';
import { makeRandomGraph } from '../helpers/random-graph.js';
import { countOf } from '../helpers/soak.js';
import { drawNetwork } from '../torch/draw-network.js';
import { computeOutputs, differ, drawCheckpoint, drawPixels } from './drawn-checkpoints.js';
import { LAYERS } from './layer-cases.js';

const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Rounding of what exists there in another form: a sum by a mean, a scale by its product. */
const ROUNDING = 2e-6;

async function roundTrip(checkpoint: Checkpoint, options: ExportOptions): Promise<Checkpoint> {
  const file = join(folder, 'net.onnx');
  await exportOnnx(checkpoint, file, options);
  return readOnnx(file, { onNote: () => {} });
}

/** What export writes and import does not read, by the node that it stumbles over: docs/onnx.md lists them. */
const NOT_READ = [
  /** Local response normalisation of an even size. */
  "Conv '\\S+/sums' of what is no layer by itself",
];
const REFUSAL = new RegExp(`found (?:(?:${NOT_READ.join('|')})(?:; |(?=\\.)))+\\. Export`);

/** Parameters that come back in another form: a scale is the weights of a convolution there. */
const CHANGES_FORM = new Set(['trainable-pooling']);

/** The tensors that a network's predictions depend on, but for those that change their form. */
function listLasting({ spec }: Checkpoint): string[] {
  const plan = planNetwork(spec.network, { batchSize: 1, slices: 1, training: false });
  return plan.steps
    .filter((step) => isComputed(step, { training: false }) && !CHANGES_FORM.has(step.kind.kind))
    .flatMap(({ name, parameters, state }) =>
      [...parameters, ...state].map(({ name: part }) => `${name}.${part}`),
    );
}

/** The tensors that have one name in both. */
function compareTensors(before: Checkpoint, after: Checkpoint): { same: string[]; lost: string[] } {
  const list = ({ spec, weights }: Checkpoint) =>
    new Map(
      cutWeights(layOutNetwork(spec.network, LAYER_KINDS).tensors, weights).map((each) => [each.name, each]),
    );
  const found = list(after);
  const names = [...list(before)].map(([name, { values, shape }]) => {
    const other = found.get(name);
    return {
      name,
      isSame:
        other !== undefined &&
        dropOnes(other.shape).join() === dropOnes(shape).join() &&
        Buffer.from(other.values.buffer, other.values.byteOffset, other.values.byteLength).equals(
          Buffer.from(values.buffer, values.byteOffset, values.byteLength),
        ),
    };
  });
  return {
    same: names.filter(({ isSame }) => isSame).map(({ name }) => name),
    lost: names.filter(({ isSame }) => !isSame).map(({ name }) => name),
  };
}

/** On maps of one position a normalisation over channels is one over the image. */
const dropOnes = (shape: readonly number[]) => shape.filter((size) => size > 1);

describe('a network that is written as ONNX and read again', () => {
  it.each(['lenet5-modern', 'BN', 'resnet20'])('is the same: %s', async (name) => {
    for (const withPreprocessing of [false, true]) {
      const checkpoint = drawCheckpoint(name);
      const after = await roundTrip(checkpoint, { withPreprocessing });
      expect(compareTensors(checkpoint, after).lost).toEqual([]);
      expect(after).toMatchObject({
        classNames: checkpoint.classNames,
        normalization: checkpoint.normalization,
      });
      const pixels = drawPixels(checkpoint);
      expect(computeOutputs(after, pixels)).toEqual(computeOutputs(checkpoint, pixels));
    }
  });

  it.each(Array.from({ length: countOf({ share: 16, whole: 200 }) }, (_, seed) => seed))(
    'predicts the same: random graph %d',
    async (seed) => {
      const checkpoint = drawCheckpoint(makeRandomGraph(seed, 3 + (seed % 12)), seed);
      const after = await roundTrip(checkpoint, {});
      const pixels = drawPixels(checkpoint);
      expect(differ(computeOutputs(after, pixels), computeOutputs(checkpoint, pixels))).toBeLessThan(
        ROUNDING,
      );
    },
  );

  it.each(Array.from({ length: countOf({ share: 12, whole: 250 }) }, (_, number) => number))(
    'has the same weights, or is refused by what has no form here: random network %d',
    async (number) => {
      const checkpoint = drawCheckpoint(drawNetwork(number).network, number);
      let after: Checkpoint;
      try {
        after = await roundTrip(checkpoint, { opset: OPSETS[number % 2]! });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).toMatch(REFUSAL);
        return;
      }
      const { same } = compareTensors(checkpoint, after);
      expect(same).toEqual(expect.arrayContaining(listLasting(checkpoint)));
      const pixels = drawPixels(checkpoint);
      expect(differ(computeOutputs(after, pixels), computeOutputs(checkpoint, pixels))).toBeLessThan(
        ROUNDING,
      );
    },
  );

  it.each(LAYERS)('comes back with its weights: %j', async ({ input = [7, 6, 4], ...layer }) => {
    const before = { kind: 'convolution', name: 'before', kernel: 1, filters: input[2] };
    const network = { input, layers: [before, layer, { kind: 'fully-connected', units: 3 }] };
    const checkpoint = drawCheckpoint(network);
    const read = roundTrip(checkpoint, { opset: 17 });
    const { kind, size } = layer as { kind: string; size?: number };
    if (kind === 'local-response-normalization' && size! % 2 === 0) {
      await expect(read).rejects.toThrow(REFUSAL);
      return;
    }
    const after = await read;
    expect(compareTensors(checkpoint, after).same).toEqual(expect.arrayContaining(listLasting(checkpoint)));
    const pixels = drawPixels(checkpoint);
    const [found, expected] = [after, checkpoint].map((one) => computeOutputs(one, pixels));
    expect(differ(found!, expected!)).toBeLessThan(ROUNDING);
  });

  it('is called by who wrote it, and gives names, opset and input as the options say', async () => {
    const checkpoint = drawCheckpoint('lenet5-modern');
    for (const opset of OPSETS) {
      const file = join(folder, 'told.onnx');
      await exportOnnx(checkpoint, file, { opset, withPreprocessing: true });
      const { graph, ...model } = fromBinary(ModelProtoSchema, readFileSync(file));
      expect(model).toMatchObject({ producerName: 'convoy', producerVersion: readManifest().version });
      expect(model.opsetImport).toMatchObject([{ version: BigInt(opset) }]);
      expect(graph!.input.map((input) => input.name)).toEqual(['images']);
      const classNames = Array.from({ length: 10 }, (_, i) => `digit ${i}`);
      const read = await readOnnx(file, { classNames, dataset: 'mnist', onNote: () => {} });
      expect(read).toMatchObject({ classNames, spec: { dataset: 'mnist' } });
      // Behind a normalisation of the options' own comes that of the graph: ((x/255 - 0.5)/0.25 - mean) * scale.
      const own = await readOnnx(file, { mean: [0.5], std: [0.25] });
      const { mean, scale } = checkpoint.normalization;
      expect(own.normalization.scale[0]).toBeCloseTo(scale[0]! / (255 * 0.25), 6);
      expect(own.normalization.mean[0]).toBeCloseTo(127.5 + mean[0]! * 255 * 0.25, 0);
    }
    await expect(readOnnx(join(folder, 'told.onnx'), { output: 'none' })).rejects.toThrow(
      /expected one of its outputs \(logits\), found 'none'/,
    );
    await expect(readOnnx(join(folder, 'told.onnx'), { mean: [1, 2] })).rejects.toThrow(
      /mean: expected a number for each of 1 channels, or one for all, found 2/,
    );
  });

  it('is the same if its weights lie in a file beside it, and refused if they lie elsewhere or end too early', async () => {
    const checkpoint = drawCheckpoint('lenet5-modern');
    const file = join(folder, 'outside.onnx');
    await exportOnnx(checkpoint, file);
    const model = fromBinary(ModelProtoSchema, readFileSync(file));
    const move = (location: string) => {
      let offset = 0;
      for (const tensor of model.graph!.initializer) {
        const length = Number(tensor.dims.reduce((product, size) => product * size, 4n));
        const entries = Object.entries({ location, offset: String(offset), length: String(length) });
        tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
        tensor.externalData = entries.map(([key, value]) =>
          create(StringStringEntryProtoSchema, { key, value }),
        );
        offset += length;
      }
      writeFileSync(file, toBinary(ModelProtoSchema, model));
    };
    const bytes = Buffer.concat(model.graph!.initializer.map(({ rawData }) => rawData));
    for (const tensor of model.graph!.initializer) tensor.rawData = new Uint8Array();
    writeFileSync(join(folder, 'outside.bin'), bytes);
    move('outside.bin');
    expect((await readOnnx(file)).weights).toEqual(checkpoint.weights);
    writeFileSync(join(folder, 'outside.bin'), bytes.subarray(0, -1));
    await expect(readOnnx(file)).rejects.toThrow(/expected bytes \d+ to \d+ in \S+outside\.bin, found \d+\./);
    move('../outside.bin');
    await expect(readOnnx(file)).rejects.toThrow(
      /expected weights in a file beside it, found '\.\.\/outside\.bin'/,
    );
  });

  it('gives the same bytes each time', async () => {
    const [one, two] = [join(folder, 'one.onnx'), join(folder, 'two.onnx')];
    for (const file of [one, two]) await exportOnnx(drawCheckpoint('resnet20'), file);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });
});
