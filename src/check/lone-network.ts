import { sizeOf } from '../core/shape.js';
import { GROUP_IMAGES } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { LOSSES, type LossPass, type LossResults } from '../layers/loss.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { countParts } from '../layers/parts.js';
import { type BoundNetwork, bindNetwork } from '../network/bind.js';
import type { ModelMemory } from '../network/memory.js';
import { groupIntoPhases, type Phase, runPhase } from '../network/phases.js';
import { type NetworkPlan, type PlannedParameter, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import { bindReduction } from '../optim/reduction.js';

const SLICES = 4;
const ALONE = { worker: 0, workers: 1 };

export interface LoneNetworkOptions {
  readonly network: NetworkSpec;
  readonly labelSmoothing: number;
  readonly kernels: Kernels;
  /** Numbers of 64 bits in place of 32, for the reference kernels alone. */
  readonly double: boolean;
}

/** Images and their labels, as a network takes them. */
export interface MiniBatch {
  readonly images: number;
  /** n×h×w×c. */
  readonly inputs: Float64Array;
  readonly labels: Uint8Array;
}

/** A network as it trains, in this thread alone, on one mini-batch: its loss and its gradient for any weights. */
export class LoneNetwork {
  readonly plan: NetworkPlan;
  /** Those that learn. */
  readonly parameters: readonly PlannedParameter[];
  /** In the plan's places; may be written. */
  readonly weights: Float32Array;
  readonly #memory: ModelMemory;
  readonly #network: BoundNetwork;
  readonly #forward: readonly Phase[];
  readonly #backward: readonly Phase[];
  readonly #loss: LossPass;
  readonly #results: LossResults;
  readonly #batch: MiniBatch;
  readonly #kernels: Kernels;

  constructor({ network, labelSmoothing, kernels, double }: LoneNetworkOptions, batch: MiniBatch) {
    // The reference's plain loops do not mind which of the two they work on.
    const allocate = (floats: number) =>
      double ? (new Float64Array(floats) as unknown as Float32Array) : new Float32Array(floats);
    const { images } = batch;
    const cut = { batchSize: images, slices: SLICES };
    const plan = planNetwork(network, { ...cut, training: true });
    this.plan = plan;
    this.parameters = plan.steps
      .flatMap((step) => step.parameters)
      .filter((parameter) => countLearningEpochs(parameter) > 0);
    this.weights = allocate(plan.weightFloats);
    this.#memory = {
      weights: this.weights,
      gradient: allocate(plan.weightFloats),
      partials: allocate(plan.partialFloats),
      slots: [],
      work: allocate(0),
      shared: allocate(plan.sharedFloats),
    };
    this.#network = bindNetwork({
      ...cut,
      plan,
      memory: this.#memory,
      activations: allocate(plan.activationFloats),
      sampleIds: Int32Array.from({ length: images }, (_, i) => i),
      seed: 0,
      training: true,
      kernels,
    });
    this.#network.batch.size = images;
    this.#forward = groupIntoPhases([...this.#network.prepare, ...this.#network.forward]);
    this.#backward = groupIntoPhases(this.#network.backward);
    this.#loss = LOSSES[network.loss]!.bind(kernels, labelSmoothing);
    this.#results = {
      loss: allocate(images),
      predicted: new Uint8Array(images),
      rank: new Uint8Array(images),
    };
    this.#batch = batch;
    this.#kernels = kernels;
    placeInputs(this.#network, batch);
  }

  /** Mean over the mini-batch. */
  computeLoss(): number {
    this.#runForward(null);
    return this.#results.loss.reduce((sum, loss) => sum + loss, 0) / this.#batch.images;
  }

  /** The loss's derivatives by all parameters that learn, in their places; overwritten by the next call. */
  computeGradient(): Float32Array {
    this.#runForward(this.#network.output.gradient);
    for (const phase of this.#backward) runPhase(phase, this.#network.batch, ALONE);
    const { gradient } = this.#memory;
    for (const { offset, size, partials } of this.parameters) {
      if (!partials) continue;
      const parts = countParts(partials.layout, this.#network.batch);
      const sum = gradient.subarray(offset, offset + size);
      bindReduction(this.#kernels, this.#memory, partials, sum)(parts, 0, size);
    }
    return gradient;
  }

  #runForward(gradient: Float32Array | null): void {
    const { batch, output } = this.#network;
    const { images, labels } = this.#batch;
    const { loss, predicted, rank } = this.#results;
    for (const phase of this.#forward) runPhase(phase, batch, ALONE);
    const { channels } = output.shape;
    this.#loss(channels, output.value, labels, gradient, 1 / images, loss, predicted, rank, 0, images);
  }
}

function placeInputs({ input, inputLayout }: BoundNetwork, { inputs }: MiniBatch): void {
  const size = sizeOf(input.shape);
  for (const [i, value] of inputs.entries()) {
    const image = Math.floor(i / size);
    const lane = image % GROUP_IMAGES;
    const at = inputLayout === 'images' ? i : (image - lane) * size + (i % size) * GROUP_IMAGES + lane;
    input.value[at] = value;
  }
}
