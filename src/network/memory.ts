import { ArenaLayout } from '../core/arena.js';
import { finish, type Pieces } from '../core/pieces.js';
import { makeKey } from '../core/rng.js';
import { sizeOf } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { countBundles } from '../kernels/lanes.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import { initialize } from '../layers/initializer.js';
import type { BoundParameter, BoundTensor } from '../layers/layer.js';
import { countLearningEpochs } from '../layers/parameter.js';
import type { InputImages } from '../layers/whitening.js';
import { cutBuckets, padToRanks } from './gradient-buckets.js';
import { type BoundSlot, layOutOptimizer, NO_OPTIMIZER, type OptimizerNeeds } from './optimizer-memory.js';
import type { NetworkPlan, Slot, StepPlan, TensorPlace } from './plan.js';
import type { OwnShards } from './shards.js';

/** A model's memory, shared by all workers: what outlives a mini-batch, and what layers share within one. */
export interface ModelMemory {
  /** Parameters and state, one after another in the plan's order: what is saved. */
  readonly weights: Float32Array;
  /** What the optimizer keeps of the parameters, by name and parameter. */
  readonly slots: readonly BoundSlot[];
  /** Of the optimizer, within a step. */
  readonly work: Float32Array;
  /** Gradients over the whole mini-batch, in the places of the parameters. */
  readonly gradient: Float32Array;
  /** Gradients of the mini-batch's parts, see PartialsPlan. */
  readonly partials: Float32Array;
  readonly shared: Float32Array;
  /** What layers join over the shards. */
  readonly joint: Float32Array;
  /** Of the shards that this process computes; of a whole mini-batch the model's own. */
  readonly shards: readonly NetworkMemory[];
  /** Gradients of those shards, one after another; null for a whole mini-batch. */
  readonly shardGradients: Float32Array | null;
  /** For the ranks that compute other shards, one bucket after another (see cutBuckets); null if there are none. */
  readonly rankGradients: readonly RankGradients[] | null;
}

/** How ranks join a bucket of the gradients: each sums those of all shards for its own piece of it, and then shows the others what they come to. */
export interface RankGradients {
  /** In the places of the parameters. */
  readonly place: Slot;
  /** Of each of the shards that this rank computes, as many equal pieces as there are ranks. */
  readonly own: readonly Float32Array[];
  /** Of all shards, one after another, the piece of this rank. */
  readonly received: Float32Array;
  /** Joined, all ranks' pieces. */
  readonly joined: Float32Array;
  /** Of this rank. */
  readonly joinedPiece: Float32Array;
}

/** What a network's layers read and write of it. */
export type NetworkMemory = Pick<ModelMemory, 'weights' | 'gradient' | 'partials' | 'shared' | 'joint'>;

/**
 * Books a model's memory, the same way in every thread.
 *
 * @param own of the mini-batch's shards, those that this process computes. Absent: all
 */
export function layOutModel(
  plan: NetworkPlan,
  needs: OptimizerNeeds = NO_OPTIMIZER,
  { first, count }: OwnShards = { first: 0, count: plan.shards },
) {
  const layout = new ArenaLayout();
  const { shards } = plan;
  const ranks = shards / count;
  const padded = padToRanks(plan.weightFloats, ranks);
  const bookShard = () => ({
    partials: layout.book(plan.partialFloats),
    shared: layout.book(plan.sharedFloats),
  });
  const weights = layout.book(plan.weightFloats);
  const gradient = layout.book(padded);
  const ofShards = Array.from({ length: count }, bookShard);
  const optimizer = layout.book(layOutOptimizer(needs).floats);
  const shardGradients = shards > 1 ? layout.book(count * padded) : -1;
  const received = ranks > 1 ? layout.book(count * padded) : -1;
  const joint = layout.book(plan.jointFloats);
  const slots = { weights, gradient, ofShards, optimizer, shardGradients, received, joint };
  return { slots, cut: { ranks, rank: first / count, padded }, floats: layout.floats };
}

export function allocateModel(
  plan: NetworkPlan,
  needs: OptimizerNeeds = NO_OPTIMIZER,
  own?: OwnShards,
): SharedArrayBuffer {
  return allocateArena(layOutModel(plan, needs, own).floats, 'parameters and gradients');
}

/** The views of a model's memory. */
export function viewModel(
  buffer: SharedArrayBuffer,
  plan: NetworkPlan,
  needs: OptimizerNeeds = NO_OPTIMIZER,
  own?: OwnShards,
): ModelMemory {
  const {
    slots,
    cut: { ranks, rank, padded },
  } = layOutModel(plan, needs, own);
  const { weightFloats } = plan;
  const floats = viewArena(buffer);
  const cut = (offset: number, size: number) => floats.subarray(offset, offset + size);
  const { places, work } = layOutOptimizer(needs);
  const weights = cut(slots.weights, weightFloats);
  const gradient = cut(slots.gradient, weightFloats);
  const joint = cut(slots.joint, plan.jointFloats);
  const count = slots.ofShards.length;
  const shardGradients = plan.shards > 1 ? cut(slots.shardGradients, count * padded) : null;
  const shards = slots.ofShards.map(({ partials, shared }, i): NetworkMemory => {
    return {
      weights,
      gradient: shardGradients?.subarray(i * padded, i * padded + weightFloats) ?? gradient,
      partials: cut(partials, plan.partialFloats),
      shared: cut(shared, plan.sharedFloats),
      joint,
    };
  });
  return {
    ...shards[0]!,
    gradient,
    shards,
    shardGradients,
    rankGradients:
      ranks === 1
        ? null
        : cutBuckets(weightFloats, ranks).map((place): RankGradients => {
            const { offset, size } = place;
            const piece = size / ranks;
            return {
              place,
              own: shards.map((_, i) => cut(slots.shardGradients + i * padded + offset, size)),
              received: cut(slots.received + count * offset, count * size),
              joined: cut(slots.gradient + offset, size),
              joinedPiece: cut(slots.gradient + offset + rank * piece, piece),
            };
          }),
    slots: places.map(({ offset, ...slot }) => ({
      ...slot,
      values: cut(slots.optimizer + offset, slot.size),
    })),
    work: cut(slots.optimizer + work, needs.workFloats),
  };
}

/**
 * First numbers of all parameters and state: a pure function of plan, seed and, for those that are made from data, images.
 *
 * @param images that the network is to be trained on; null if no initialiser reads them
 */
export function* initializeInPieces(
  memory: Pick<ModelMemory, 'weights'>,
  plan: NetworkPlan,
  seed: number,
  kernels: Kernels,
  images: InputImages | null,
): Pieces {
  let user = 0;
  for (const step of plan.steps) {
    for (const { offset, size, initializer, absent = [], ...sizes } of step.parameters) {
      const key = makeKey(seed, 'initialisation', user++);
      yield* initialize(memory.weights.subarray(offset, offset + size), initializer, sizes, {
        key,
        kernels,
        images,
      });
      for (const index of absent) memory.weights[offset + index] = 0;
    }
    for (const { offset, size, initial } of step.state) memory.weights.fill(initial, offset, offset + size);
  }
}

/** The same at one go. */
export function initializeModel(...given: Parameters<typeof initializeInPieces>): void {
  finish(initializeInPieces(...given));
}

/** Floats of a tensor's values for so many images; in lanes the last bundle is whole. */
export function countTensorFloats(tensor: TensorPlace, images: number): number {
  const places = tensor.layout === 'lanes' ? countBundles(images) * BUNDLE_IMAGES : images;
  return places * sizeOf(tensor.shape);
}

/** A tensor's views over the activations, for mini-batches of up to so many images. */
export function viewTensor(activations: Float32Array, tensor: TensorPlace, images: number): BoundTensor {
  const floats = countTensorFloats(tensor, images);
  const cut = (offset: number) => activations.subarray(Math.max(0, offset), offset < 0 ? 0 : offset + floats);
  return { shape: tensor.shape, value: cut(tensor.offset), gradient: cut(tensor.gradientOffset) };
}

/** A step's parameters, with one gradient a part of the mini-batch. */
export function viewParameters(memory: NetworkMemory, step: StepPlan): Record<string, BoundParameter> {
  const entries = step.parameters.map((parameter) => {
    const { name, offset, size, partials } = parameter;
    const whole = memory.gradient.subarray(offset, offset + size);
    const gradient = partials
      ? Array.from({ length: partials.parts }, (_, part) => {
          const start = partials.offset + part * partials.stride;
          return memory.partials.subarray(start, start + size);
        })
      : [whole];
    const value = memory.weights.subarray(offset, offset + size);
    return [name, { value, gradient, learningEpochs: countLearningEpochs(parameter) }] as const;
  });
  return Object.fromEntries(entries);
}

/** Parameters and state one after another, without the gaps of the arena. */
export function exportWeights(memory: Pick<ModelMemory, 'weights'>, plan: NetworkPlan): Float32Array {
  const slots = listSlots(plan);
  const weights = new Float32Array(slots.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { offset, size } of slots) {
    weights.set(memory.weights.subarray(offset, offset + size), at);
    at += size;
  }
  return weights;
}

/** The other way round. */
export function importWeights(
  memory: Pick<ModelMemory, 'weights'>,
  plan: NetworkPlan,
  weights: Float32Array,
): void {
  let at = 0;
  for (const { offset, size } of listSlots(plan)) {
    memory.weights.set(weights.subarray(at, at + size), offset);
    at += size;
  }
}

/** Parameters and state in the order in which they are saved. */
function listSlots(plan: NetworkPlan): Slot[] {
  return plan.steps.flatMap((step) => [...step.parameters, ...step.state]);
}
