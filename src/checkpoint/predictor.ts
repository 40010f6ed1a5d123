import { sizeOf } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import type { Kernels } from '../kernels/kernels.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import type { LayerKinds } from '../layers/layer.js';
import { importWeights } from '../network/memory.js';
import { planNetwork } from '../network/plan.js';
import { ThreadNetwork } from '../network/thread-network.js';
import type { Checkpoint } from './checkpoint.js';

/**
 * Images of a mini-batch: one bundle in lanes, and planned as such even for a single image, so that outputs are those of a run's
 * evaluation to the bit and do not depend on how many images come together.
 */
export const BATCH_IMAGES = BUNDLE_IMAGES;

/** A trained network that computes in this thread. */
export class Predictor {
  readonly #kernels: Kernels;
  readonly #network: ThreadNetwork;
  readonly #normalization: Checkpoint['normalization'];

  /**
   * @param kinds that the network's layers are of
   * @throws UserError if there is not memory enough
   */
  constructor({ spec, normalization, weights }: Omit<Checkpoint, 'classNames'>, kinds: LayerKinds) {
    const plan = planNetwork(spec.network, { batchSize: BATCH_IMAGES, slices: 1, training: false, kinds });
    this.#kernels = loadKernels(chooseKernelName());
    this.#network = ThreadNetwork.alone(plan, this.#kernels);
    this.#normalization = normalization;
    importWeights(this.#network.memory, plan, weights);
    this.#network.prepare();
  }

  /**
   * What the network makes of some images.
   *
   * @param pixels n×h×w×c, 0..255
   * @param images at most BATCH_IMAGES
   * @returns n×outputs, not yet probabilities
   */
  computeOutputs(pixels: Uint8Array, images: number): Float32Array {
    const { input, inputLayout, output, batch } = this.#network.bound;
    const floatsPerImage = sizeOf(input.shape);
    const { sampleIds } = batch;
    const assembly = { ...this.#normalization, pixels, sampleIds, x: input.value, floatsPerImage };
    batch.size = images;
    if (inputLayout === 'images') this.#kernels.bindAssembleImages(assembly)(0, images);
    else this.#kernels.bindAssembleLanes(assembly)(0, images, 0, floatsPerImage);
    this.#network.forward();
    return output.value.slice(0, images * output.shape.channels);
  }
}
