import type { Kernels } from '../kernels/kernels.js';
import type { LayerKinds } from '../layers/layer.js';
import { LOSSES, type LossResults, type LossTargets, type MixedLabels } from '../layers/loss.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { countParts } from '../layers/parts.js';
import { bindLosses, type RunLosses } from '../network/losses.js';
import { type NetworkPlan, type PlannedParameter, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import { ThreadNetwork } from '../network/thread-network.js';
import { bindReduction } from '../optim/reduction.js';

const SLICES = 4;

export interface ObjectiveOptions {
  readonly network: NetworkSpec;
  readonly labelSmoothing: number;
  /** Absent: 1 for each class. */
  readonly classWeights?: Float32Array;
  readonly kernels: Kernels;
  readonly kinds: LayerKinds;
  /** Numbers of 64 bits in place of 32, for the reference kernels alone. */
  readonly double: boolean;
}

/** Images and what outputs are to be, as a network takes them. */
export interface MiniBatch {
  readonly images: number;
  /** n×h×w×c. */
  readonly inputs: Float64Array;
  readonly labels: Uint16Array;
  /** Second labels. Absent: no image is mixed. */
  readonly mix?: MixedLabels;
  /** A row of numbers for each image, in the place of labels. */
  readonly targets?: Float64Array;
}

/** A network's loss on one mini-batch, and its gradient, for any weights: as in training, in this thread alone. */
export class Objective {
  readonly plan: NetworkPlan;
  /** Those that learn. */
  readonly parameters: readonly PlannedParameter[];
  /** In the plan's places; may be written. */
  readonly weights: Float32Array;
  readonly #network: ThreadNetwork;
  readonly #runLoss: RunLosses;
  /** With the gradients of what it is computed from. */
  readonly #runLossGradient: RunLosses;
  readonly #results: LossResults;
  readonly #batch: MiniBatch;
  readonly #kernels: Kernels;

  constructor(options: ObjectiveOptions, batch: MiniBatch) {
    const { network, labelSmoothing, classWeights = null, kernels, kinds, double } = options;
    // The reference's plain loops do not mind which of the two they work on.
    const allocate = (floats: number) =>
      double ? (new Float64Array(floats) as unknown as Float32Array) : new Float32Array(floats);
    const { images } = batch;
    this.plan = planNetwork(network, { batchSize: images, slices: SLICES, training: true, kinds });
    this.parameters = this.plan.steps
      .flatMap((step) => step.parameters)
      .filter((parameter) => countLearningEpochs(parameter) > 0);
    this.#network = ThreadNetwork.alone(this.plan, kernels, { allocate });
    this.#network.placeInputs(batch.inputs);
    this.weights = this.#network.memory.weights;
    this.#results = {
      loss: allocate(images),
      predicted: new Uint16Array(images),
      rank: new Uint16Array(images),
    };
    this.#batch = batch;
    this.#kernels = kernels;
    const bindLoss = (kind: string) => LOSSES[kind]!.bind(kernels, labelSmoothing, classWeights);
    const { labels, mix = null } = batch;
    const arrays = { labels, mix, targets: this.#placeTargets(batch, allocate), ...this.#results };
    this.#runLoss = bindLosses(this.#network.bound, bindLoss, arrays, { gradients: false });
    this.#runLossGradient = bindLosses(this.#network.bound, bindLoss, arrays, { gradients: true });
  }

  /** Null where labels say what outputs are to be. */
  #placeTargets({ targets }: MiniBatch, allocate: (floats: number) => Float32Array): LossTargets | null {
    if (targets === undefined) return null;
    const values = allocate(targets.length);
    values.set(targets);
    return { values, sampleIds: this.#network.bound.batch.sampleIds };
  }

  /** Mean over the mini-batch. */
  computeLoss(): number {
    this.#runForward(this.#runLoss);
    return this.#results.loss.reduce((sum, loss) => sum + loss, 0) / this.#batch.images;
  }

  /** The loss's derivatives by all parameters that learn, in their places; overwritten by the next call. */
  computeGradient(): Float32Array {
    const { bound, memory, backward } = this.#network;
    this.#runForward(this.#runLossGradient);
    backward();
    for (const { offset, size, partials } of this.parameters) {
      if (!partials) continue;
      const parts = countParts(partials.layout, bound.batch);
      const sum = memory.gradient.subarray(offset, offset + size);
      bindReduction(this.#kernels, memory, partials, sum)(parts, 0, size);
    }
    return memory.gradient;
  }

  #runForward(runLoss: RunLosses): void {
    const { images } = this.#batch;
    const { prepare, forward } = this.#network;
    prepare();
    forward();
    runLoss(0, images);
  }
}
