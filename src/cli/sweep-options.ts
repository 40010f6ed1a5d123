import type { Command } from 'commander';
import { UserError } from '../core/errors.js';
import { type Override, parseOverride } from '../experiment/overrides.js';
import { createCommand, parseCommand, parseCount } from './command-line.js';
import type { Streams } from './streams.js';

/** Where experiments are recorded if the user does not say: in the current folder. */
export const DEFAULT_DATABASE = 'data/experiments.db';
/** More threads than any machine of today has cores. */
export const MAX_THREADS = 256;
const MAX_EPOCHS = 100_000;

/** What `sweep` was asked to do. */
export interface SweepCommand {
  /** A preset's name or a grid file; undefined with `list`. */
  readonly what?: string;
  readonly db: string;
  readonly workers?: number;
  readonly parallel?: number;
  readonly overrides: readonly Override[];
  readonly dryRun: boolean;
  readonly list: boolean;
  readonly failFast: boolean;
  readonly json: boolean;
  readonly profile: boolean;
}

interface Flags {
  readonly db: string;
  readonly workers?: number;
  readonly parallel?: number;
  readonly epochs?: Override;
  readonly set?: readonly Override[];
  readonly dryRun?: true;
  readonly list?: true;
  readonly failFast?: true;
  readonly json?: true;
  readonly profile?: true;
}

/**
 * Reads the arguments of `sweep`.
 *
 * @returns null if there was only help to show
 * @throws UserError for wrong usage
 */
export async function parseSweepArguments(
  args: readonly string[],
  streams: Streams,
): Promise<SweepCommand | null> {
  let parsed: SweepCommand | null = null;
  const command = defineSweep(createCommand('sweep', streams)).action(
    (what: string | undefined, flags: Flags) => {
      const {
        set = [],
        epochs,
        dryRun = false,
        list = false,
        failFast = false,
        json = false,
        profile = false,
        ...others
      } = flags;
      const overrides = epochs === undefined ? set : [...set, epochs];
      parsed = {
        ...(what === undefined ? {} : { what }),
        ...others,
        overrides,
        dryRun,
        list,
        failFast,
        json,
        profile,
      };
    },
  );
  await parseCommand(command, args);
  return parsed;
}

function defineSweep(command: Command): Command {
  return command
    .description(
      'Runs the points of a grid of experiments that the database does not hold yet, and prints all of them.',
    )
    .argument('[what]', 'a preset (see --list) or a grid as a JSON file')
    .option('--db <file>', 'the database to record in', parseDatabase, DEFAULT_DATABASE)
    .option('--workers <n>', 'threads of one run (default: what --parallel leaves)', (text) =>
      parseCount('--workers', text, MAX_THREADS),
    )
    .option('--parallel <n>', 'runs side by side (default: fills the machine)', (text) =>
      parseCount('--parallel', text, MAX_THREADS),
    )
    .option('--epochs <n>', 'epochs of every run', parseEpochs)
    .option(
      '--set <key=value>',
      'a field of every spec, such as seed=3 or learningRate.rate=0.01 (repeatable)',
      collectOverride,
    )
    .option('--dry-run', 'list the points and which are recorded; run nothing')
    .option('--list', 'list the presets')
    .option('--fail-fast', 'end with the first run that fails')
    .option(
      '--profile',
      'a table of where the time of each run went, layer by layer; with --json a field of its object',
    )
    .option('--json', 'one JSON object a finished run on standard output, and nothing else there');
}

/** Reads `--epochs`: an override in short. */
export function parseEpochs(text: string): Override {
  const value = parseCount('--epochs', text, MAX_EPOCHS);
  return { text: `--epochs ${value}`, path: ['epochs'], value };
}

/** Reads one `--set` after others. */
export function collectOverride(text: string, earlier: readonly Override[] = []): readonly Override[] {
  return [...earlier, parseOverride(text)];
}

/** Reads `--db`. */
export function parseDatabase(text: string): string {
  if (text === '') throw new UserError('--db: expected a file, found nothing.');
  return text;
}
