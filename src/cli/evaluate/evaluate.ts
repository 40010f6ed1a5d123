import { isDeepStrictEqual } from 'node:util';
import type { Ensemble } from '../../checkpoint/ensemble.js';
import { evaluatePredictions, type NamedEvaluation } from '../../checkpoint/evaluation.js';
import type { Prediction } from '../../checkpoint/trained-model.js';
import { UserError, unknownName } from '../../core/errors.js';
import { sizeOf } from '../../core/shape.js';
import type { Dataset, LabelledImages } from '../../dataset/dataset.js';
import { loadDataset } from '../../dataset/load.js';
import { splitTraining } from '../../dataset/split.js';
import { takeSubset } from '../../dataset/subset.js';
import { warnOfMissingAddon } from '../../kernels/select.js';
import type { ResolvedRunSpec } from '../../run/spec.js';
import { createCommand, parseCommand } from '../command-line.js';
import { EXIT_CODES } from '../exit.js';
import { IGNORE_HASH_OPTION, PLUGIN_OPTION } from '../run-options.js';
import {
  COMBINE_OPTION,
  DATABASE_OPTION,
  loadNetworks,
  type NetworkFlags,
  RUN_OPTION,
} from '../saved-networks.js';
import type { Streams } from '../streams.js';
import { formatEvaluations } from './table.js';

/** The images of a data set that networks can be evaluated on. */
const HALVES = ['test', 'validation'] as const;
type Half = (typeof HALVES)[number];

interface Flags extends NetworkFlags {
  readonly on: Half;
  readonly data?: string;
  readonly json?: true;
}

/**
 * `evaluate <model>...`: how often trained networks are wrong on their data set's test or validation images, each by itself and all together.
 *
 * @param load reads a data set by its name
 * @returns the exit code
 * @throws UserError for wrong usage, a file that is no checkpoint, an unknown run, networks that are not for the same images and classes
 */
export async function main(args: readonly string[], streams: Streams, load = loadDataset): Promise<number> {
  const command = createCommand('evaluate', streams)
    .description(
      'Tells how often trained networks are wrong on images of their data set, each by itself and all together.',
    )
    .argument('[model...]', 'files that train.js --save has written')
    .option(...RUN_OPTION)
    .option(...DATABASE_OPTION)
    .option(...COMBINE_OPTION)
    .option(
      '--on <half>',
      `the images: ${HALVES.join(' or ')}, those of the networks' own specs`,
      parseHalf,
      HALVES[0] as Half,
    )
    .option('--data <folder>', "where the data set's files are, in place of their usual folder")
    .option(...PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option('--json', 'one JSON object a network, and one for all together')
    .action(async (files: readonly string[], flags: Flags) => {
      if (files.length === 0 && flags.run === undefined) {
        throw new UserError('evaluate: expected files of trained networks or --run, found neither.');
      }
      const warning = warnOfMissingAddon();
      if (warning) streams.err.write(`${warning}\n`);
      const ensemble = await loadNetworks(files, flags, streams);
      const dataset = await loadDatasetOf(ensemble, flags, load);
      const evaluations = await evaluateEach(ensemble, selectImages(ensemble, dataset, flags.on), flags);
      const { classNames } = ensemble.members[0]!.model;
      streams.out.write(
        flags.json
          ? evaluations.map((evaluation) => `${JSON.stringify(evaluation)}\n`).join('')
          : formatEvaluations(evaluations, classNames),
      );
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}

function parseHalf(text: string): Half {
  const half = HALVES.find((name) => name === text);
  if (half === undefined) throw unknownName('--on', 'half', text, HALVES);
  return half;
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

async function loadDatasetOf(
  ensemble: Ensemble,
  { data }: Flags,
  load: typeof loadDataset,
): Promise<Dataset> {
  const name = shareOf(ensemble, 'data set', ({ dataset }) => dataset);
  return load(name, data === undefined ? {} : { folder: data });
}

/** Images and where some of them stand, from 0. */
interface Selection {
  readonly images: LabelledImages;
  readonly samples: ArrayLike<number>;
}

/** The networks' test images, or those that none of them was trained on. */
function selectImages(ensemble: Ensemble, dataset: Dataset, half: Half): Selection {
  const { train, test, classNames } = dataset;
  if (half === 'test') {
    const { first, count } = shareOf(ensemble, 'test images', ({ testFirst, testCount }) =>
      takeSubset(test, testFirst, testCount, 'test'),
    );
    return { images: test, samples: Array.from({ length: count }, (_, i) => first + i) };
  }
  const { validation } = shareOf(ensemble, 'split into training and validation images', (spec) =>
    splitTraining(train, classNames.length, spec),
  );
  if (validation.length > 0) return { images: train, samples: validation };
  throw new UserError(
    '--on: expected networks with validation images, found a spec without validationCount or validationFraction. Take test.',
  );
}

async function evaluateEach(
  ensemble: Ensemble,
  { images, samples }: Selection,
  { combine }: Flags,
): Promise<NamedEvaluation[]> {
  const { input } = ensemble.members[0]!.model;
  const size = sizeOf(input);
  const order = Array.from(samples);
  const pictures = order.map((sample) => ({
    ...input,
    pixels: images.pixels.subarray(sample * size, (sample + 1) * size),
  }));
  const labels = order.map((sample) => images.labels[sample]!);
  const each: Prediction[][] = [];
  const evaluations: NamedEvaluation[] = [];
  for (const { name, model } of ensemble.members) {
    const predictions = await model.predict(pictures);
    each.push(predictions);
    evaluations.push({ name, ...evaluatePredictions(predictions, labels, model.spec.network.loss) });
  }
  if (each.length === 1) return evaluations;
  const losses = new Set(ensemble.members.map(({ model }) => model.spec.network.loss));
  const [loss] = losses;
  const together = evaluatePredictions(
    ensemble.combine(each),
    labels,
    combine === 'mean' && losses.size === 1 ? loss! : null,
  );
  return [...evaluations, { name: `${combine} of ${each.length}`, ...together }];
}
