import { sizeOf } from '../core/shape.js';
import { GROUP_IMAGES } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { type BoundNetwork, bindNetwork } from '../network/bind.js';
import { importWeights, type ModelMemory } from '../network/memory.js';
import { groupIntoPhases, type Phase, runPhase } from '../network/phases.js';
import { type NetworkPlan, planNetwork } from '../network/plan.js';
import type { Checkpoint } from './checkpoint.js';

/**
 * Images of a mini-batch: one group in lanes, and planned as such even for a single image, so that outputs are those of a run's
 * evaluation to the bit and do not depend on how many images come together.
 */
export const BATCH_IMAGES = GROUP_IMAGES;
const ALONE = { worker: 0, workers: 1 };

/** A trained network that computes in this thread. */
export class Predictor {
  readonly #kernels: Kernels;
  readonly #network: BoundNetwork;
  readonly #forward: readonly Phase[];
  readonly #normalization: Checkpoint['normalization'];

  /** @throws UserError if there is not memory enough */
  constructor({ spec, normalization, weights }: Omit<Checkpoint, 'classNames'>) {
    const cut = { batchSize: BATCH_IMAGES, slices: 1 };
    const plan = planNetwork(spec.network, { ...cut, training: false });
    const memory = allocateMemory(plan);
    importWeights(memory, plan, weights);
    this.#kernels = loadKernels(chooseKernelName());
    this.#network = bindNetwork({
      ...cut,
      plan,
      memory,
      activations: allocate(plan.activationFloats, 'activations'),
      sampleIds: Int32Array.from({ length: BATCH_IMAGES }, (_, i) => i),
      seed: spec.seed,
      training: false,
      kernels: this.#kernels,
    });
    this.#forward = groupIntoPhases(this.#network.forward);
    this.#normalization = normalization;
    this.#run(groupIntoPhases(this.#network.prepare), BATCH_IMAGES);
  }

  /**
   * What the network makes of some images.
   *
   * @param pixels n×h×w×c, 0..255
   * @param images at most BATCH_IMAGES
   * @returns n×outputs, not yet probabilities
   */
  computeOutputs(pixels: Uint8Array, images: number): Float32Array {
    const { input, inputLayout, output, batch } = this.#network;
    const { mean, scale } = this.#normalization;
    const size = sizeOf(input.shape);
    const { sampleIds } = batch;
    if (inputLayout === 'images') {
      this.#kernels.assembleImages(pixels, sampleIds, mean, scale, input.value, size, 0, images);
    } else {
      this.#kernels.assembleLanes(pixels, sampleIds, mean, scale, input.value, size, 0, images, 0, size);
    }
    this.#run(this.#forward, images);
    return output.value.slice(0, images * output.shape.channels);
  }

  #run(phases: readonly Phase[], images: number): void {
    const { batch } = this.#network;
    batch.size = images;
    for (const phase of phases) runPhase(phase, batch, ALONE);
  }
}

/** What evaluation needs: no gradients, nothing of an optimizer. */
function allocateMemory(plan: NetworkPlan): ModelMemory {
  const none = new Float32Array();
  return {
    weights: allocate(plan.weightFloats, 'parameters'),
    gradient: none,
    partials: none,
    slots: [],
    work: none,
    shared: allocate(plan.sharedFloats, 'parameters'),
  };
}

function allocate(floats: number, what: string): Float32Array {
  return viewArena(allocateArena(floats, what));
}
