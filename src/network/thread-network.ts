import { sizeOf } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import type { Pass } from '../layers/pass.js';
import { type BoundNetwork, bindNetwork } from './bind.js';
import type { NetworkMemory } from './memory.js';
import { groupIntoPhases, type Phase } from './phases.js';
import type { NetworkPlan } from './plan.js';
import { TaskLists } from './task-list.js';

/** Zeroed memory; `what` it is for stands in messages. */
type Allocate = (floats: number, what: string) => Float32Array;

export interface ThreadNetworkOptions<Memory extends NetworkMemory> {
  readonly plan: NetworkPlan;
  readonly memory: Memory;
  readonly activations: Float32Array;
  readonly kernels: Kernels;
  /** Of dropout in training. */
  readonly seed?: number;
}

/** A network that one thread computes with, all of it by itself; its memory may be others' too. */
export class ThreadNetwork<Memory extends NetworkMemory = NetworkMemory> {
  readonly plan: NetworkPlan;
  readonly memory: Memory;
  readonly activations: Float32Array;
  /** Its batch has all the images that are planned for, until somebody says otherwise. */
  readonly bound: BoundNetwork;
  /** To be called before the first `forward` after parameters have changed. */
  readonly prepare: () => void;
  readonly forward: () => void;
  /** From the gradient of the output on, to one of each part of the mini-batch for each parameter. */
  readonly backward: () => void;
  readonly #kernels: Kernels;

  constructor({ plan, memory, activations, kernels, seed = 0 }: ThreadNetworkOptions<Memory>) {
    const sampleIds = Int32Array.from({ length: plan.batchSize }, (_, i) => i);
    this.plan = plan;
    this.memory = memory;
    this.activations = activations;
    this.#kernels = kernels;
    this.bound = bindNetwork({ plan, memory, activations, sampleIds, seed, kernels });
    this.bound.batch.size = plan.batchSize;
    this.prepare = this.schedule(this.bound.prepare);
    this.forward = this.schedule(this.bound.forward);
    this.backward = this.schedule(this.bound.backward);
  }

  /**
   * A network with zeroed memory of its own.
   *
   * @throws UserError if there is not memory enough
   */
  static alone(
    plan: NetworkPlan,
    kernels: Kernels,
    { seed, allocate = allocateFloats }: { readonly seed?: number; readonly allocate?: Allocate } = {},
  ): ThreadNetwork {
    const memory = {
      weights: allocate(plan.weightFloats, 'parameters'),
      gradient: allocate(plan.training ? plan.weightFloats : 0, 'gradients'),
      partials: allocate(plan.partialFloats, 'gradients'),
      shared: allocate(plan.sharedFloats, 'parameters'),
      joint: allocate(plan.jointFloats, 'statistics'),
    };
    const activations = allocate(plan.activationFloats, 'activations');
    return new ThreadNetwork({ plan, memory, activations, kernels, ...(seed === undefined ? {} : { seed }) });
  }

  /**
   * What does passes, in order, as often as it is called.
   *
   * @param watch gives each phase somebody who is told of its pieces
   */
  schedule(passes: readonly Pass[], watch: (phase: Phase) => Phase = (phase) => phase): () => void {
    const phases = groupIntoPhases(passes).map(watch);
    const lists = new TaskLists(phases, { batch: this.bound.batch, owners: 1, kernels: this.#kernels });
    return () => {
      for (const { begin, tasks } of lists.current) {
        begin();
        for (const run of tasks) run();
      }
    };
  }

  /** Fills the input. `values`: n×h×w×c, whatever its layout. */
  placeInputs(values: Float32Array | Float64Array): void {
    const { input, inputLayout } = this.bound;
    const size = sizeOf(input.shape);
    for (const [i, value] of values.entries()) {
      const image = Math.floor(i / size);
      const lane = image % BUNDLE_IMAGES;
      const at = inputLayout === 'images' ? i : (image - lane) * size + (i % size) * BUNDLE_IMAGES + lane;
      input.value[at] = value;
    }
  }
}

function allocateFloats(floats: number, what: string): Float32Array {
  return viewArena(allocateArena(floats, what));
}
