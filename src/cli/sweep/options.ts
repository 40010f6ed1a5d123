import type { Command } from 'commander';
import { UserError } from '../../core/errors.js';
import { addChoice, type Choice, parseChoice } from '../../experiment/grid-choices.js';
import type { Override } from '../../experiment/overrides.js';
import type { NumericsChoice } from '../../experiment/run-records.js';
import { MAX_THREADS } from '../../parallel/pool.js';
import { MOST_PARALLEL } from '../../queue/queue-executor.js';
import { MAX_TRIALS } from '../../search/search-file.js';
import {
  addCheckpointOptions,
  type CheckpointChoice,
  type CheckpointFlags,
  parseMinutes,
  readCheckpointFlags,
} from '../checkpoint-options.js';
import { createCommand, parseCommand, parseCount, RepeatableOption } from '../command-line.js';
import { addDataOptions, type DataFlags } from '../data-options.js';
import { refuseBesideList } from '../idle-options.js';
import { NETWORK_ARGUMENT } from '../network-argument.js';
import { addOverrideOptions, listOverrides, type OverrideFlags } from '../override-options.js';
import {
  DEFAULT_DATABASE,
  IGNORE_HASH_OPTION,
  PLUGIN_OPTION,
  parseDatabase,
  parseNumerics,
  parseWorkers,
} from '../run-options.js';
import type { Streams } from '../streams.js';
import { FORCE_OPTION } from '../warnings.js';
import { addQueueOptions, type QueueChoice, type QueueFlags, readQueueFlags } from './queue-options.js';
import { addSlurmOptions, type RemoteChoice, readSlurmFlags, type SlurmFlags } from './slurm-options.js';

/** What `sweep` was asked to do. */
export interface SweepCommand {
  /** A preset's name, a grid file or a network; undefined with `list`. */
  readonly what?: string;
  /** Under which the runs are recorded, in place of the grid's own. */
  readonly name?: string;
  /** Values that are combined, besides those of the grid. */
  readonly choices: readonly Choice[];
  readonly db: string;
  readonly workers?: number;
  readonly parallel?: number;
  readonly overrides: readonly Override[];
  /** Files. */
  readonly plugins: readonly string[];
  /** Of a saved network whose spec is taken. */
  readonly ignoreHash: boolean;
  /** Whether what cannot learn is trained too. */
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly list: boolean;
  readonly failFast: boolean;
  readonly checkpoints: CheckpointChoice;
  /** Which recorded runs need not be run again. */
  readonly numerics: NumericsChoice;
  /** Whether the end of what other processes are at is waited for. */
  readonly wait: boolean;
  readonly json: boolean;
  readonly profile: boolean;
  /** Of a search, in place of its own number. */
  readonly trials?: number;
  /** After which a search begins no more runs. */
  readonly minutes?: number;
  readonly data: DataFlags;
  /** Other machines that train; null for this one. */
  readonly remote: RemoteChoice | null;
  /** Where points are trained in place of this machine; null for here. */
  readonly queue: QueueChoice | null;
}

interface Flags extends OverrideFlags, CheckpointFlags, DataFlags, SlurmFlags, QueueFlags {
  readonly db: string;
  readonly workers?: number;
  readonly parallel?: string;
  readonly plugin?: readonly string[];
  readonly ignoreHash?: true;
  readonly force?: true;
  readonly dryRun?: true;
  readonly list?: true;
  readonly failFast?: true;
  readonly numerics: NumericsChoice;
  readonly wait?: boolean;
  readonly json?: true;
  readonly profile?: true;
  readonly grid?: readonly Choice[];
  readonly name?: string;
  readonly trials?: number;
  readonly minutes?: number;
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
      if (flags.list) refuseBesideList(command, what, 'what is to run');
      const { db, workers, parallel, numerics, wait = true, name, grid = [], trials, minutes } = flags;
      // Without a queue they are threads of this machine.
      const mostParallel = flags.queue === undefined ? MAX_THREADS : MOST_PARALLEL;
      parsed = {
        ...(what === undefined ? {} : { what }),
        ...(name === undefined ? {} : { name }),
        choices: grid,
        db,
        ...(workers === undefined ? {} : { workers }),
        ...(parallel === undefined ? {} : { parallel: parseCount('--parallel', parallel, mostParallel) }),
        numerics,
        wait,
        overrides: listOverrides(flags),
        plugins: flags.plugin ?? [],
        ignoreHash: flags.ignoreHash ?? false,
        checkpoints: readCheckpointFlags(flags),
        force: flags.force ?? false,
        dryRun: flags.dryRun ?? false,
        list: flags.list ?? false,
        failFast: flags.failFast ?? false,
        json: flags.json ?? false,
        profile: flags.profile ?? false,
        ...(trials === undefined ? {} : { trials }),
        ...(minutes === undefined ? {} : { minutes }),
        data: flags,
        remote: readSlurmFlags(command, flags),
        queue: readQueueFlags(command, flags),
      };
    },
  );
  await parseCommand(command, args);
  return parsed;
}

function parseName(text: string): string {
  if (text !== '') return text;
  throw new UserError('--name: expected a name for the sweep, found nothing.');
}

function defineSweep(command: Command): Command {
  const common = addCheckpointOptions(addDataOptions(addOverrideOptions(command)));
  return addQueueOptions(addSlurmOptions(common))
    .description(
      'Runs the points of a grid of experiments that the database does not hold yet, and prints all of them.',
    )
    .argument('[what]', `a preset (see --list), a grid as a JSON file, ${NETWORK_ARGUMENT}`)
    .addOption(
      new RepeatableOption(
        '--grid <key=values...>',
        'values to combine, such as width=0.1,0.2 seed=0..4, in place of those that a grid has of these fields',
        (text: string, earlier: readonly Choice[] = []) => addChoice(earlier, parseChoice(text)),
      ),
    )
    .option(
      '--name <name>',
      "the sweep's name (default: the preset's, the grid's or the network's)",
      parseName,
    )
    .option('--db <file>', 'the database to record in', parseDatabase, DEFAULT_DATABASE)
    .option('--workers <n>', 'threads of one run (default: what --parallel leaves)', parseWorkers)
    .option('--parallel <n>', 'runs side by side (default: fills the machine; with --queue 1024)')
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option(...FORCE_OPTION)
    .option('--dry-run', 'list the points and which are recorded; run nothing')
    .option('--list', 'list the presets')
    .option(
      '--numerics <which>',
      'runs that count as recorded: any, or those of the current numerics version alone',
      parseNumerics,
      'any',
    )
    .option('--wait', 'with --slurm: wait for the jobs, and record their runs as they go on')
    .option('--no-wait', 'skip points that other processes are at; the exit code is then 3')
    .option('--fail-fast', 'end with the first run that fails')
    .option(
      '--profile',
      'a table of where the time of each run went, layer by layer; with --json a field of its object',
    )
    .option('--trials <n>', "of a search, in place of its file's number", (text) =>
      parseCount('--trials', text, MAX_TRIALS),
    )
    .option('--minutes <t>', 'after which a search begins no more runs', (text) =>
      parseMinutes('--minutes', text),
    )
    .option('--json', 'one JSON object a finished run on standard output, and nothing else there');
}
