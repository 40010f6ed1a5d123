/// <reference lib="esnext.disposable" preserve="true" />
import { z } from 'zod';
import { countCores } from '../core/count-cores.js';
import { describeValue } from '../core/describe-value.js';
import { UserError, unknownName } from '../core/errors.js';
import { LoopTurns } from '../core/loop-turns.js';
import { mapSome } from '../core/map-some.js';
import { parseWith } from '../core/parse.js';
import type { Shape } from '../core/shape.js';
import type { PixelRange } from '../dataset/pixel-values.js';
import { BACKGROUNDS, type Picture, type PictureReading, type ReadOptions } from '../image/read-image.js';
import { MAX_THREADS } from '../parallel/pool.js';
import { ThreadQueue } from '../parallel/thread-queue.js';
import { loadPlugins } from '../plugins/load.js';
import { checkPlugins, NO_PLUGINS } from '../plugins/plugins.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import type { Checkpoint } from './checkpoint.js';
import { type LoadOptions, loadCheckpoint, loadOptionsSchema } from './load.js';
import { decodeFor, type EncodedImage, isEncoded, type ModelImage } from './model-images.js';
import { ModelThreads } from './model-threads.js';
import { readPixels } from './pixels.js';
import type { LayerValues } from './predictor.js';
import { toProbabilities } from './probabilities.js';
import { type SharedModel, shareModel } from './shared-model.js';

const optionsSchema = z.strictObject({
  range: z
    .union([z.literal(1), z.literal(255)], { error: 'expected 1 or 255' })
    .nullable()
    .default(null),
  background: z.enum(BACKGROUNDS).optional(),
  workers: z.int().min(1).max(MAX_THREADS).optional(),
  signal: z.instanceof(AbortSignal, { error: 'expected an AbortSignal' }).optional(),
});
type ParsedOptions = z.output<typeof optionsSchema>;

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

/** What one layer makes of one image. */
export interface LayerOutput extends LayerValues {
  /** The layer's. */
  readonly name: string;
}

export interface PredictOptions extends Pick<ReadOptions, 'background'> {
  /** Of pixels that are given as numbers: 1 if they are from 0 to 1. */
  readonly range?: PixelRange;
  /** Threads that compute at once, at most. Default: one for each core. */
  readonly workers?: number;
  /** Ends the call: what is raised is thrown at once, and images that no thread has yet are left. */
  readonly signal?: AbortSignal;
}

/**
 * A trained network that predicts. It computes on threads of its own, which begin when they are first needed and keep no process alive: the event loop
 * stays free, and any number of calls may be under way.
 */
export class TrainedModel implements AsyncDisposable {
  /** With which it was trained. */
  readonly spec: ResolvedRunSpec;
  /** Of the data set that it was trained on, where the file says so. */
  readonly datasetSha256?: string;
  /** Empty for a regression. */
  readonly classNames: readonly string[];
  /** Of a regression alone. */
  readonly targetNames?: readonly string[];
  /** How the pictures that it was trained on were read, where the file says so. Those that it is given are read likewise. */
  readonly pictures: PictureReading;
  readonly #model: SharedModel;
  readonly #threads: ModelThreads;
  readonly #turns = new LoopTurns();
  /** Pictures are decoded on threads of the system's, each of which holds one in its memory. */
  readonly #decoders = new ThreadQueue(countCores());

  /**
   * @param trained what `train` gave; for a file there is `loadModel`
   * @param plugins those that it was trained with, if any: what `loadPlugins` gives
   * @throws UserError if one is not at hand, or there is not memory enough
   */
  constructor(trained: Checkpoint, plugins = NO_PLUGINS) {
    checkPlugins(trained.spec.plugins, plugins, trained.spec.model);
    this.spec = trained.spec;
    this.classNames = trained.classNames;
    if (trained.datasetSha256 !== undefined) this.datasetSha256 = trained.datasetSha256;
    if (trained.targetNames) this.targetNames = trained.targetNames;
    this.pictures = trained.pictures ?? {};
    this.#model = shareModel(trained, plugins);
    this.#threads = new ModelThreads(this.#model);
  }

  /** Of an image as the network takes it. */
  get input(): Shape {
    return this.spec.network.input;
  }

  /** Numbers that it gives for an image: at least one for each class, or one for each target. */
  get outputCount(): number {
    return this.#model.outputs;
  }

  /** Names of the layers that `features` knows. */
  get layerNames(): readonly string[] {
    return this.#model.layers;
  }

  /**
   * Reads a picture as the network takes it: scaled to its input as the pictures were that it was trained on (else what is over on the longer side is
   * cut off), grey or coloured.
   *
   * @param file PNG, JPEG or WebP
   * @param options `background`: behind transparent parts. Default: as in training, else white
   * @throws UserError if it is no such picture, or the network is not for pictures
   */
  async readImage(file: string, { background }: Pick<ReadOptions, 'background'> = {}): Promise<Picture> {
    return this.#decode(file, background, file);
  }

  /**
   * Predicts the classes of images, or their targets. What it says of one depends neither on others nor on what else is computed meanwhile.
   *
   * @param images files, read as `readImage` does, or the bytes of such files; or pixels in the input's own size, h×w×c of 0..255, with their shape or
   *   without. Not to be changed until there is an answer
   * @param options.range of pixels that are given as numbers: 1 if they are from 0 to 1
   * @param options.background as of `readImage`
   * @param options.workers threads that compute for this call at once, at most
   * @param options.signal ends the call
   * @returns a prediction for each image, in order; for one that is no list of images a prediction
   * @throws UserError that names the first image that is none, has another size or numbers outside its range; if outputs are not finite, or the model has
   *   been closed
   */
  async predict(images: readonly ModelImage[], options?: PredictOptions): Promise<Prediction[]>;
  async predict(image: ModelImage, options?: PredictOptions): Promise<Prediction>;
  async predict(
    images: ModelImage | readonly ModelImage[],
    options: PredictOptions = {},
  ): Promise<Prediction | Prediction[]> {
    const explain = ({ values }: LayerValues) => this.#explain(values);
    // An array of numbers is one image.
    const isList = Array.isArray(images) && typeof images[0] !== 'number';
    const list = isList ? (images as readonly ModelImage[]) : [images as ModelImage];
    const predictions = await this.#computeEach('predict', list, { options, layer: null, explain });
    return isList ? predictions : predictions[0]!;
  }

  /**
   * The network's outputs before they become probabilities, one a class; of a regression one a target.
   *
   * @param images as of `predict`
   * @returns those of each image, in order
   * @throws UserError as `predict` does
   */
  async logits(images: readonly ModelImage[], options: PredictOptions = {}): Promise<Float32Array[]> {
    const explain = ({ values }: LayerValues) => this.#checkOutputs(values);
    return this.#computeEach('logits', images, { options, layer: null, explain });
  }

  /**
   * What one layer makes of images.
   *
   * @param images as of `predict`
   * @param layer one of `layerNames`, which `describe` tells too
   * @returns its values of each image, h×w×c, in order
   * @throws UserError as `predict` does, and for a layer that is none
   */
  async features(
    images: readonly ModelImage[],
    layer: string,
    options: PredictOptions = {},
  ): Promise<LayerOutput[]> {
    if (!this.layerNames.includes(layer)) throw unknownName('features', 'layer', layer, this.layerNames);
    const explain = (output: LayerValues) => ({ name: layer, ...output });
    return this.#computeEach('features', images, { options, layer, explain });
  }

  /** Ends the model's threads, once what is under way is done. After that there are no more predictions. */
  async close(): Promise<void> {
    await this.#threads.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Has the network compute every image, some at a time, and makes of each what is asked for. */
  async #computeEach<Result>(
    what: string,
    images: readonly ModelImage[],
    {
      options,
      layer,
      explain,
    }: {
      readonly options: PredictOptions;
      readonly layer: string | null;
      readonly explain: (output: LayerValues) => Result;
    },
  ): Promise<Result[]> {
    if (!Array.isArray(images)) {
      throw new UserError(
        `${what}: expected a list of images, found ${describeValue(images)}. Put it in brackets.`,
      );
    }
    const parsed = parseWith(optionsSchema, options, `${what}: options`);
    const { workers = countCores(), signal } = parsed;
    return this.#threads.serve({ layer, workers, signal }, (compute) =>
      mapSome(images, ModelThreads.imagesAtOnce(workers), async (image: ModelImage, i) => {
        const pixels = await this.#read(image, `image ${i + 1}`, parsed);
        const output = await compute(pixels);
        await this.#turns.giveWay();
        return explain(output);
      }),
    );
  }

  async #read(
    image: ModelImage,
    where: string,
    { range, background, signal }: ParsedOptions,
  ): Promise<Uint8Array> {
    await this.#turns.giveWay();
    if (!isEncoded(image, this.input, where)) return readPixels(image, { input: this.input, range, where });
    await this.#decoders.take(1);
    try {
      signal?.throwIfAborted();
      return (await this.#decode(image, background, where)).pixels;
    } finally {
      this.#decoders.give(1);
    }
  }

  #decode(image: EncodedImage, background: ReadOptions['background'], where: string): Promise<Picture> {
    return decodeFor(this.input, image, { ...this.pictures, ...(background && { background }) }, where);
  }

  #checkOutputs(outputs: Float32Array): Float32Array {
    const wrong = outputs.find((output) => !Number.isFinite(output));
    if (wrong === undefined) return outputs;
    throw new UserError(
      `${this.spec.model}: expected finite outputs, found ${wrong}. The weights are not of a network that has learned.`,
    );
  }

  #explain(outputs: Float32Array): Prediction {
    this.#checkOutputs(outputs);
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
 * @throws UserError for an unknown option; if it is no such file, is cut, has been changed, needs a plugin that is not at hand or not the same, has weights that are not
 *   finite, or tensors that are not those of its spec
 */
export async function loadModel(file: string, options: LoadOptions = {}): Promise<TrainedModel> {
  parseWith(loadOptionsSchema, options, 'loadModel: options');
  const plugins = await loadPlugins(options.plugins ?? []);
  return new TrainedModel(await loadCheckpoint(file, { ...options, plugins }), plugins);
}
