import type { Ensemble } from '../checkpoint/ensemble.js';
import type { Prediction } from '../checkpoint/trained-model.js';
import { MAX_CLASSES } from '../core/class-numbers.js';
import { UserError } from '../core/errors.js';
import type { Background, Picture } from '../image/read-image.js';
import { warnOfMissingAddon } from '../kernels/select.js';
import { BACKGROUND_OPTION, tellBackground } from './background-option.js';
import { createCommand, parseCommand, parseCount } from './command-line.js';
import { EXIT_CODES } from './exit.js';
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
  readonly background: Background;
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
    .description('Prints the classes that a trained network takes images for, with their probabilities.')
    .argument(
      '<file...>',
      'files that train.js --save has written, then PNG, JPEG or WebP files, which are scaled to the size of the input',
    )
    .option(...RUN_OPTION)
    .option(...DATABASE_OPTION)
    .option(...COMBINE_OPTION)
    .option(
      '--top <n>',
      'classes of each image',
      (text) => parseCount('--top', text, MAX_CLASSES),
      DEFAULT_TOP,
    )
    .option(...BACKGROUND_OPTION)
    .option(...PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option('--json', 'one JSON object an image')
    .action(async (files: readonly string[], flags: Flags) => {
      const { models, images } = await splitFiles(files, flags.run !== undefined);
      const warning = warnOfMissingAddon();
      if (warning) streams.err.write(`${warning}\n`);
      const networks = await loadNetworks(models, flags, streams);
      let answers = 0;
      for (let first = 0; first < images.length; first += IMAGES_AT_A_TIME) {
        const some = images.slice(first, first + IMAGES_AT_A_TIME);
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
  const read: { image: string; picture: Picture }[] = [];
  for (const image of images) {
    try {
      const picture = await reader.readImage(image, { background });
      tellBackground(image, picture, background, say);
      read.push({ image, picture });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(error.message);
    }
  }
  const predictions = await networks.predict(read.map(({ picture }) => picture));
  const format = json ? formatAsJson : formatAsText;
  for (const [i, { image }] of read.entries()) streams.out.write(format(image, predictions[i]!, top));
  return read.length;
}

function formatAsJson(image: string, { classes }: Pick<Prediction, 'classes'>, top: number): string {
  return `${JSON.stringify({ image, classes: classes.slice(0, top) })}\n`;
}

/** The image, and a line a class: `  97.31%  cat`. */
function formatAsText(image: string, { classes }: Pick<Prediction, 'classes'>, top: number): string {
  const lines = classes
    .slice(0, top)
    .map(({ name, probability }) => `  ${(100 * probability).toFixed(2).padStart(6)}%  ${name}\n`);
  return `${image}\n${lines.join('')}`;
}
