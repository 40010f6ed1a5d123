import { availableParallelism } from 'node:os';
import { saveModel } from '../../checkpoint/save.js';
import { UserError } from '../../core/errors.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import {
  isRecorded,
  type LiveRun,
  readLatestRuns,
  readLiveRuns,
  readRunRow,
} from '../../experiment/run-records.js';
import type { RunEnd, Store } from '../../experiment/store.js';
import { runSweep } from '../../experiment/sweep.js';
import { readWholeRun } from '../../experiment/whole-run.js';
import type { Plugins } from '../../plugins/plugins.js';
import { formatJsonObject } from '../../report/format-rows.js';
import { formatCount } from '../../report/format-values.js';
import { formatProfile } from '../../report/profile-table.js';
import { formatSweepTables } from '../../report/sweep-table.js';
import type { TrainingProfile } from '../../run/profile.js';
import type { TrainResult } from '../../run/types.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import { withInterruption } from '../interruption.js';
import { formatEnd } from '../progress/text.js';
import type { Streams } from '../streams.js';
import { describeState } from '../sweep/points.js';
import type { TrainCommand } from './options.js';
import { describeSize } from './plan.js';
import { showTrainProgress, type TrainProgress } from './progress.js';
import type { TrainSubject } from './subject.js';

/** All that training one run needs. */
export interface TrainJob {
  readonly command: TrainCommand;
  readonly subject: TrainSubject;
  readonly point: SweepPoint;
  readonly plugins: Plugins;
  readonly store: Store;
  readonly streams: Streams;
  readonly engine: Engine;
}

/**
 * Trains a run and records it. A run that is recorded already is not trained, or only for its weights, which the record does not have: to
 * save them, or to see that they are the same.
 *
 * @returns the exit code: 1 if the run failed, or did not give the recorded weights again
 * @throws UserError if the database cannot be written any longer, or the network cannot be saved
 */
export async function recordTraining(job: TrainJob): Promise<number> {
  const { command, subject, point, store, streams } = job;
  const live = readLiveRuns(store.db).get(point.identity);
  const say = (text: string) => streams.err.write(`${subject.name}: ${text}\n`);
  if (live && !command.again && command.save === undefined) {
    say(
      isRecorded(live)
        ? `recorded in ${command.db} as run ${live.runId}, nothing to train. --again or --save trains it once more`
        : `${describeState(live)}, so not trained here`,
    );
    writeResult(job, {});
    return EXIT_CODES.done;
  }
  say(describeStart(job, live));
  const progress = showTrainProgress(streams.err, point);
  const end = await withInterruption(
    async (signal) => {
      try {
        return live ? await repeat(job, progress, signal) : await record(job, progress, signal);
      } finally {
        progress.close();
      }
    },
    {
      first: () => progress.say('Interrupted: the run ends after its step. Once more to end at once.'),
      second: () => progress.close(),
    },
  );
  if (end === null) {
    say('another process has begun it meanwhile');
    return EXIT_CODES.done;
  }
  say(formatEnd(end));
  const result = 'result' in end ? end.result : null;
  if (command.save !== undefined) say(await save(result, command.save, job.plugins));
  const comparison = result && live && isRecorded(live) ? compareWeights(store, live, result) : null;
  writeResult(job, { profile: result?.profile, comparison });
  if (result?.state === 'interrupted') return EXIT_CODES.interrupted;
  return result === null || comparison?.same === false ? EXIT_CODES.failed : EXIT_CODES.done;
}

/** What there is to print besides the recorded run. */
interface Findings {
  readonly profile?: TrainingProfile | undefined;
  readonly comparison?: Comparison | null;
}

/** Of a repeated run's weights with the recorded ones. */
interface Comparison {
  readonly same: boolean;
  readonly text: string;
}

function describeStart({ command, point, plugins }: TrainJob, live: LiveRun | undefined): string {
  const { spec, dataset } = point;
  const facts = [
    `${point.label}, ${describeSize(spec, plugins)}`,
    `${formatCount(spec.trainCount - spec.validationCount)} images of ${dataset.name}`,
    `${spec.epochs} ${spec.epochs === 1 ? 'epoch' : 'epochs'}`,
    live ? `in ${command.db} as run ${live.runId}, trained again` : `recorded in ${command.db}`,
  ];
  return facts.join(', ');
}

/** @returns null if another process has claimed the run meanwhile */
async function record(
  { command, subject, point, plugins, store, engine }: TrainJob,
  progress: TrainProgress,
  signal: AbortSignal,
): Promise<RunEnd | null> {
  let end: RunEnd | null = null;
  await runSweep({
    store,
    name: subject.name,
    title: subject.title,
    grows: true,
    points: [point],
    missing: [point],
    runOne: engine.runOne,
    trainOptions: { ...chooseTrainOptions(command), plugins },
    parallel: 1,
    signal,
    observer: {
      progressed: (_run, metrics) => progress.progressed(metrics),
      epochEnded: (_run, metrics) => progress.epochEnded(metrics),
      runEnded: (_run, ended, error) => {
        end = ended;
        // A user's mistake is told by its one line; what else is thrown is a bug, and the stack tells where.
        if (error instanceof Error && !(error instanceof UserError))
          progress.say(error.stack ?? error.message);
      },
    },
  });
  return end;
}

/** Trains a run that is recorded; the record stays as it is. */
async function repeat(
  { command, point, plugins, engine }: TrainJob,
  progress: TrainProgress,
  signal: AbortSignal,
): Promise<RunEnd> {
  const result = await engine.runOne(point.spec, {
    ...chooseTrainOptions(command),
    plugins,
    dataset: point.dataset,
    signal,
    onProgress: (metrics) => progress.progressed(metrics),
    onEpoch: (metrics) => progress.epochEnded(metrics),
  });
  return { result };
}

/** Saves what a run came to, and says so. */
async function save(result: TrainResult | null, file: string, plugins: Plugins): Promise<string> {
  if (result?.state !== 'done') return `${file} is not written, as the run has not come to its end`;
  await saveModel(result, file, { plugins });
  return `saved in ${file}`;
}

function chooseTrainOptions({ workers = availableParallelism(), profile }: TrainCommand) {
  return { workers, profile };
}

/** Null for a run that did not come to its end. */
function compareWeights(
  { db }: Store,
  { runId }: LiveRun,
  { state, weightsSha256 }: TrainResult,
): Comparison | null {
  if (state === 'interrupted') return null;
  const recorded = readWholeRun(db, runId).weightsSha256;
  return recorded === weightsSha256
    ? { same: true, text: `The weights are those of run ${runId}, to the bit: sha256 ${weightsSha256}.` }
    : {
        same: false,
        text: `The weights are not those of run ${runId}: expected sha256 ${recorded}, found ${weightsSha256}.`,
      };
}

function writeResult({ command, point, store, streams }: TrainJob, { profile, comparison }: Findings): void {
  const run = readLatestRuns(store.db, [point.identity]).get(point.identity)!;
  if (command.json) {
    const { titles, rows } = readRunRow(store.db, run.runId);
    const more = { ...(profile && { profile }), ...(comparison && { repeats: comparison.same }) };
    streams.out.write(`${formatJsonObject(titles, rows[0]!, more)}\n`);
    return;
  }
  streams.out.write(formatSweepTables([{ point, run }]));
  if (comparison) streams.out.write(`${comparison.text}\n`);
  if (profile) streams.out.write(`\n${formatProfile(profile)}\n`);
}
