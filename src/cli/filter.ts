import { z } from 'zod';
import { UserError, unknownName } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { parseWith } from '../core/parse.js';
import { FILTERS, type FilterKernel, filterImage } from '../image/filter.js';
import { type Background, readImage } from '../image/read-image.js';
import { measureMostlyGreatest, TONES, type Tone, toneValues } from '../image/tone.js';
import { writePng } from '../image/write-png.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { BACKGROUND_OPTION, tellBackground } from './background-option.js';
import { createCommand, parseCommand } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import type { Streams } from './streams.js';

interface Flags {
  readonly kernel: readonly FilterKernel[];
  readonly out: string;
  readonly tone?: Tone;
  readonly background?: Background;
}

const FILTER_NAMES = Object.keys(FILTERS);

/** The share of positions that may be cut off at white, so that a few bright ones do not leave the rest dark. */
const OVEREXPOSED = 0.002;
/** A sum of weights below this is zero but for rounding. */
const ZERO_SUM = 1e-6;

const kernelSchema = z
  .array(z.array(z.number()).min(1))
  .min(1)
  .refine((rows) => rows.every((row) => row.length === rows[0]!.length), {
    error: 'expected rows of one length',
  });

/**
 * `filter <image> --kernel <name or numbers> --out <png>`: convolves a picture, as in the chapter's figure 15.4.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, a picture that cannot be read, a kernel that does not fit it
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const command = createCommand('filter', streams)
    .description('Convolves a picture with a kernel and writes what comes out as a PNG.')
    .argument('<image>', 'a PNG, JPEG or WebP file')
    .requiredOption(
      '--kernel <kernel>',
      `${FILTER_NAMES.join(', ')}, or rows of numbers such as '[[1,0],[0,-1]]'`,
      parseKernel,
    )
    .requiredOption('--out <file>', 'the PNG file to write')
    .option(
      '--tone <tone>',
      `how numbers become brightness: ${TONES.join(', ')} (default: absolute for a kernel whose sum is 0, else clip)`,
      parseTone,
    )
    .option(...BACKGROUND_OPTION)
    .action(async (file: string, { kernel, out, tone, background = 'white' }: Flags) => {
      const image = await readImage(file, { background });
      tellBackground(file, image, (line) => streams.err.write(`${line}\n`), background);
      const response = filterImage(image, kernel, loadKernels(chooseKernelName()));
      if (response === null) {
        throw new UserError(
          `--kernel: expected a kernel of at most ${image.height}×${image.width}, the picture's size, ` +
            `found ${kernel[0]!.length}×${kernel[0]![0]!.length}. Take a smaller kernel or a larger picture.`,
        );
      }
      const { height, width, values } = response;
      const white = measureMostlyGreatest(values, OVEREXPOSED);
      const pixels = toneValues(values, tone ?? chooseTone(kernel), white);
      await writePng(out, { height, width, channels: 1, pixels });
      streams.out.write(`${out}: ${height}×${width}\n`);
    });
  await parseCommand(command, args);
  return EXIT_CODES.done;
}

/** Kernels that answer to changes alone have a sum of 0; the others keep the picture's brightness. */
function chooseTone(kernels: readonly FilterKernel[]): Tone {
  const sum = kernels[0]!.flat().reduce((total, value) => total + value, 0);
  return Math.abs(sum) < ZERO_SUM ? 'absolute' : 'clip';
}

function parseKernel(text: string): readonly FilterKernel[] {
  if (!text.trimStart().startsWith('[')) {
    if (Object.hasOwn(FILTERS, text)) return FILTERS[text]!;
    throw unknownName('--kernel', 'kernel', text, FILTER_NAMES);
  }
  return [parseWith(kernelSchema, parseJson(text, '--kernel'), '--kernel')];
}

function parseTone(text: string): Tone {
  const tone = TONES.find((candidate) => candidate === text);
  if (tone === undefined) throw unknownName('--tone', 'tone', text, TONES);
  return tone;
}
