import { stat } from 'node:fs/promises';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { nameCommand } from '../core/command-name.js';
import { UserError } from '../core/errors.js';
import { readRegularFileSync } from '../core/regular-file.js';
import { formatShape } from '../core/shape.js';
import { describeNetwork } from '../network/describe.js';
import { importOnnx } from '../onnx/import-onnx.js';
import { formatNumberOf } from '../report/findings/words.js';
import { formatBytes, formatCount } from '../report/format-values.js';
import { createCommand, parseCommand } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import type { Streams } from './streams.js';

/** A list of names is no longer. */
const MOST_NAMES_BYTES = 16 * 2 ** 20;

interface Flags {
  readonly mean?: number[];
  readonly std?: number[];
  readonly classes?: string;
  readonly dataset?: string;
  readonly input?: [number, number, number];
  readonly output?: string;
}

/**
 * `import <onnx> <file>`: reads a network from an ONNX file and writes it as train.js --save would.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, what is no ONNX file, nodes that Convoy has no layers for, a file that cannot be written
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = createCommand('import', streams)
    .description('Reads a network from an ONNX file, to predict with it and to train it on.')
    .argument('<onnx>', 'an ONNX file, as PyTorch, tf2onnx and others write them')
    .argument('<file>', 'to write: net.safetensors')
    .option(
      '--mean <numbers>',
      'of pixels from 0 to 1, one for each channel, if the file does not normalise them itself: 0.485,0.456,0.406',
      (text) => parseNumbers('--mean', text),
    )
    .option('--std <numbers>', 'their deviations, which they are divided by', parseDeviations)
    .option('--classes <file>', "the classes' names, a line each")
    .option('--dataset <name>', 'which evaluate is to test it on')
    .option('--input <size>', 'of the images, where the file leaves it open: 224x224x3', parseSize)
    .option('--output <name>', 'which of several outputs is meant')
    .action(async (onnx: string, file: string, { classes, ...flags }: Flags) => {
      const imported = await importOnnx(onnx, file, {
        ...flags,
        ...(classes === undefined ? {} : { classNames: readLines(classes) }),
        onNote: (note) => streams.err.write(`note: ${note}\n`),
      });
      streams.out.write(formatImported(file, imported, (await stat(file)).size));
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}

function formatImported(
  file: string,
  { spec: { network }, classNames, targetNames }: Checkpoint,
  sizeBytes: number,
): string {
  const outputs = targetNames
    ? formatNumberOf(targetNames.length, 'target')
    : formatNumberOf(classNames.length, 'class', 'classes');
  const facts = [
    formatBytes(sizeBytes),
    formatNumberOf(network.layers.length, 'layer'),
    `${formatCount(describeNetwork(network).parameters)} parameters`,
    `from images ${formatShape(network.input)} to ${outputs}`,
  ];
  return (
    `${file}: ${facts.join(', ')}. ${nameCommand('predict')} ${file} asks it; ` +
    `${nameCommand('train')} ${file} --set init=${file} trains it on.\n`
  );
}

function parseNumbers(option: string, text: string): number[] {
  const numbers = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  if (numbers.every(Number.isFinite)) return numbers;
  throw new UserError(`${option}: expected numbers with commas between them, found '${text}'.`);
}

function parseDeviations(text: string): number[] {
  const numbers = parseNumbers('--std', text);
  if (numbers.every((number) => number > 0)) return numbers;
  throw new UserError(`--std: expected numbers above 0, found '${text}'.`);
}

function parseSize(text: string): [number, number, number] {
  const [, height, width, channels] = /^([1-9]\d{0,8})x([1-9]\d{0,8})x([1-9]\d{0,8})$/.exec(text) ?? [];
  if (channels !== undefined) return [Number(height), Number(width), Number(channels)];
  throw new UserError(`--input: expected height x width x channels, such as 224x224x3, found '${text}'.`);
}

function readLines(file: string): string[] {
  const text = readRegularFileSync(file, 'names of classes', MOST_NAMES_BYTES).toString('utf8');
  const names = text.trimEnd().split(/\r?\n/);
  const empty = names.findIndex((name) => name.trim() === '');
  if (empty < 0) return names;
  const found = names.length === 1 ? `none in ${file}` : `line ${empty + 1} of ${file} empty`;
  throw new UserError(`--classes: expected names, a line each, found ${found}.`);
}
