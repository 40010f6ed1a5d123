import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { Predictor } from '../../src/checkpoint/predictor.js';
import { shareModel } from '../../src/checkpoint/shared-model.js';
import { RandomStream } from '../../src/core/rng.js';
import { sizeOf } from '../../src/core/shape.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { exportWeights } from '../../src/network/memory.js';
import { planNetwork } from '../../src/network/plan.js';
import { permute } from '../../src/onnx/permute.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { resolveRunSpec } from '../../src/run/spec.js';

/** Images of a comparison: some more than one. */
export const IMAGES = 3;

/** Random numbers that are drawn before they are repeated: of a hundred million weights most. A prime. */
const PERIOD = 65_521;

/** A checkpoint of any network, with weights and running statistics that no layer ignores, and a normalisation of the same kind. */
export function drawCheckpoint(network: unknown, seed = 0): Checkpoint {
  const spec = resolveRunSpec(typeof network === 'string' ? { model: network } : { network });
  const plan = planNetwork(spec.network, { batchSize: 1, slices: 1, training: false });
  const weights = new Float32Array(plan.weightFloats);
  const stream = new RandomStream([seed, 21]);
  const normals = Float32Array.from({ length: PERIOD }, () => stream.nextNormal());
  let drawn = 0;
  const next = () => normals[drawn++ % PERIOD]!;
  for (const { parameters, state } of plan.steps) {
    for (const { offset, size, initializer, fanIn, absent = [] } of parameters) {
      const isConstant = initializer.kind === 'constant' || initializer.kind === 'zero';
      const [middle, deviation] = isConstant
        ? [initializer.kind === 'constant' ? initializer.value : 0, 0.1]
        : [0, Math.sqrt(2 / fanIn)];
      for (let i = offset; i < offset + size; i++) weights[i] = middle + deviation * next();
      for (const index of absent) weights[offset + index] = 0;
    }
    for (const { offset, size, initial } of state) {
      for (let i = offset; i < offset + size; i++) weights[i] = initial + 0.1 * Math.max(-4, next());
    }
  }
  const { channels } = spec.network.input;
  const perChannel = Float32Array.from({ length: 2 * channels }, () => stream.nextUniform());
  const expand = (from: number, place: (value: number) => number) =>
    Float32Array.from({ length: sizeOf(spec.network.input) }, (_, i) =>
      place(perChannel[from + (i % channels)]!),
    );
  const classes = plan.tensors.at(-1)!.shape.channels;
  return {
    spec,
    classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    normalization: {
      mean: expand(0, (value) => 100 + 50 * value),
      scale: expand(channels, (value) => 0.01 + 0.01 * value),
    },
    weights: exportWeights({ weights }, plan),
  };
}

/** Bytes n×h×w×c. */
export function drawPixels({ spec }: Checkpoint, seed = 0): Uint8Array {
  const stream = new RandomStream([seed, 22]);
  return Uint8Array.from({ length: IMAGES * sizeOf(spec.network.input) }, () => stream.nextBelow(256));
}

/** They as an exported network reads them: n×c×h×w. */
export function normalize({ spec, normalization }: Checkpoint, pixels: Uint8Array): Float32Array {
  const { mean, scale } = normalization;
  const { height, width, channels } = spec.network.input;
  const x = Float32Array.from(
    pixels,
    (pixel, i) => Math.fround(pixel - mean[i % mean.length]!) * scale[i % scale.length]!,
  );
  return permute(x, [IMAGES, height, width, channels], [0, 3, 1, 2]);
}

/** What the network makes of them. */
export function computeOutputs(checkpoint: Checkpoint, pixels: Uint8Array): Float32Array {
  return new Predictor(shareModel(checkpoint, NO_PLUGINS), LAYER_KINDS).compute(pixels, null).values;
}

/** The greatest difference, relative to the greatest number. */
export function differ(found: ArrayLike<number>, expected: Float32Array): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0) / scale;
}
