import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { cutWeights, layOutNetwork } from '../../src/checkpoint/layout.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { type ExportOptions, exportOnnx } from '../../src/onnx/export-onnx.js';
import { readOnnx } from '../../src/onnx/import-onnx.js';
import { makeRandomGraph } from '../helpers/random-graph.js';
import { countOf } from '../helpers/soak.js';
import { drawNetwork } from '../torch/draw-network.js';
import { computeOutputs, differ, drawCheckpoint, drawPixels } from './drawn-checkpoints.js';

const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Rounding of what exists there in another form: a sum by a mean, a scale by its product. */
const ROUNDING = 2e-6;

async function roundTrip(checkpoint: Checkpoint, options: ExportOptions): Promise<Checkpoint> {
  const file = join(folder, 'net.onnx');
  await exportOnnx(checkpoint, file, options);
  return readOnnx(file, { onNote: () => {} });
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
        other.shape.join() === shape.join() &&
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

  it.each(Array.from({ length: countOf({ share: 12, whole: 200 }) }, (_, number) => number))(
    'predicts the same: random network %d',
    async (number) => {
      const checkpoint = drawCheckpoint(drawNetwork(number).network, number);
      const after = await roundTrip(checkpoint, { opset: 20, withPreprocessing: number % 2 === 0 });
      const pixels = drawPixels(checkpoint);
      expect(differ(computeOutputs(after, pixels), computeOutputs(checkpoint, pixels))).toBeLessThan(
        ROUNDING,
      );
      const { lost } = compareTensors(checkpoint, after);
      const kinds = new Map(checkpoint.spec.network.layers.map(({ name, kind }) => [name, kind]));
      expect(
        lost.filter(
          (name) => kinds.get(name.split('.')[0]!) !== 'trainable-pooling' && !/\.(scale|slope)$/.test(name),
        ),
      ).toEqual([]);
    },
  );

  it.each(Array.from({ length: countOf({ share: 6, whole: 200 }) }, (_, seed) => seed))(
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

  it('gives the same bytes each time', async () => {
    const [one, two] = [join(folder, 'one.onnx'), join(folder, 'two.onnx')];
    for (const file of [one, two]) await exportOnnx(drawCheckpoint('resnet20'), file);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });
});
