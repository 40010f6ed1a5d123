import { z } from 'zod';
import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { type Shape, sizeOf } from '../core/shape.js';
import { BACKGROUNDS, type Picture, type ReadOptions, readImage } from '../image/read-image.js';
import { loadPlugins } from '../plugins/load.js';
import { checkPlugins, NO_PLUGINS } from '../plugins/plugins.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import type { Checkpoint } from './checkpoint.js';
import { type LoadOptions, loadCheckpoint } from './load.js';
import { type PixelImage, type PixelRange, readPixels } from './pixels.js';
import { BATCH_IMAGES, Predictor } from './predictor.js';
import { toProbabilities } from './probabilities.js';

const optionsSchema = z.strictObject({
  range: z.union([z.literal(1), z.literal(255)], { error: 'expected 1 or 255' }).optional(),
  background: z.enum(BACKGROUNDS).optional(),
});

/** A class with how likely it is. */
export interface ClassProbability {
  readonly name: string;
  /** Of the network's output, from 0. */
  readonly index: number;
  /** 0..1; those of all classes sum to 1. */
  readonly probability: number;
}

/** A target with the number that it is taken to be. */
export interface TargetValue {
  readonly name: string;
  readonly value: number;
}

/** What a network makes of an image. */
export interface Prediction {
  /** All classes, the most likely first; none for a regression. */
  readonly classes: readonly ClassProbability[];
  /** All targets of a regression, in order. */
  readonly targets?: readonly TargetValue[];
  /** The network's outputs, one a class, before they became probabilities: the logits. Of a regression one a target. */
  readonly outputs: Float32Array;
}

/** How images become a network's input. */
export interface PredictOptions extends Pick<ReadOptions, 'background'> {
  /** Of pixels that are given as numbers: 1 if they are from 0 to 1. */
  readonly range?: PixelRange;
}

/** A trained network that predicts. It computes in the calling thread. */
export class TrainedModel {
  /** With which it was trained. */
  readonly spec: ResolvedRunSpec;
  /** Empty for a regression. */
  readonly classNames: readonly string[];
  /** Of a regression alone. */
  readonly targetNames?: readonly string[];
  readonly #predictor: Predictor;

  /**
   * @param trained what `train` gave; for a file there is `loadModel`
   * @param plugins those that it was trained with, if any: what `loadPlugins` gives
   * @throws UserError if one is not at hand, or there is not memory enough
   */
  constructor(trained: Checkpoint, plugins = NO_PLUGINS) {
    checkPlugins(trained.spec.plugins, plugins, trained.spec.model);
    this.spec = trained.spec;
    this.classNames = trained.classNames;
    if (trained.targetNames) this.targetNames = trained.targetNames;
    this.#predictor = new Predictor(trained, plugins.layers);
  }

  /** Of an image as the network takes it. */
  get input(): Shape {
    return this.spec.network.input;
  }

  /**
   * Reads a picture as the network takes it: scaled to its input (what is over on the longer side is cut off), grey or coloured.
   *
   * @param file PNG, JPEG or WebP
   * @param options `background`: behind transparent parts. Default: white
   * @throws UserError if it is no such picture, or the network is not for pictures
   */
  async readImage(file: string, options: Pick<ReadOptions, 'background'> = {}): Promise<Picture> {
    const { height, width, channels } = this.input;
    if (channels !== 1 && channels !== 3) {
      throw new UserError(
        `${this.spec.model}: expected a network for grey or coloured images, found one for ${channels} channels.`,
      );
    }
    return readImage(file, { size: [height, width], channels, ...options });
  }

  /**
   * Predicts the classes of images, or their targets. What it says of one does not depend on the others.
   *
   * @param images files, read as `readImage` does; or pixels in the input's own size, h×w×c of 0..255
   * @param options.range of pixels that are given as numbers: 1 if they are from 0 to 1
   * @param options `background`: as of `readImage`
   * @returns a prediction for each image, in order
   * @throws UserError if a file is no such picture, pixels have another size or are outside their range, or outputs are not finite
   */
  async predict(
    images: readonly (string | PixelImage)[],
    options: PredictOptions = {},
  ): Promise<Prediction[]> {
    if (!Array.isArray(images)) {
      throw new UserError(
        `predict: expected a list of images, found ${describeValue(images)}. Put it in brackets.`,
      );
    }
    const parsed = parseWith(optionsSchema, options, 'predict: options');
    const predictions: Prediction[] = [];
    const size = sizeOf(this.input);
    const pixels = new Uint8Array(BATCH_IMAGES * size);
    for (let first = 0; first < images.length; first += BATCH_IMAGES) {
      const some = images.slice(first, first + BATCH_IMAGES);
      for (const [i, image] of some.entries())
        pixels.set(await this.#fit(image, `image ${first + i + 1}`, parsed), i * size);
      const outputs = this.#predictor.computeOutputs(pixels, some.length);
      const classes = outputs.length / some.length;
      for (let i = 0; i < some.length; i++) {
        predictions.push(this.#explain(outputs.slice(i * classes, (i + 1) * classes)));
      }
    }
    return predictions;
  }

  async #fit(
    image: string | PixelImage,
    where: string,
    { range, background = 'white' }: z.output<typeof optionsSchema>,
  ): Promise<Uint8Array> {
    if (typeof image === 'string') return (await this.readImage(image, { background })).pixels;
    return readPixels(image, { input: this.input, range: range ?? null, where });
  }

  #explain(outputs: Float32Array): Prediction {
    if (!outputs.every(Number.isFinite)) {
      throw new UserError(
        `${this.spec.model}: expected finite outputs, found ${outputs.find((output) => !Number.isFinite(output))}. ` +
          'The weights are not of a network that has learned.',
      );
    }
    if (this.targetNames) {
      return {
        classes: [],
        targets: this.targetNames.map((name, i) => ({ name, value: outputs[i]! })),
        outputs,
      };
    }
    const probabilities = toProbabilities(outputs, this.spec.network.loss);
    const classes = probabilities.map((probability, index) => ({
      name: this.classNames[index] ?? `class ${index}`,
      index,
      probability,
    }));
    // By the outputs, since probabilities may be equal where those are not.
    return { classes: classes.sort((a, b) => outputs[b.index]! - outputs[a.index]!), outputs };
  }
}

/**
 * Loads a trained network from a file that `saveModel` or `scripts/train.js --save` has written.
 *
 * @throws UserError if it is no such file, is cut, has been changed, needs a plugin that is not at hand or not the same, has weights that are not
 *   finite, or tensors that are not those of its spec
 */
export async function loadModel(file: string, options: LoadOptions = {}): Promise<TrainedModel> {
  const plugins = await loadPlugins(options.plugins ?? []);
  return new TrainedModel(await loadCheckpoint(file, { ...options, plugins }), plugins);
}
