import type { MiniBatch, ObjectiveOptions } from '../../src/check/objective.js';
import { RandomStream } from '../../src/core/rng.js';
import { sizeOf } from '../../src/core/shape.js';
import { planNetwork } from '../../src/network/plan.js';
import type { NetworkSpec } from '../../src/network/spec.js';
import type { DrawnNetwork } from './draw-network.js';
import { Draws } from './draws.js';

/** A mini-batch, and what its losses are beside it. */
export interface DrawnBatch {
  readonly batch: MiniBatch;
  readonly loss: Pick<ObjectiveOptions, 'labelSmoothing' | 'classWeights'>;
}

/** What outputs of the network of that number are to be: numbers, or classes in all the ways that there are. */
export function drawBatch({ network, images }: DrawnNetwork, number: number): DrawnBatch {
  const stream = new RandomStream([number, 14]);
  const draws = new Draws(new RandomStream([number, 15]));
  const classes = countOutputs(network);
  const numbers = (count: number) =>
    Float64Array.from({ length: count }, () => Math.fround(stream.nextNormal()));
  const drawLabels = () => Uint16Array.from({ length: images }, () => draws.between(0, classes - 1));
  const batch = { images, inputs: numbers(images * sizeOf(network.input)), labels: drawLabels() };
  const kinds = listLosses(network);
  if (kinds.every((kind) => kind === 'squared-l2') && draws.chance(0.5)) {
    return { batch: { ...batch, targets: numbers(images * classes) }, loss: { labelSmoothing: 0 } };
  }
  const mix = {
    labels: drawLabels(),
    shares: Float32Array.from({ length: images }, () => draws.choose([0, 0.25, 0.5])),
  };
  const weights = Float32Array.from({ length: classes }, () => draws.choose([0.5, 1, 3]));
  return {
    batch: { ...batch, ...(draws.chance(0.3) ? { mix } : {}) },
    loss: {
      labelSmoothing: kinds.includes('squared-l2') ? 0 : draws.choose([0, 0, 0.2]),
      ...(draws.chance(0.3) ? { classWeights: weights } : {}),
    },
  };
}

function countOutputs(network: NetworkSpec): number {
  return planNetwork(network, { batchSize: 1, slices: 1, training: false }).tensors.at(-1)!.shape.channels;
}

function listLosses({ loss, heads = [] }: NetworkSpec): string[] {
  return [loss, ...heads.map((head) => head.loss ?? loss)];
}
