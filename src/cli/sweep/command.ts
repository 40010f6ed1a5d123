import { existsSync } from 'node:fs';
import { countCores } from '../../core/count-cores.js';
import { UserError } from '../../core/errors.js';
import { openDatabaseReadOnly } from '../../experiment/database.js';
import { type Grid, walkGrid } from '../../experiment/grid.js';
import { leaveImages } from '../../experiment/leave-images.js';
import { planSweep, type SweepPoint } from '../../experiment/plan-sweep.js';
import { PRESETS } from '../../experiment/presets/registry.js';
import { type LiveRun, readLiveRuns } from '../../experiment/run-records.js';
import { Store } from '../../experiment/store.js';
import { loadPlugins } from '../../plugins/load.js';
import type { Plugins } from '../../plugins/plugins.js';
import { collectInto } from '../collect-pending.js';
import { openOwnData, overrideData, withOwnData } from '../data-options.js';
import { describeDiskUse } from '../disk-use.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import { formatPresets } from '../format-presets.js';
import { listNetworkOptions } from '../network-argument.js';
import { type Streams, widthOf } from '../streams.js';
import { printWarnings } from '../warnings.js';
import { collectSweep } from './collect.js';
import { nameCollecting } from './collect-command.js';
import { findGrid, isSearchArgument } from './grid.js';
import { parseSweepArguments, type SweepCommand } from './options.js';
import { formatPoints, formatPointsAsJson } from './points.js';
import { recordSweep } from './record-sweep.js';
import { runSearchCommand } from './search.js';
import { sweepBySlurm } from './slurm.js';

/**
 * `sweep <preset or grid.json>`: runs what is missing of a grid and prints a table of all of it.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, a wrong grid or an unusable database
 */
export async function runSweepCommand(
  args: readonly string[],
  streams: Streams,
  engine: Engine,
): Promise<number> {
  const command = await parseSweepArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  if (command.list) {
    streams.out.write(formatPresets(PRESETS, 'what it asks', command.json, widthOf(streams.out)));
    return EXIT_CODES.done;
  }
  if (await isSearchArgument(command.what)) return runSearchCommand(command, streams, engine);
  refuseSearchOptions(command);
  const plugins = await loadPlugins(command.plugins);
  const grid = await findGrid(command, listNetworkOptions(command, plugins, streams));
  const points = await planPoints({ command, grid, plugins, streams, engine });
  printWarnings(points, command.force, streams.err);
  if (command.dryRun) {
    const recorded = readRecorded(command);
    if (command.json) {
      for (const lines of formatPointsAsJson(points, recorded)) {
        streams.out.write(lines);
        await streams.out.flush?.();
      }
    } else {
      streams.out.write(formatPoints(points, recorded, widthOf(streams.out)));
      streams.out.write(tellDiskUse(points, recorded, command));
    }
    return EXIT_CODES.done;
  }
  const store = Store.open(command.db);
  try {
    store.recoverDead();
    const job = { command, grid, points, store, streams, engine };
    if (command.remote?.kind === 'collect') return await collectSweep(job, command.remote.folder);
    await collectInto(store, (line) => streams.err.write(`${line}\n`));
    if (command.remote === null) return await recordSweep(job);
    return await sweepBySlurm(job, command.remote, nameCollecting(args, command.remote.folder));
  } finally {
    store.close();
  }
}

/** What a grid would ignore. */
function refuseSearchOptions({ trials, minutes }: SweepCommand): void {
  const option = trials !== undefined ? '--trials' : '--minutes';
  if (trials === undefined && minutes === undefined) return;
  throw new UserError(
    `${option}: expected a file with a "search", found none. Leave it out, or see docs/search.md.`,
  );
}

interface PlanJob {
  readonly command: SweepCommand;
  readonly grid: Grid;
  readonly plugins: Plugins;
  readonly streams: Streams;
  readonly engine: Engine;
}

/** By itself, so that nothing keeps the images once the points are planned. */
async function planPoints({ command, grid, plugins, streams, engine }: PlanJob): Promise<SweepPoint[]> {
  const own = await openOwnData(command.data, streams);
  const overrides = overrideData(command.overrides, own);
  const asked = walkGrid(grid, command.what!, overrides, plugins);
  return leaveImages(await planSweep(asked, withOwnData(own, engine.loadDataset), plugins));
}

/** What those that are missing would take, in lines. */
function tellDiskUse(
  points: readonly SweepPoint[],
  recorded: ReadonlyMap<string, LiveRun>,
  { parallel = countCores(), ...command }: SweepCommand,
): string {
  const missing = points.filter(({ identity }) => !recorded.has(identity));
  const lines = describeDiskUse(missing, { ...command, parallel });
  return lines.map((line) => `${line}\n`).join('');
}

/** A dry run changes nothing, so it makes no database either. */
function readRecorded({ db: file, numerics }: SweepCommand): ReadonlyMap<string, LiveRun> {
  if (!existsSync(file)) return new Map();
  const db = openDatabaseReadOnly(file);
  try {
    return readLiveRuns(db, numerics);
  } finally {
    db.close();
  }
}
