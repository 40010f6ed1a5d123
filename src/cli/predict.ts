import type { Answer } from '../checkpoint/combine.js';
import type { Ensemble, NamedModel } from '../checkpoint/ensemble.js';
import type { TargetValue, TrainedModel } from '../checkpoint/trained-model.js';
import { MAX_CLASSES } from '../core/class-numbers.js';
import { cutList } from '../core/cut-list.js';
import { UserError } from '../core/errors.js';
import type { Background, Picture } from '../image/read-image.js';
import { warnOfMissingAddon } from '../kernels/select.js';
import { formatTarget } from '../report/measures.js';
import { BACKGROUND_OPTION, tellBackground } from './background-option.js';
import { createCommand, parseCommand, parseCount } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import { refuseIdleOptions } from './idle-options.js';
import { isSavedNetwork } from './network-argument.js';
import { IGNORE_HASH_OPTION, PLUGIN_OPTION } from './run-options.js';
import {
  COMBINE_OPTION,
  DATABASE_OPTION,
  loadNetworks,
  type NetworkFlags,
  RUN_OPTION,
} from './saved-networks.js';
import type { Streams } from './streams.js';

const DEFAULT_TOP = 5;
/** Images that are predicted before their results are printed. */
const IMAGES_AT_A_TIME = 16;

interface Flags extends NetworkFlags {
  readonly top: number;
  readonly background?: Background;
  readonly json?: true;
}

/**
 * `predict <model>... <image>...`: prints what a trained network, or several together, take images for. An image that cannot be read is told of in a line; the others
 * are predicted.
 *
 * @returns the exit code: 1 if some images could not be read, 2 if none
 * @throws UserError for wrong usage, a file that is no checkpoint
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  let exitCode: number = EXIT_CODES.done;
  const command = createCommand('predict', streams)
    .description(
      'Prints the classes that a trained network takes images for, with their probabilities, or the numbers of a regression.',
    )
    .argument(
      '<file...>',
      'files that train.js --save has written, then PNG, JPEG or WebP files, which are scaled to the size of the input',
    )
    .addOption(RUN_OPTION)
    .option(...DATABASE_OPTION)
    .option(...COMBINE_OPTION)
    .option(
      '--top <n>',
      'classes of each image',
      (text) => parseCount('--top', text, MAX_CLASSES),
      DEFAULT_TOP,
    )
    .option(...BACKGROUND_OPTION)
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option('--json', 'one JSON object an image, with its classes or what is wrong with it')
    .action(async (files: readonly string[], flags: Flags) => {
      const { models, images } = await splitFiles(files, flags.run !== undefined);
      const warning = warnOfMissingAddon();
      if (warning) streams.err.write(`${warning}\n`);
      const networks = await loadNetworks(models, flags, { command, streams });
      if (networks.members[0]!.model.targetNames) {
        refuseIdleOptions(
          command,
          ['--top'],
          'expected it with classes, found a regression, which tells all targets.',
        );
      }
      checkReadings(networks);
      let answers = 0;
      for (const some of cutList(images, IMAGES_AT_A_TIME)) {
        answers += await predictSome(networks, some, flags, streams);
      }
      if (answers < images.length) exitCode = answers > 0 ? EXIT_CODES.failed : EXIT_CODES.usage;
    });
  await parseCommand(command, args);
  return exitCode;
}

/**
 * The networks and the images among some files: networks come first, at least one of them unless there are runs.
 *
 * @throws UserError if there are no images
 */
async function splitFiles(
  files: readonly string[],
  hasRuns: boolean,
): Promise<{ models: readonly string[]; images: readonly string[] }> {
  let count = 0;
  while (count < files.length && (await looksSaved(files[count]!))) count++;
  if (count === 0 && !hasRuns) count = 1;
  const images = files.slice(count);
  if (images.length > 0) return { models: files.slice(0, count), images };
  throw new UserError(
    'predict: expected images behind the networks, found none. Give PNG, JPEG or WebP files; evaluate takes the images of a data set.',
  );
}

/** What cannot be read at all is told of where it is read. */
async function looksSaved(file: string): Promise<boolean> {
  try {
    return await isSavedNetwork(file);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** @throws UserError if one picture would have to be read in several ways */
function checkReadings({ members }: Ensemble): void {
  const readingOf = ({ model: { pictures } }: NamedModel) => {
    const { fit = 'cover', background = 'white' } = pictures;
    return `fit=${fit} and background=${background}`;
  };
  const [first, ...others] = members;
  const expected = readingOf(first!);
  const other = others.find((member) => readingOf(member) !== expected);
  if (other === undefined) return;
  throw new UserError(
    `${other.name}: expected a network that was trained on pictures read with ${expected}, as ${first!.name} was, found ${readingOf(other)}. Predict with each by itself.`,
  );
}

/** A picture that has been read, or why it could not be. */
type Reading = { readonly image: string } & ({ readonly picture: Picture } | { readonly error: string });

/** @returns how many of them could be read */
async function predictSome(
  networks: Ensemble,
  images: readonly string[],
  { top, json, background }: Flags,
  streams: Streams,
): Promise<number> {
  const say = (line: string) => streams.err.write(`${line}\n`);
  // All networks take the same images.
  const reader = networks.members[0]!.model;
  const readings = await Promise.all(images.map((image) => read(reader, image, background)));
  const pictures = readings.flatMap((reading) => ('picture' in reading ? [reading.picture] : []));
  const predictions = (await networks.predict(pictures)).values();
  for (const reading of readings) {
    if ('error' in reading) {
      say(reading.error);
      if (json) streams.out.write(`${JSON.stringify(reading)}\n`);
      continue;
    }
    tellBackground(reading.image, reading.picture, say, background ?? reader.pictures.background);
    const format = json ? formatAsJson : formatAsText;
    streams.out.write(format(reading.image, predictions.next().value!, top));
  }
  return pictures.length;
}

async function read(reader: TrainedModel, image: string, background?: Background): Promise<Reading> {
  try {
    return { image, picture: await reader.readImage(image, background ? { background } : {}) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { image, error: error.message };
  }
}

function formatAsJson(image: string, { classes, targets }: Answer, top: number): string {
  const told = targets ? { targets } : { classes: classes.slice(0, top) };
  return `${JSON.stringify({ image, ...told })}\n`;
}

/** The image, and a line a class, `  97.31%  cat`, or a target: `  0.1234  angle`. */
function formatAsText(image: string, { classes, targets }: Answer, top: number): string {
  if (targets) return `${image}\n${formatTargets(targets)}`;
  const lines = classes
    .slice(0, top)
    .map(({ name, probability }) => `  ${(100 * probability).toFixed(2).padStart(6)}%  ${name}\n`);
  return `${image}\n${lines.join('')}`;
}

function formatTargets(targets: readonly TargetValue[]): string {
  const numbers = targets.map(({ value }) => formatTarget(value));
  const width = Math.max(...numbers.map(({ length }) => length));
  return targets.map(({ name }, i) => `  ${numbers[i]!.padStart(width)}  ${name}\n`).join('');
}
