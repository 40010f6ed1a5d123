import type { Command } from 'commander';
import { UserError, unknownName } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';
import { addOverride, type Override, parseValue } from '../experiment/overrides.js';
import type { LoadDataset } from '../experiment/plan-sweep.js';
import { openDataset } from '../sources/open-dataset.js';
import { SOURCE_OPTION_NAMES, type SourceOptions } from '../sources/options.js';
import { RepeatableOption } from './command-line.js';
import type { Streams } from './streams.js';

/** What a command's options say of data of the user's own. */
export interface DataFlags {
  readonly data?: string;
  readonly dataOption?: SourceOptions;
}

/** Lets a command take a data set of the user's own. */
export function addDataOptions(command: Command): Command {
  return command
    .option(
      '--data <path>',
      "images of one's own: a folder of pictures, NPY, NPZ, CSV or IDX files (docs/own-images.md)",
      parsePath,
    )
    .addOption(
      new RepeatableOption(
        '--data-option <key=value>',
        `how they are read: ${SOURCE_OPTION_NAMES.join(', ')}`,
        collectOptions,
      ),
    );
}

/** Data of the user's own, and how a command uses them. */
export interface OwnData {
  readonly dataset: Dataset;
  /** What they say of the spec. */
  readonly override: Override;
}

/**
 * Reads the data that `--data` names, and says on standard error what they are.
 *
 * @returns null without `--data`
 * @throws UserError if there are none, or they are broken
 */
export async function openOwnData(
  { data, dataOption }: DataFlags,
  { err }: Pick<Streams, 'err'>,
): Promise<OwnData | null> {
  if (data === undefined) {
    if (dataOption === undefined) return null;
    throw new UserError(
      '--data-option: expected it with --data, found it alone. Give --data, or leave it out.',
    );
  }
  const dataset = await openDataset(data, dataOption, { tell: (line) => err.write(`${line}\n`) });
  return { dataset, override: { text: `--data ${data}`, path: ['dataset'], value: dataset.name } };
}

/** Finds data sets as `load` does, but for the user's own. */
export function withOwnData(own: OwnData | null, load: LoadDataset): LoadDataset {
  return async (name) => (name === own?.dataset.name ? own.dataset : load(name));
}

/**
 * What a command asks of a spec, with the name of the user's own data.
 *
 * @throws UserError if it asks for a data set by name as well
 */
export function overrideData(overrides: readonly Override[], own: OwnData | null): readonly Override[] {
  return own ? addOverride(overrides, own.override) : overrides;
}

function parsePath(text: string): string {
  if (text === '') throw new UserError('--data: expected a folder or a file, found nothing.');
  return text;
}

/** Reads `resize=64x64`, `fit=contain`, one after others. */
function collectOptions(text: string, earlier: SourceOptions = {}): SourceOptions {
  const split = text.indexOf('=');
  if (split < 1) {
    throw new UserError(
      `--data-option: expected key=value, found '${text}'. For instance: --data-option resize=64x64.`,
    );
  }
  const [key, value] = [text.slice(0, split), text.slice(split + 1)];
  const known: readonly string[] = SOURCE_OPTION_NAMES;
  if (!known.includes(key)) throw unknownName('--data-option', 'option', key, known);
  if (key in earlier) {
    throw new UserError(`--data-option ${key}: expected it once, found it twice. Leave one out.`);
  }
  return { ...earlier, [key]: key === 'name' ? value : parseOption(key, value) };
}

/** `64x64` is a list of sides; all else is read as the value of a field. */
function parseOption(key: string, text: string): unknown {
  if (/^\d+([x×]\d+)+$/i.test(text)) return text.split(/[x×]/i).map(Number);
  return parseValue(text, `--data-option ${key}`);
}
