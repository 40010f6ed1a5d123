import { type Shape, sizeOf } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { allocateArena, viewArena } from '../kernels/memory.js';
import { loadKernels } from '../kernels/select.js';
import type { LayerKinds } from '../layers/layer.js';
import { viewTensor } from '../network/memory.js';
import { ThreadNetwork } from '../network/thread-network.js';
import { BATCH_IMAGES, planPrediction, type SharedModel } from './shared-model.js';

/** What a layer makes of some images. */
export interface LayerValues {
  /** Of one image. */
  readonly shape: Shape;
  /** n×h×w×c */
  readonly values: Float32Array;
}

/** Computes a mini-batch as far as one layer, and copies what that gives. */
interface Probe {
  readonly shape: Shape;
  readonly forward: () => void;
  readonly copyTo: (values: Float32Array) => void;
}

/** A trained network that computes in this thread. */
export class Predictor {
  readonly #model: SharedModel;
  readonly #kernels: Kernels;
  readonly #network: ThreadNetwork;
  /** By the layer's name; null for the whole network. */
  readonly #probes = new Map<string | null, Probe>();

  /**
   * @param kinds that the network's layers are of
   * @throws UserError if there is not memory enough
   */
  constructor(model: SharedModel, kinds: LayerKinds) {
    const plan = planPrediction(model.network, kinds);
    this.#model = model;
    this.#kernels = loadKernels(model.kernels);
    this.#network = new ThreadNetwork({
      plan,
      memory: {
        weights: model.weights,
        shared: model.prepared,
        gradient: new Float32Array(0),
        partials: new Float32Array(0),
        joint: new Float32Array(0),
      },
      activations: viewArena(allocateArena(plan.activationFloats, 'activations')),
      kernels: this.#kernels,
    });
  }

  /**
   * What the network, or one of its layers, makes of some images.
   *
   * @param pixels n×h×w×c, 0..255
   * @param layer one of the model's; null for the network's outputs, not yet probabilities
   */
  compute(pixels: Uint8Array, layer: string | null): LayerValues {
    const { shape, forward, copyTo } = this.#findProbe(layer);
    const [inputSize, outputSize] = [sizeOf(this.#model.network.input), sizeOf(shape)];
    const images = pixels.length / inputSize;
    const values = new Float32Array(images * outputSize);
    for (let first = 0; first < images; first += BATCH_IMAGES) {
      const count = Math.min(BATCH_IMAGES, images - first);
      this.#assemble(pixels.subarray(first * inputSize, (first + count) * inputSize), count);
      forward();
      copyTo(values.subarray(first * outputSize, (first + count) * outputSize));
    }
    return { shape, values };
  }

  #assemble(pixels: Uint8Array, images: number): void {
    const { input, inputLayout, batch } = this.#network.bound;
    const floatsPerImage = sizeOf(input.shape);
    const { sampleIds } = batch;
    const assembly = { ...this.#model.normalization, pixels, sampleIds, x: input.value, floatsPerImage };
    batch.size = images;
    if (inputLayout === 'images') this.#kernels.bindAssembleImages(assembly)(0, images);
    else this.#kernels.bindAssembleLanes(assembly)(0, images, 0, floatsPerImage);
  }

  #findProbe(layer: string | null): Probe {
    const probe = this.#probes.get(layer) ?? (layer === null ? this.#probeOutput() : this.#probeLayer(layer));
    this.#probes.set(layer, probe);
    return probe;
  }

  #probeOutput(): Probe {
    const { output } = this.#network.bound;
    return {
      shape: output.shape,
      forward: this.#network.forward,
      copyTo: (values) => values.set(output.value.subarray(0, values.length)),
    };
  }

  #probeLayer(layer: string): Probe {
    const { plan, bound, activations } = this.#network;
    const index = plan.steps.findIndex(({ name }) => name === layer);
    const place = plan.tensors[plan.steps[index]!.outputs[0]!]!;
    const { shape, value } = viewTensor(activations, place, BATCH_IMAGES);
    // Not further: a later layer may write over it. One that computes nothing, such as dropout, passes on what is there.
    const needed = new Set(plan.steps.slice(0, index + 1).map(({ name }) => name));
    const last = bound.forward.findLastIndex((pass) => needed.has(pass.layer!.name));
    return {
      shape,
      forward: this.#network.schedule(bound.forward.slice(0, last + 1)),
      copyTo: (values) => {
        if (place.layout === 'images') values.set(value.subarray(0, values.length));
        else copyLanes(value, values, sizeOf(shape));
      },
    };
  }
}

/** From h×w×c×16 to n×h×w×c, n ≤ 16. */
function copyLanes(from: Float32Array, to: Float32Array, size: number): void {
  for (let i = 0; i < to.length; i++) to[i] = from[(i % size) * BUNDLE_IMAGES + Math.floor(i / size)]!;
}
