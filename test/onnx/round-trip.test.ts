import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { cutWeights, layOutNetwork } from '../../src/checkpoint/layout.js';
import { UserError } from '../../src/core/errors.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { isComputed, planNetwork } from '../../src/network/plan.js';
import { OPSETS } from '../../src/onnx/export/build-model.js';
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

/** What export writes and import does not read, by the node that it stumbles over: docs/onnx.md lists them. */
const NOT_READ = [
  /** Locally connected layers. */
  "Transpose '\\S+/rows' of shapes",
  /** Layer normalisation over the channels of pixels. */
  "Transpose '\\S+/channels last' by 0,2,3,1",
  /** Local response normalisation of an even size. */
  "Mul '\\S+/squares' of two layers that is neither an activation nor a squeeze-and-excitation",
  /** GELU by tanh, before it had an operator of its own. */
  "Mul '\\S+/square' of two layers that is neither an activation nor a squeeze-and-excitation",
  /** What there is no layer for between the two: an identity, or dropout. */
  "(?:Concat|Add) '\\S+' of a layer twice(?: and others)?",
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

  it('gives the same bytes each time', async () => {
    const [one, two] = [join(folder, 'one.onnx'), join(folder, 'two.onnx')];
    for (const file of [one, two]) await exportOnnx(drawCheckpoint('resnet20'), file);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });
});
