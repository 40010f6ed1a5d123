import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { type Combination, combinePredictions } from './combine.js';
import type { PixelImage } from './pixels.js';
import type { Prediction, PredictOptions, TrainedModel } from './trained-model.js';

/** A trained network, and what it is called in messages. */
export interface NamedModel {
  readonly name: string;
  readonly model: TrainedModel;
}

/** Several trained networks that answer together; of one alone, its own answers. */
export class Ensemble {
  readonly members: readonly NamedModel[];
  readonly #combination: Combination;

  /** @throws UserError if they are not for the same images and classes, or there are none */
  constructor(members: readonly NamedModel[], combination: Combination) {
    const [first, ...others] = members;
    if (first === undefined) throw new UserError('ensemble: expected at least one network, found none.');
    for (const other of others) checkAlike(first, other);
    this.members = members;
    this.#combination = combination;
  }

  /** The classes of images, as `TrainedModel.predict` gives them. */
  async predict(
    images: readonly (string | PixelImage)[],
    options: PredictOptions = {},
  ): Promise<Pick<Prediction, 'classes'>[]> {
    const each: Prediction[][] = [];
    for (const { model } of this.members) each.push(await model.predict(images, options));
    return this.combine(each);
  }

  /** @param each member's predictions of the same images */
  combine(each: readonly (readonly Prediction[])[]): Pick<Prediction, 'classes'>[] {
    const [first] = each;
    if (each.length === 1) return [...first!];
    return first!.map((_, image) => ({
      classes: combinePredictions(
        each.map((predictions) => predictions[image]!),
        this.#combination,
      ),
    }));
  }
}

function checkAlike(first: NamedModel, other: NamedModel): void {
  const [input, otherInput] = [first.model.input, other.model.input].map(formatShape);
  if (input !== otherInput) {
    throw new UserError(
      `${other.name}: expected a network for images of ${input}, as ${first.name} is, found one for ${otherInput}. ` +
        'Take networks for the same images.',
    );
  }
  const [names, otherNames] = [first.model.classNames, other.model.classNames];
  if (!isDeepStrictEqual(names, otherNames)) {
    throw new UserError(
      `${other.name}: expected the classes of ${first.name} (${names.join(', ')}), found ${otherNames.join(', ')}. ` +
        'Take networks for the same classes.',
    );
  }
}
