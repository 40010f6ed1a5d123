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
import { type BoundSlot, layOutOptimizer, NO_OPTIMIZER, type OptimizerNeeds } from './optimizer-memory.js';
import type { NetworkPlan, Slot, StepPlan, TensorPlace } from './plan.js';

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
}

/** What a network's layers read and write of it. */
export type NetworkMemory = Pick<ModelMemory, 'weights' | 'gradient' | 'partials' | 'shared'>;

/** Books a model's memory, the same way in every thread. */
export function layOutModel(plan: NetworkPlan, needs: OptimizerNeeds = NO_OPTIMIZER) {
  const layout = new ArenaLayout();
  const slots = {
    weights: layout.book(plan.weightFloats),
    gradient: layout.book(plan.weightFloats),
    partials: layout.book(plan.partialFloats),
    shared: layout.book(plan.sharedFloats),
    optimizer: layout.book(layOutOptimizer(needs).floats),
  };
  return { slots, floats: layout.floats };
}

export function allocateModel(plan: NetworkPlan, needs: OptimizerNeeds = NO_OPTIMIZER): SharedArrayBuffer {
  return allocateArena(layOutModel(plan, needs).floats, 'parameters and gradients');
}

/** The views of a model's memory. */
export function viewModel(
  buffer: SharedArrayBuffer,
  plan: NetworkPlan,
  needs: OptimizerNeeds = NO_OPTIMIZER,
): ModelMemory {
  const { slots } = layOutModel(plan, needs);
  const floats = viewArena(buffer);
  const cut = (offset: number, size: number) => floats.subarray(offset, offset + size);
  const { places, work } = layOutOptimizer(needs);
  return {
    weights: cut(slots.weights, plan.weightFloats),
    gradient: cut(slots.gradient, plan.weightFloats),
    partials: cut(slots.partials, plan.partialFloats),
    shared: cut(slots.shared, plan.sharedFloats),
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
