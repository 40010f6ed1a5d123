import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { COMBINATIONS, type Combination } from '../checkpoint/combine.js';
import { Ensemble, type NamedModel } from '../checkpoint/ensemble.js';
import { MODEL_FILE } from '../checkpoint/run-files.js';
import { loadModel } from '../checkpoint/trained-model.js';
import { UserError, unknownName } from '../core/errors.js';
import { openDatabaseReadOnly } from '../experiment/database.js';
import { findRunFolder } from '../experiment/run-folder.js';
import { RepeatableOption } from './command-line.js';
import { refuseIdleOptions } from './idle-options.js';
import { DEFAULT_DATABASE, parseDatabase } from './run-options.js';
import { findRunIds } from './runs/run-ids.js';
import type { Streams } from './streams.js';

/** The options of a command that takes one saved network or several; see loadNetworks. */
export interface NetworkFlags {
  readonly run?: readonly string[];
  readonly db: string;
  readonly combine: Combination;
  readonly ignoreHash?: boolean;
  readonly plugin?: readonly string[];
}

export const RUN_OPTION = new RepeatableOption(
  '--run <ids>',
  "recorded runs' networks, by their numbers in runs ls: 12, 3-8 or last",
  (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, text],
);

export const DATABASE_OPTION = [
  '--db <file>',
  'the database that has the runs',
  parseDatabase,
  DEFAULT_DATABASE,
] as const;

export const COMBINE_OPTION = [
  '--combine <how>',
  'how several networks answer together: by the mean of their probabilities, or by a vote',
  parseCombination,
  COMBINATIONS[0] as Combination,
] as const;

function parseCombination(text: string): Combination {
  const combination = COMBINATIONS.find((name) => name === text);
  if (combination === undefined) throw unknownName('--combine', 'way', text, COMBINATIONS);
  return combination;
}

/**
 * The networks of some files and recorded runs.
 *
 * @param context.command whose options they are
 * @throws UserError for an option that would be ignored, a file that is no checkpoint, an unknown run or one whose network is gone, networks for other images or classes
 */
export async function loadNetworks(
  files: readonly string[],
  { run = [], db, combine, ignoreHash = false, plugin = [] }: NetworkFlags,
  { command, streams }: { readonly command: Command; readonly streams: Streams },
): Promise<Ensemble> {
  if (run.length === 0) {
    refuseIdleOptions(command, ['--db'], 'expected it with --run, found files alone.');
  }
  const options = {
    plugins: plugin,
    ignoreHash,
    onWarning: (message: string) => streams.err.write(`warning: ${message}\n`),
  };
  const places = [
    ...files.map((file) => ({ name: file, file })),
    ...(run.length > 0 ? findRunNetworks(run, db) : []),
  ];
  if (places.length === 1) {
    refuseIdleOptions(command, ['--combine'], 'expected several networks, found one.');
  }
  const members: NamedModel[] = [];
  for (const { name, file } of places) members.push({ name, model: await loadModel(file, options) });
  return new Ensemble(members, combine);
}

function findRunNetworks(ids: readonly string[], database: string): { name: string; file: string }[] {
  const db = openDatabaseReadOnly(database);
  try {
    return findRunIds(db, ids, 'kept').map((id) => {
      const file = join(findRunFolder(database, id), MODEL_FILE);
      if (existsSync(file)) return { name: `run ${id}`, file };
      throw new UserError(
        `run ${id}: expected its network in ${file}, found none. Train it again to save it: runs show ${id} has its spec for train.js --save.`,
      );
    });
  } finally {
    db.close();
  }
}
