import { UserError } from '../../core/errors.js';
import type { Override } from '../../experiment/overrides.js';
import type { NumericsChoice } from '../../experiment/run-records.js';
import {
  addCheckpointOptions,
  type CheckpointChoice,
  type CheckpointFlags,
  readCheckpointFlags,
} from '../checkpoint-options.js';
import { createCommand, parseCommand } from '../command-line.js';
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

/** What `train` was asked to do. */
export interface TrainCommand {
  /** A preset, a network or a file; undefined with `list`. */
  readonly what?: string;
  readonly db: string;
  readonly workers?: number;
  readonly overrides: readonly Override[];
  /** Files. */
  readonly plugins: readonly string[];
  /** Of a saved network whose spec is taken. */
  readonly ignoreHash: boolean;
  /** Where the trained network goes. */
  readonly save?: string;
  readonly again: boolean;
  readonly checkpoints: CheckpointChoice;
  /** Whether a recorded run of any numerics version will do. */
  readonly numerics: NumericsChoice;
  /** Whether the end of what other processes are at is waited for. */
  readonly wait: boolean;
  /** Whether what cannot learn is trained too. */
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly list: boolean;
  readonly json: boolean;
  readonly profile: boolean;
  readonly data: DataFlags;
}

interface Flags extends OverrideFlags, CheckpointFlags, DataFlags {
  readonly db: string;
  readonly workers?: number;
  readonly plugin?: readonly string[];
  readonly ignoreHash?: true;
  readonly save?: string;
  readonly again?: true;
  readonly numerics: NumericsChoice;
  readonly wait: boolean;
  readonly force?: true;
  readonly dryRun?: true;
  readonly list?: true;
  readonly json?: true;
  readonly profile?: true;
}

function parseSave(text: string): string {
  if (text === '') throw new UserError('--save: expected a file, found nothing.');
  return text;
}

/**
 * Reads the arguments of `train`.
 *
 * @returns null if there was only help to show
 * @throws UserError for wrong usage
 */
export async function parseTrainArguments(
  args: readonly string[],
  streams: Streams,
): Promise<TrainCommand | null> {
  let parsed: TrainCommand | null = null;
  const command = addDataOptions(addOverrideOptions(createCommand('train', streams)))
    .description('Trains one network and records the run, unless it is recorded already.')
    .argument('[what]', `a preset (see --list), ${NETWORK_ARGUMENT}`)
    .option('--db <file>', 'the database to record in', parseDatabase, DEFAULT_DATABASE)
    .option('--workers <n>', 'threads (default: one for each core)', parseWorkers)
    .option(
      '--save <file>',
      'save the trained network, as predict.js takes it: a .safetensors file',
      parseSave,
    )
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .option('--again', 'train also if the run is recorded, and say whether the weights are the same')
    .option(
      '--numerics <which>',
      'runs that count as recorded: any, or those of the current numerics version alone',
      parseNumerics,
      'any',
    )
    .option('--no-wait', 'do not wait for another process that is at the run; the exit code is then 3')
    .option('--profile', 'a table of where the time went, layer by layer; with --json a field of its object')
    .option(...FORCE_OPTION)
    .option('--dry-run', 'say what would be trained, and whether it is recorded; train nothing')
    .option('--list', 'list the presets')
    .option('--json', 'one JSON object on standard output, and nothing else there');
  addCheckpointOptions(command).action((what: string | undefined, flags: Flags) => {
    if (flags.list) refuseBesideList(command, what, 'what is to train');
    const { db, workers, save, numerics, wait } = flags;
    parsed = {
      ...(what === undefined ? {} : { what }),
      db,
      ...(workers === undefined ? {} : { workers }),
      ...(save === undefined ? {} : { save }),
      numerics,
      wait,
      overrides: listOverrides(flags),
      plugins: flags.plugin ?? [],
      ignoreHash: flags.ignoreHash ?? false,
      checkpoints: readCheckpointFlags(flags),
      again: flags.again ?? false,
      force: flags.force ?? false,
      dryRun: flags.dryRun ?? false,
      list: flags.list ?? false,
      json: flags.json ?? false,
      profile: flags.profile ?? false,
      data: flags,
    };
  });
  await parseCommand(command, args);
  return parsed;
}
