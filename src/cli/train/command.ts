import { existsSync } from 'node:fs';
import { checkWritable } from '../../core/write-whole-file.js';
import { openDatabaseReadOnly } from '../../experiment/database.js';
import { leaveImages } from '../../experiment/leave-images.js';
import { planSweep, type SweepPoint } from '../../experiment/plan-sweep.js';
import { TRAINING_PRESETS } from '../../experiment/presets/registry.js';
import { type LiveRun, readLiveRuns } from '../../experiment/run-records.js';
import { Store } from '../../experiment/store.js';
import { loadPlugins } from '../../plugins/load.js';
import { openOwnData, overrideData, withOwnData } from '../data-options.js';
import { describeDiskUse } from '../disk-use.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import { formatPresets } from '../format-presets.js';
import { listNetworkOptions } from '../network-argument.js';
import { type Streams, widthOf } from '../streams.js';
import { describeState, formatPointAsJson } from '../sweep/points.js';
import { printWarnings } from '../warnings.js';
import { parseTrainArguments, type TrainCommand } from './options.js';
import { formatTrainPlan } from './plan.js';
import { recordTraining } from './record-training.js';
import { findTrainSubject, type TrainSubject } from './subject.js';

/**
 * `train <preset, network or spec file>`: one run, recorded like those of a sweep.
 *
 * @returns the exit code
 * @throws UserError for wrong usage, a wrong spec or an unusable database
 */
export async function runTrainCommand(
  args: readonly string[],
  streams: Streams,
  engine: Engine,
): Promise<number> {
  const command = await parseTrainArguments(args, streams);
  if (command === null) return EXIT_CODES.done;
  if (command.list) {
    streams.out.write(formatPresets(TRAINING_PRESETS, 'what it trains', command.json, widthOf(streams.out)));
    return EXIT_CODES.done;
  }
  const { subject, point } = await planTraining({ command, streams, engine });
  await engine.checkRun?.(point);
  printWarnings([point], command.force, streams.err);
  if (command.dryRun) {
    const live = readRecorded(command, point.identity);
    const disk = live ? [] : describeDiskUse([point], { ...command, parallel: 1 });
    streams.out.write(
      command.json
        ? `${formatPointAsJson(point, live)}\n`
        : formatTrainPlan(subject, point, { state: describeState(live), disk }),
    );
    return EXIT_CODES.done;
  }
  // Before hours of training, not after them.
  if (command.save !== undefined) await checkWritable(command.save);
  const store = Store.open(command.db);
  try {
    store.recoverDead();
    return await recordTraining({ command, subject, point, store, streams, engine });
  } finally {
    store.close();
  }
}

interface PlanJob {
  readonly command: TrainCommand;
  readonly streams: Streams;
  readonly engine: Pick<Engine, 'loadDataset'>;
}

/** By itself, so that nothing keeps the images once the point is planned. */
export async function planTraining({
  command,
  streams,
  engine,
}: PlanJob): Promise<{ subject: TrainSubject; point: SweepPoint }> {
  const plugins = await loadPlugins(command.plugins);
  const own = await openOwnData(command.data, streams);
  const overrides = overrideData(command.overrides, own);
  const options = listNetworkOptions(command, plugins, streams);
  const subject = await findTrainSubject(command.what, overrides, options);
  const points = await planSweep([subject], withOwnData(own, engine.loadDataset), plugins);
  return { subject, point: leaveImages(points)[0]! };
}

/** A dry run changes nothing, so it makes no database either. */
function readRecorded({ db: file, numerics }: TrainCommand, identity: string): LiveRun | undefined {
  if (!existsSync(file)) return undefined;
  const db = openDatabaseReadOnly(file);
  try {
    return readLiveRuns(db, numerics).get(identity);
  } finally {
    db.close();
  }
}
