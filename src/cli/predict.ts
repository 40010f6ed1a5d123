import {
  loadModel,
  type Prediction,
  type TargetValue,
  type TrainedModel,
} from '../checkpoint/trained-model.js';
import { MAX_CLASSES } from '../core/class-numbers.js';
import { UserError } from '../core/errors.js';
import type { Background, Picture } from '../image/read-image.js';
import { warnOfMissingAddon } from '../kernels/select.js';
import { formatTarget } from '../report/measures.js';
import { BACKGROUND_OPTION, tellBackground } from './background-option.js';
import { createCommand, parseCommand, parseCount } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import { IGNORE_HASH_OPTION, PLUGIN_OPTION } from './run-options.js';
import type { Streams } from './streams.js';

const DEFAULT_TOP = 5;
/** Images that are predicted before their results are printed. */
const IMAGES_AT_A_TIME = 16;

interface Flags {
  readonly top: number;
  readonly background: Background;
  readonly json?: true;
  readonly ignoreHash?: boolean;
  readonly plugin?: readonly string[];
}

/**
 * `predict <model> <image>...`: prints what a trained network takes images for. An image that cannot be read is told of in a line; the others
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
    .argument('<model>', 'a file that train.js --save has written')
    .argument('<image...>', 'PNG, JPEG or WebP files; they are scaled to the size of the input')
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
    .action(async (file: string, images: readonly string[], flags: Flags) => {
      const warning = warnOfMissingAddon();
      if (warning) streams.err.write(`${warning}\n`);
      const model = await loadModel(file, {
        plugins: flags.plugin ?? [],
        ignoreHash: flags.ignoreHash ?? false,
        onWarning: (message) => streams.err.write(`warning: ${message}\n`),
      });
      let answers = 0;
      for (let first = 0; first < images.length; first += IMAGES_AT_A_TIME) {
        const some = images.slice(first, first + IMAGES_AT_A_TIME);
        answers += await predictSome(model, some, flags, streams);
      }
      if (answers < images.length) exitCode = answers > 0 ? EXIT_CODES.failed : EXIT_CODES.usage;
    });
  await parseCommand(command, args);
  return exitCode;
}

/** @returns how many of them could be read */
async function predictSome(
  model: TrainedModel,
  images: readonly string[],
  { top, json, background }: Flags,
  streams: Streams,
): Promise<number> {
  const say = (line: string) => streams.err.write(`${line}\n`);
  const read: { image: string; picture: Picture }[] = [];
  for (const image of images) {
    try {
      const picture = await model.readImage(image, { background });
      tellBackground(image, picture, background, say);
      read.push({ image, picture });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(error.message);
    }
  }
  const predictions = await model.predict(read.map(({ picture }) => picture));
  const format = json ? formatAsJson : formatAsText;
  for (const [i, { image }] of read.entries()) streams.out.write(format(image, predictions[i]!, top));
  return read.length;
}

function formatAsJson(image: string, { classes, targets }: Prediction, top: number): string {
  const told = targets ? { targets } : { classes: classes.slice(0, top) };
  return `${JSON.stringify({ image, ...told })}\n`;
}

/** The image, and a line a class, `  97.31%  cat`, or a target: `  0.1234  angle`. */
function formatAsText(image: string, { classes, targets }: Prediction, top: number): string {
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
