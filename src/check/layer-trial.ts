import { type Shape, sizeOf } from '../core/shape.js';
import type { Kernels } from '../kernels/kernels.js';
import type { LayerKinds } from '../layers/layer.js';
import { countParts } from '../layers/parts.js';
import type { Pass } from '../layers/pass.js';
import type { BoundNetwork } from '../network/bind.js';
import { initializeModel } from '../network/memory.js';
import { groupIntoPhases, runPhase } from '../network/phases.js';
import { type NetworkPlan, type PlannedParameter, planNetwork } from '../network/plan.js';
import { parseNetwork } from '../network/spec.js';
import { ThreadNetwork } from '../network/thread-network.js';
import { bindReduction } from '../optim/reduction.js';
import { randomNumbers, spacedNumbers } from './probe-numbers.js';

/** A layer as a spec has it, and what it is tried on. */
export interface LayerTrialOptions {
  readonly layer: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** Of one image. */
  readonly input: readonly [height: number, width: number, channels: number];
  /** From 8 on the layer works with images in lanes if it can. */
  readonly images: number;
  readonly kernels: Kernels;
  readonly kinds: LayerKinds;
  /** Absent: true. */
  readonly training?: boolean;
}

/** Parts of the mini-batch: more than a small one has images. */
const SLICES = 3;
const SEED = 5;
/** Step of the numerical derivative: parameters move by so much, inputs by at most as much, and they lie further apart. */
const STEP = 2e-3;
/** A parameter whose derivatives are all near zero is measured by the net's greatest, times this. */
const SMALL = 0.1;
/** Derivatives checked in each parameter. */
const SAMPLES = 24;

/** A derivative that differs from the numerical one. */
export interface DerivativeError {
  /** Relative to the greatest of its parameter. */
  readonly error: number;
  /** `layer.kernel[3]: 0.25, expected 0.5`; that of the layer's input is named `input`. */
  readonly text: string;
}

/**
 * A layer behind a 1×1 convolution that begins as the identity: that one's kernel gradient is made of the layer's input gradient. Inputs have neither
 * ties nor kinks within reach of a step, nor have parameters their initial zeros and ones.
 */
export class LayerTrial {
  readonly plan: NetworkPlan;
  readonly #thread: ThreadNetwork;
  /** The same network, bound once more: as another worker has it. */
  readonly #other: ThreadNetwork;
  readonly #kernels: Kernels;

  /** @throws UserError if the configuration is wrong, or does not fit the input */
  constructor({ layer, input, images, kernels, kinds, training = true }: LayerTrialOptions) {
    const channels = input[2];
    const lead = { kind: 'convolution', name: 'lead', kernel: 1, filters: channels, bias: true };
    const spec = parseNetwork({ input, layers: [lead, layer] }, 'layer', kinds);
    this.plan = planNetwork(spec, { batchSize: images, slices: SLICES, training, kinds });
    this.#thread = ThreadNetwork.alone(this.plan, kernels, { seed: SEED });
    const { memory, activations } = this.#thread;
    this.#other = new ThreadNetwork({ plan: this.plan, memory, activations, kernels, seed: SEED });
    initializeModel(this.#thread.memory, this.plan, SEED, kernels, null);
    this.#kernels = kernels;
    this.#placeNumbers(channels);
  }

  get output(): Shape {
    return this.plan.tensors.at(-1)!.shape;
  }

  /**
   * Output and gradients of all parameters, the lead's among them, as so many workers compute them.
   *
   * @param images of the mini-batch, the first ones. Absent: all
   */
  compute(
    workers: number,
    images = this.plan.batchSize,
  ): { readonly output: Float32Array; readonly gradient: Float32Array } {
    const output = this.evaluate(workers, images);
    this.#backward(this.#drawDirection(), workers);
    return { output, gradient: this.#thread.memory.gradient.slice() };
  }

  /** The output alone. */
  evaluate(workers = 1, images = this.plan.batchSize): Float32Array {
    for (const { bound } of [this.#thread, this.#other]) bound.batch.size = images;
    this.#forward(workers);
    return this.#thread.bound.output.value.slice(0, images * sizeOf(this.output));
  }

  /** A step on other numbers, of which nothing may be seen afterwards; in evaluation forward alone. */
  disturb(): void {
    const { value } = this.#thread.bound.input;
    const kept = value.slice();
    value.set(randomNumbers(value.length, 4));
    if (this.plan.training) this.compute(1);
    else this.evaluate();
    value.set(kept);
  }

  /**
   * The worst of some derivatives of a random direction in the output, against central differences.
   *
   * @param most so many of each parameter
   */
  findWorstDerivative(most = SAMPLES): DerivativeError {
    const { weights } = this.#thread.memory;
    const direction = this.#drawDirection();
    const objective = () => {
      this.#forward(1);
      return this.#thread.bound.output.value.reduce((sum, y, i) => sum + y * direction[i]!, 0);
    };
    objective();
    this.#backward(direction, 1);
    const gradient = this.#thread.memory.gradient.slice();
    const greatest = Math.max(...gradient.map(Math.abs));
    let worst: DerivativeError = { error: 0, text: 'none' };
    const tell = (label: string, error: number, found: number, expected: number) => {
      // NaN is no agreement.
      if (!(error <= worst.error)) worst = { error, text: `${label}: ${found}, expected ${expected}` };
    };
    for (const { label, offset, size, absent = [] } of this.#parameters) {
      const analytic = gradient.subarray(offset, offset + size);
      const scale = Math.max(SMALL * greatest, ...analytic.map(Math.abs));
      const samples = Math.min(most, size);
      for (let sample = 0; sample < samples; sample++) {
        const i = Math.floor((sample * size) / samples);
        const name = `${label.replace(/^lead\..*/, 'input')}[${i}]`;
        const value = weights[offset + i]!;
        if (absent.includes(i)) {
          tell(name, value === 0 && analytic[i] === 0 ? 0 : Number.POSITIVE_INFINITY, analytic[i]!, 0);
          continue;
        }
        weights[offset + i] = value + STEP;
        const above = objective();
        weights[offset + i] = value - STEP;
        const below = objective();
        weights[offset + i] = value;
        const numeric = (above - below) / (2 * STEP);
        tell(name, Math.abs(numeric - analytic[i]!) / scale, analytic[i]!, numeric);
      }
    }
    return worst;
  }

  get #parameters(): readonly PlannedParameter[] {
    return this.plan.steps.flatMap((step) => step.parameters);
  }

  #placeNumbers(channels: number): void {
    const { weights } = this.#thread.memory;
    for (const { label, offset, size } of this.#parameters) {
      if (label === 'lead.kernel') {
        for (let i = 0; i < size; i++) weights[offset + i] = i % (channels + 1) === 0 ? 1 : 0;
      } else if (!label.startsWith('lead') && !label.endsWith('kernel')) {
        const offsets = randomNumbers(size, 3);
        for (let i = 0; i < size; i++) weights[offset + i]! += 0.2 * offsets[i]!;
      }
    }
    const { value } = this.#thread.bound.input;
    value.set(spacedNumbers(value.length));
  }

  #drawDirection(): Float32Array {
    return randomNumbers(this.#thread.bound.output.value.length, 2);
  }

  #forward(workers: number): void {
    this.#run(({ prepare, forward }) => [...prepare, ...forward], workers);
  }

  #backward(direction: Float32Array, workers: number): void {
    const { output, batch } = this.#thread.bound;
    output.gradient.set(direction);
    this.#run(({ backward }) => backward, workers);
    for (const { offset, size, partials } of this.#parameters) {
      if (!partials) continue;
      const whole = this.#thread.memory.gradient.subarray(offset, offset + size);
      const parts = countParts(partials.layout, batch);
      bindReduction(this.#kernels, this.#thread.memory, partials, whole)(parts, 0, size);
    }
  }

  /** As so many workers would: phase by phase, one after another, each share by whichever of two threads; by one worker alone all of it. */
  #run(list: (network: BoundNetwork) => readonly Pass[], workers: number): void {
    const threads = workers === 1 ? [this.#thread] : [this.#thread, this.#other];
    const phases = threads.map(({ bound }) => groupIntoPhases(list(bound)));
    for (let phase = 0; phase < phases[0]!.length; phase++) {
      for (let worker = workers - 1; worker >= 0; worker--) {
        const at = chooseThread(phase, worker) % threads.length;
        runPhase(phases[at]![phase]!, threads[at]!.bound.batch, { worker, workers });
      }
    }
  }
}

/** As good as drawn: tasks are taken by whoever comes first. */
function chooseThread(phase: number, worker: number): number {
  return (Math.imul(phase + 1, 0x9e3779b1) ^ Math.imul(worker + 1, 0x85ebca6b)) >>> 16;
}
