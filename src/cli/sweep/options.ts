import type { Command } from 'commander';
import type { Override } from '../../experiment/overrides.js';
import type { NumericsChoice } from '../../experiment/run-records.js';
import { MAX_THREADS } from '../../parallel/pool.js';
import { createCommand, parseCommand, parseCount } from '../command-line.js';
import {
  collectOverrides,
  DEFAULT_DATABASE,
  PLUGIN_OPTION,
  parseDatabase,
  parseEpochs,
  parseNumerics,
  parseWorkers,
} from '../run-options.js';
import type { Streams } from '../streams.js';

/** What `sweep` was asked to do. */
export interface SweepCommand {
  /** A preset's name or a grid file; undefined with `list`. */
  readonly what?: string;
  readonly db: string;
  readonly workers?: number;
  readonly parallel?: number;
  readonly overrides: readonly Override[];
  /** Files. */
  readonly plugins: readonly string[];
  readonly dryRun: boolean;
  readonly list: boolean;
  readonly failFast: boolean;
  /** Which recorded runs need not be run again. */
  readonly numerics: NumericsChoice;
  /** Whether the end of what other processes are at is waited for. */
  readonly wait: boolean;
  readonly json: boolean;
  readonly profile: boolean;
}

interface Flags {
  readonly db: string;
  readonly workers?: number;
  readonly parallel?: number;
  readonly epochs?: Override;
  readonly set?: readonly Override[];
  readonly plugin?: readonly string[];
  readonly dryRun?: true;
  readonly list?: true;
  readonly failFast?: true;
  readonly numerics: NumericsChoice;
  readonly wait: boolean;
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
        plugin = [],
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
        plugins: plugin,
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
    .option('--workers <n>', 'threads of one run (default: what --parallel leaves)', parseWorkers)
    .option('--parallel <n>', 'runs side by side (default: fills the machine)', (text) =>
      parseCount('--parallel', text, MAX_THREADS),
    )
    .option('--epochs <n>', 'epochs of every run', parseEpochs)
    .option(
      '--set <key=value>',
      'a field of every spec, such as seed=3 or learningRate.rate=0.01 (repeatable)',
      collectOverrides,
    )
    .option(...PLUGIN_OPTION)
    .option('--dry-run', 'list the points and which are recorded; run nothing')
    .option('--list', 'list the presets')
    .option(
      '--numerics <which>',
      'runs that count as recorded: any, or those of the current numerics version alone',
      parseNumerics,
      'any',
    )
    .option('--no-wait', 'skip points that other processes are at; the exit code is then 3')
    .option('--fail-fast', 'end with the first run that fails')
    .option(
      '--profile',
      'a table of where the time of each run went, layer by layer; with --json a field of its object',
    )
    .option('--json', 'one JSON object a finished run on standard output, and nothing else there');
}
