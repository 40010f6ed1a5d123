import { loadModel, type Prediction } from '../checkpoint/trained-model.js';
import { warnOfMissingAddon } from '../kernels/select.js';
import { createCommand, parseCommand, parseCount } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import { PLUGIN_OPTION } from './run-options.js';
import type { Streams } from './streams.js';

const MAX_CLASSES = 256;
const DEFAULT_TOP = 5;
/** Images that are predicted before their results are printed. */
const IMAGES_AT_A_TIME = 16;

interface Flags {
  readonly top: number;
  readonly json?: true;
  readonly plugin?: readonly string[];
}

/**
 * `predict <model> <image>...`: prints what a trained network takes images for.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, a file that is no checkpoint, an image that cannot be read
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = createCommand('predict', streams)
    .description('Prints the classes that a trained network takes images for, with their probabilities.')
    .argument('<model>', 'a file that train.js --save has written')
    .argument('<image...>', 'PNG, JPEG or WebP files; they are scaled to the size of the input')
    .option(
      '--top <n>',
      'classes of each image',
      (text) => parseCount('--top', text, MAX_CLASSES),
      DEFAULT_TOP,
    )
    .option(...PLUGIN_OPTION)
    .option('--json', 'one JSON object an image')
    .action(async (file: string, images: readonly string[], { top, json, plugin = [] }: Flags) => {
      const warning = warnOfMissingAddon();
      if (warning) streams.err.write(`${warning}\n`);
      const model = await loadModel(file, { plugins: plugin });
      const format = json ? formatAsJson : formatAsText;
      for (let first = 0; first < images.length; first += IMAGES_AT_A_TIME) {
        const some = images.slice(first, first + IMAGES_AT_A_TIME);
        const predictions = await model.predict(some);
        for (const [i, image] of some.entries()) streams.out.write(format(image, predictions[i]!, top));
      }
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}

function formatAsJson(image: string, { classes }: Prediction, top: number): string {
  return `${JSON.stringify({ image, classes: classes.slice(0, top) })}\n`;
}

/** The image, and a line a class: `  97.31%  cat`. */
function formatAsText(image: string, { classes }: Prediction, top: number): string {
  const lines = classes
    .slice(0, top)
    .map(({ name, probability }) => `  ${(100 * probability).toFixed(2).padStart(6)}%  ${name}\n`);
  return `${image}\n${lines.join('')}`;
}
