import { isDeepStrictEqual } from 'node:util';
import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { type Answer, averageTargets, type Combination, combinePredictions } from './combine.js';
import type { ModelImage } from './model-images.js';
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

  /** @throws UserError if they are not for the same images and classes, have not as many outputs, or there are none */
  constructor(members: readonly NamedModel[], combination: Combination) {
    const [first, ...others] = members;
    if (first === undefined) throw new UserError('ensemble: expected at least one network, found none.');
    for (const other of others) checkAlike(first, other);
    if (first.model.targetNames && others.length > 0 && combination === 'vote') {
      throw new UserError(
        `${first.name}: expected classes to vote on, found a regression, whose answers are numbers. Take mean.`,
      );
    }
    this.members = members;
    this.#combination = combination;
  }

  /**
   * The classes or targets of images, as `TrainedModel.predict` gives them.
   *
   * @throws UserError as that does, and for what is no list of images
   */
  async predict(images: readonly ModelImage[], options: PredictOptions = {}): Promise<Answer[]> {
    if (!Array.isArray(images)) {
      throw new UserError(
        `ensemble: expected a list of images, found ${describeValue(images)}. Put it in brackets.`,
      );
    }
    const each: Prediction[][] = [];
    for (const { model } of this.members) each.push(await model.predict(images, options));
    return this.combine(each);
  }

  /** @param each member's predictions of the same images */
  combine(each: readonly (readonly Prediction[])[]): Answer[] {
    const [first] = each;
    if (each.length === 1) return [...first!];
    return first!.map(({ targets }, image) => {
      const answers = each.map((predictions) => predictions[image]!);
      return targets
        ? { classes: [], targets: averageTargets(answers) }
        : { classes: combinePredictions(answers, this.#combination) };
    });
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
  const [names, otherNames] = [first.model, other.model].map(
    ({ classNames, targetNames }) => targetNames ?? classNames,
  ) as [readonly string[], readonly string[]];
  const what = first.model.targetNames ? 'targets' : 'classes';
  const areOfOneKind = (first.model.targetNames === undefined) === (other.model.targetNames === undefined);
  if (!areOfOneKind || !isDeepStrictEqual(names, otherNames)) {
    throw new UserError(
      `${other.name}: expected the ${what} of ${first.name} (${names.join(', ')}), found ${otherNames.join(', ')}. ` +
        `Take networks for the same ${what}.`,
    );
  }
  const [outputs, otherOutputs] = [first.model, other.model].map(({ outputCount }) => outputCount);
  if (outputs !== otherOutputs) {
    throw new UserError(
      `${other.name}: expected ${outputs} outputs, as ${first.name} has, found ${otherOutputs}. Take networks with as many.`,
    );
  }
}
