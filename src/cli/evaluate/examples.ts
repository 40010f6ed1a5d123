import { isDeepStrictEqual } from 'node:util';
import type { Ensemble } from '../../checkpoint/ensemble.js';
import type { TrainedModel } from '../../checkpoint/trained-model.js';
import { UserError } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Dataset, LabelledImages } from '../../dataset/dataset.js';
import type { loadDataset } from '../../dataset/load.js';
import type { PixelImage } from '../../dataset/pixel-values.js';
import { splitTraining } from '../../dataset/split.js';
import { takeSubset } from '../../dataset/subset.js';
import type { ResolvedRunSpec } from '../../run/spec.js';
import { type DataFlags, openOwnData } from '../data-options.js';
import { describeOtherData } from '../other-data.js';
import type { Streams } from '../streams.js';

/** The images of a data set that networks can be evaluated on. */
export const HALVES = ['test', 'validation', 'train'] as const;
export type Half = (typeof HALVES)[number];

export interface ExampleFlags extends DataFlags {
  readonly on: Half;
  /** Another one than the networks' own. */
  readonly dataset?: string;
}

/** Images, and what is to be said of them. */
export interface Examples {
  readonly images: readonly PixelImage[];
  /** Among the networks' outputs; none of a regression. */
  readonly labels: readonly number[];
  /** n×d; of a regression alone. */
  readonly targets: Float32Array | null;
}

/**
 * Reads the images that networks are to be evaluated on: of their own data set those that their specs say, of another one all.
 *
 * @throws UserError for a data set that is not there, or is not for these networks; for networks that have no such images, or not the same
 */
export async function readExamples(
  ensemble: Ensemble,
  flags: ExampleFlags,
  { load, streams }: { readonly load: typeof loadDataset; readonly streams: Streams },
): Promise<Examples> {
  const { on, dataset: other } = flags;
  if (other !== undefined && flags.data !== undefined) {
    throw new UserError(`--data: expected it in place of --dataset ${other}, found both. Leave one out.`);
  }
  const own = shareOf(ensemble, 'data set', ({ dataset }) => dataset);
  const given = await openOwnData(flags, streams);
  const dataset = given?.dataset ?? (await load(other ?? own));
  const { model } = ensemble.members[0]!;
  checkKind(model, dataset);
  const indices = findOutputs(model, dataset);
  const isOwn = given ? isTrainedOn(ensemble, given.dataset) : (other ?? own) === own;
  const advice = given === null ? adviseOnName(dataset) : adviseOnDivision(own, dataset);
  if (other === undefined && advice !== null) warnOfOtherData(ensemble, dataset, advice, streams);
  const { images, samples } = isOwn ? selectOwn(ensemble, dataset, on) : selectAll(dataset, on);
  const size = sizeOf(dataset.shape);
  const order = Array.from(samples);
  const d = model.targetNames?.length ?? 0;
  return {
    images: order.map((sample) => ({
      ...dataset.shape,
      pixels: images.pixels.subarray(sample * size, (sample + 1) * size),
    })),
    labels: model.targetNames ? [] : order.map((sample) => indices[images.labels[sample]!]!),
    targets: model.targetNames
      ? Float32Array.from(
          { length: order.length * d },
          (_, i) => images.targets![order[Math.floor(i / d)]! * d + (i % d)]!,
        )
      : null,
  };
}

/** Whether a data set of the user's own is the networks', by its bytes where their files tell them. */
function isTrainedOn({ members }: Ensemble, { name, sha256 }: Dataset): boolean {
  return members.every(({ model: { datasetSha256, spec } }) =>
    datasetSha256 === undefined ? spec.dataset === name : datasetSha256 === sha256,
  );
}

const adviseOnName = ({ name }: Dataset) =>
  `Give its own with --data, or ask for this one: --dataset ${name}.`;

/** Of the user's own data by the name that was trained on: divided in another way, they have images of the training among those of the test. */
const adviseOnDivision = (own: string, { name }: Dataset) =>
  name === own
    ? 'Unless all its images are other ones, divide it as for the training, lest it be tested on what it was trained on: --data-option testFraction and splitSeed.'
    : null;

function warnOfOtherData({ members }: Ensemble, dataset: Dataset, advice: string, { err }: Streams): void {
  for (const { name, model } of members) {
    const other = describeOtherData(name, model, dataset);
    if (other === null) continue;
    err.write(`warning: ${other} ${advice}\n`);
    return;
  }
}

/** Whether its images are of the networks' size, and of classes or targets as theirs are. */
function checkKind({ input, targetNames, spec }: TrainedModel, dataset: Dataset): void {
  if (formatShape(input) !== formatShape(dataset.shape)) {
    throw new UserError(
      `${dataset.name}: expected images of ${formatShape(input)} for ${spec.model}, found ${formatShape(dataset.shape)}. ` +
        'Take another data set.',
    );
  }
  if (isDeepStrictEqual(targetNames, dataset.targetNames)) return;
  const describe = (names?: readonly string[]) => (names ? `targets (${names.join(', ')})` : 'classes');
  throw new UserError(
    `${dataset.name}: expected ${describe(targetNames)} for ${spec.model}, found ${describe(dataset.targetNames)}. ` +
      'Take another data set.',
  );
}

/** The output of each of the data set's classes, by their names. */
function findOutputs({ classNames, spec }: TrainedModel, dataset: Dataset): number[] {
  if (isDeepStrictEqual(classNames, dataset.classNames)) return classNames.map((_, index) => index);
  return dataset.classNames.map((name) => {
    const index = classNames.indexOf(name);
    if (index >= 0) return index;
    throw new UserError(
      `${dataset.name}: expected classes that ${spec.model} knows (${classNames.join(', ')}), found '${name}'. ` +
        'Take a data set of the same classes.',
    );
  });
}

/** What all networks have in common, for messages about the first that differs. */
function shareOf<T>(ensemble: Ensemble, what: string, of: (spec: ResolvedRunSpec) => T): T {
  const [first, ...others] = ensemble.members;
  const shared = of(first!.model.spec);
  const odd = others.find(({ model }) => !isDeepStrictEqual(of(model.spec), shared));
  if (odd === undefined) return shared;
  throw new UserError(
    `${odd.name}: expected the ${what} of ${first!.name}, found others. Evaluate the networks apart from each other.`,
  );
}

/** Images and where some of them stand, from 0. */
interface Selection {
  readonly images: LabelledImages;
  readonly samples: ArrayLike<number>;
}

function selectOwn(ensemble: Ensemble, { train, test, classNames }: Dataset, on: Half): Selection {
  if (on === 'test') {
    const { first, count } = shareOf(ensemble, 'test images', ({ testFirst, testCount }) =>
      takeSubset(test, testFirst, testCount, 'test'),
    );
    return { images: test, samples: Array.from({ length: count }, (_, i) => first + i) };
  }
  const split = shareOf(ensemble, 'split into training and validation images', (spec) =>
    splitTraining(train, classNames.length, spec),
  );
  if (split[on].length > 0) return { images: train, samples: split[on] };
  throw new UserError(
    '--on: expected networks with validation images, found a spec without validationCount or validationFraction. Take test.',
  );
}

function selectAll({ name, train, test }: Dataset, on: Half): Selection {
  if (on === 'validation') {
    throw new UserError(
      `--on: expected test or train of ${name}, found validation, which the networks' own data set has alone. Take test.`,
    );
  }
  const images = on === 'test' ? test : train;
  return { images, samples: Array.from({ length: images.count }, (_, i) => i) };
}
