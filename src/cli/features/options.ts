import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { loadCheckpoint } from '../../checkpoint/load.js';
import { UserError } from '../../core/errors.js';
import { openDatabaseReadOnly } from '../../experiment/database.js';
import { applyOverride, type Override } from '../../experiment/overrides.js';
import { readWholeRun } from '../../experiment/whole-run.js';
import type { Background } from '../../image/read-image.js';
import { loadPlugins } from '../../plugins/load.js';
import type { Plugins } from '../../plugins/plugins.js';
import { type ResolvedRunSpec, resolveRunSpec } from '../../run/spec.js';
import { BACKGROUND_OPTION } from '../background-option.js';
import { createCommand, parseCommand, parseCount, RepeatableOption } from '../command-line.js';
import { addDataOptions, type DataFlags, type OwnData, openOwnData, overrideData } from '../data-options.js';
import { refuseIdleOptions } from '../idle-options.js';
import {
  isSavedNetwork,
  listNetworkOptions,
  NETWORK_ARGUMENT,
  type NetworkOptions,
  resolveNetworkArgument,
} from '../network-argument.js';
import { addOverrideOptions, listOverrides, type OverrideFlags } from '../override-options.js';
import { DEFAULT_DATABASE, IGNORE_HASH_OPTION, PLUGIN_OPTION, parseWorkers } from '../run-options.js';
import type { Streams } from '../streams.js';
import { FORCE_OPTION } from '../warnings.js';

const MAX_NUMBER = 1_000_000_000;

/** What `features` was asked to do. */
export interface FeaturesCommand {
  readonly spec: ResolvedRunSpec;
  readonly plugins: Plugins;
  /** A network that has been trained; null if it is to be. */
  readonly trained: Checkpoint | null;
  /** Data of the user's own. */
  readonly own: OwnData | null;
  /** Of the weights that a recorded run ended with, if it is to be run as it was. */
  readonly expectedSha256: string | null;
  /** Names of layers; all if it is absent. */
  readonly layer?: readonly string[];
  /** Number of a test image, from 1. */
  readonly example: number;
  /** A picture in its place. */
  readonly image?: string;
  readonly background?: Background;
  readonly workers?: number;
  /** Whether what cannot learn is trained too; a recorded run is, as it was. */
  readonly force: boolean;
  readonly out: string;
}

interface Flags
  extends Omit<FeaturesCommand, 'spec' | 'trained' | 'own' | 'expectedSha256' | 'plugins' | 'force'>,
    OverrideFlags,
    DataFlags {
  readonly run?: number;
  readonly db: string;
  readonly plugin?: readonly string[];
  readonly ignoreHash?: boolean;
  readonly force?: true;
}

/**
 * Reads the arguments of `features`.
 *
 * @returns null if there was only help to show
 * @throws UserError for wrong usage, a wrong spec, an unknown run
 */
export async function parseFeaturesArguments(
  args: readonly string[],
  streams: Streams,
): Promise<FeaturesCommand | null> {
  let parsed: FeaturesCommand | null = null;
  const command = addOverrideOptions(createCommand('features', streams))
    .description(
      'Trains a network, or a recorded run again, or takes a saved one, and writes its kernels and what its layers make of an example as PNG contact sheets.',
    )
    .argument('[what]', NETWORK_ARGUMENT)
    .option('--run <id>', 'a recorded run in its place, by its number in runs ls', (text) =>
      parseCount('--run', text, MAX_NUMBER),
    )
    .option('--db <file>', 'the database that has the run', DEFAULT_DATABASE)
    .addOption(PLUGIN_OPTION)
    .option(...IGNORE_HASH_OPTION)
    .addOption(new RepeatableOption('--layer <name>', 'only this layer', collectNames))
    .option('--example <n>', 'a test image, from 1', (text) => parseCount('--example', text, MAX_NUMBER), 1)
    .option('--image <file>', 'a PNG, JPEG or WebP picture in its place, scaled to the size of the input')
    .option(...BACKGROUND_OPTION)
    .option('--workers <n>', 'threads (default: one for each core)', parseWorkers)
    .option(...FORCE_OPTION)
    .option('--out <folder>', 'where the sheets go', 'features');
  addDataOptions(command).action(async (what: string | undefined, flags: Flags) => {
    const { run, db, plugin = [], ignoreHash = false, force = run !== undefined } = flags;
    if (ignoreHash && run !== undefined) {
      throw new UserError('--ignore-hash: expected a saved network, found --run. Leave one out.');
    }
    if (run === undefined) {
      refuseIdleOptions(command, ['--db'], 'expected it with --run, found none.');
    }
    if (flags.image === undefined) {
      refuseIdleOptions(command, ['--background'], 'expected it with --image, found none.');
    } else {
      refuseIdleOptions(command, ['--example'], 'expected a test image or --image, found both.');
    }
    const overrides = listOverrides(flags);
    const own = await openOwnData(flags, streams);
    const plugins = await loadPlugins(plugin);
    const read =
      run === undefined
        ? await readNetwork(what, overrides, own, listNetworkOptions(flags, plugins, streams))
        : readRun(what, run, db, { overrides, own, plugins });
    if (read.trained) {
      const why = 'expected a network that is to be trained, found one that is saved.';
      refuseIdleOptions(command, ['--workers', '--force'], why);
      if (flags.image !== undefined) {
        refuseIdleOptions(command, ['--data'], 'expected it or --image for a saved network, found both.');
      }
    }
    parsed = { ...flags, force, plugins, own, ...read };
  });
  await parseCommand(command, args);
  return parsed;
}

type What = Pick<FeaturesCommand, 'spec' | 'trained' | 'expectedSha256'>;

async function readNetwork(
  what: string | undefined,
  overrides: readonly Override[],
  own: OwnData | null,
  options: NetworkOptions,
): Promise<What> {
  if (what !== undefined && (await isSavedNetwork(what))) {
    if (overrides.length > 0) {
      throw new UserError(
        `features: expected a saved network as it is, found ${overrides[0]!.text} too. Leave that out, or train its spec again: ` +
          'features --run, or train.js.',
      );
    }
    const trained = await loadCheckpoint(what, options);
    return { spec: trained.spec, trained, expectedSha256: null };
  }
  const spec = await resolveNetworkArgument('features', what, overrideData(overrides, own), options);
  return { spec, trained: null, expectedSha256: null };
}

function readRun(
  what: string | undefined,
  id: number,
  file: string,
  {
    overrides,
    own,
    plugins,
  }: { readonly overrides: readonly Override[]; readonly own: OwnData | null; readonly plugins: Plugins },
): What {
  if (what !== undefined) {
    throw new UserError(`features: expected a network or --run, found both (${what}). Leave one out.`);
  }
  const db = openDatabaseReadOnly(file);
  try {
    const run = readWholeRun(db, id);
    const fields = overrideData(overrides, own).reduce(
      (changed, override) => applyOverride(changed, override),
      run.spec,
    );
    const isOnItsData = own === null || own.dataset.name === run.spec.dataset;
    const asItWas = overrides.length === 0 && isOnItsData && run.state === 'done';
    return {
      spec: resolveRunSpec(fields, `run ${id}`, plugins),
      trained: null,
      expectedSha256: asItWas ? run.weightsSha256 : null,
    };
  } finally {
    db.close();
  }
}

function collectNames(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}
