import { saveModel } from '../../checkpoint/save.js';
import { UserError } from '../../core/errors.js';
import { readClassErrors } from '../../experiment/class-errors.js';
import { compareResults, explainDifferences } from '../../experiment/compare-results.js';
import type { Executor } from '../../experiment/executor.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import {
  isRecorded,
  type LiveRun,
  readLatestRuns,
  readLiveRuns,
  readRunRow,
} from '../../experiment/run-records.js';
import type { RunEnd } from '../../experiment/run-result.js';
import type { Store } from '../../experiment/store.js';
import { runSweep } from '../../experiment/sweep.js';
import { readWholeRun } from '../../experiment/whole-run.js';
import { formatWorstClasses } from '../../report/findings/worst-classes.js';
import { formatJsonObject } from '../../report/format-rows.js';
import { formatCount } from '../../report/format-values.js';
import { formatProfile } from '../../report/profile-table.js';
import { formatSweepTables } from '../../report/sweep-table.js';
import type { TrainingProfile } from '../../run/profile.js';
import type { TrainResult } from '../../run/types.js';
import { describeDiskUse } from '../disk-use.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import { findInterruptionCode, withInterruption } from '../interruption.js';
import { formatEnd, formatHeldLine, formatRecordedLine, formatSkippedLine } from '../progress/text.js';
import { type Streams, widthOf } from '../streams.js';
import { describeOtherNumerics } from '../sweep/points.js';
import type { TrainCommand } from './options.js';
import { describeSize } from './plan.js';
import { showTrainProgress, type TrainProgress } from './progress.js';
import type { TrainSubject } from './subject.js';

/** All that training one run needs. */
export interface TrainJob {
  readonly command: TrainCommand;
  readonly subject: TrainSubject;
  readonly point: SweepPoint;
  readonly store: Store;
  readonly streams: Streams;
  readonly engine: Engine;
}

/**
 * Trains a run and records it. A run that is recorded already is not trained, or only for its weights, which the record does not have: to
 * save them, or to see that they are the same. A run that another process is at is waited for.
 *
 * @returns the exit code: 1 if the run failed, or did not give the recorded weights again; 3 if it was left to another process
 * @throws UserError if the database cannot be written any longer, or the network cannot be saved
 */
export async function recordTraining(job: TrainJob): Promise<number> {
  const { command, subject, point, store, streams, engine } = job;
  const recorded = findRecorded(job);
  const say = (text: string) => streams.err.write(`${subject.name}: ${text}\n`);
  if (recorded && !wantsWeights(command)) {
    say(
      `recorded in ${command.db} as run ${recorded.runId}, nothing to train. --again or --save trains it once more`,
    );
    const numerics = describeOtherNumerics([recorded]);
    if (numerics !== null) say(numerics);
    writeResult(job, {});
    return EXIT_CODES.done;
  }
  say(describeStart(job, recorded));
  if (!recorded) for (const line of describeDiskUse([point], { ...command, parallel: 1 })) say(line);
  const progress = showTrainProgress(streams.err, point);
  const executor = engine.createExecutor(command, 1);
  const { end, repeated, interruptionCode } = await withInterruption(
    async (signal) => {
      try {
        const trained = await trainPoint(job, { executor, progress, signal });
        return { ...trained, interruptionCode: findInterruptionCode(signal) };
      } finally {
        progress.close();
        await executor.close?.();
      }
    },
    {
      first: () => progress.say('Interrupted: the run ends after its step. Once more to end at once.'),
      last: (reason) => {
        progress.close();
        store.releaseAll(reason);
      },
    },
  );
  if (end !== null) say(formatEnd(end));
  const result = end !== null && 'result' in end ? end.result : null;
  if (command.save !== undefined) say(await save(result, command.save, point));
  const comparison = result && repeated ? compareWithRecord(store, repeated, result) : null;
  if (comparison?.same === false) say(comparison.text);
  writeResult(job, { profile: result?.profile, comparison });
  if (interruptionCode !== null) return interruptionCode;
  if (end === null && findRecorded(job) === undefined) return EXIT_CODES.held;
  const isDone =
    findRecorded(job) !== undefined &&
    comparison?.same !== false &&
    (command.save === undefined || result?.state === 'done');
  return isDone ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** The record of the run, if there is one that will do. */
function findRecorded({ command, point, store }: TrainJob): LiveRun | undefined {
  const live = readLiveRuns(store.db, command.numerics).get(point.identity);
  return live !== undefined && isRecorded(live) ? live : undefined;
}

/** Whether the record alone will not do. */
function wantsWeights({ again, save }: TrainCommand): boolean {
  return again || save !== undefined;
}

/** What there is to print besides the recorded run. */
interface Findings {
  readonly profile?: TrainingProfile | undefined;
  readonly comparison?: Comparison | null;
}

/** Of a repeated run's weights and metrics with the recorded ones. */
interface Comparison {
  readonly same: boolean;
  readonly text: string;
}

function describeStart({ command, point }: TrainJob, live: LiveRun | undefined): string {
  const { spec, dataset } = point;
  const facts = [
    `${point.label}, ${describeSize(point)}`,
    `${formatCount(spec.trainCount - spec.validationCount)} images of ${dataset.name}`,
    `${spec.epochs} ${spec.epochs === 1 ? 'epoch' : 'epochs'}`,
    live ? `in ${command.db} as run ${live.runId}, trained again` : `recorded in ${command.db}`,
  ];
  return facts.join(', ');
}

/** How a run is trained. */
interface Training {
  readonly executor: Executor<TrainResult>;
  readonly progress: TrainProgress;
  readonly signal: AbortSignal;
}

/**
 * Trains the run and records it, or trains it for its weights alone where it is recorded, be it by another process meanwhile.
 *
 * @returns how it ended, null if there was nothing to train, and the record that it repeats
 */
async function trainPoint(
  job: TrainJob,
  training: Training,
): Promise<{ end: RunEnd<TrainResult> | null; repeated: LiveRun | null }> {
  const end = findRecorded(job) ? null : await record(job, training);
  const recorded = findRecorded(job);
  if (end !== null || !recorded || !wantsWeights(job.command) || training.signal.aborted) {
    return { end, repeated: null };
  }
  return { end: await repeat(job, training), repeated: recorded };
}

/** @returns null if another process did the run, or was at it when this one was interrupted or not to wait */
async function record(
  { command, subject, point, store }: TrainJob,
  { executor, progress, signal }: Training,
): Promise<RunEnd<TrainResult> | null> {
  let end: RunEnd<TrainResult> | null = null;
  await runSweep({
    store,
    name: subject.name,
    title: subject.title,
    grows: true,
    points: [point],
    missing: [point],
    executor,
    checkpoints: command.checkpoints,
    numerics: command.numerics,
    wait: command.wait,
    signal,
    observer: {
      resumed: (_run, resumption) => progress.resumed(resumption),
      printed: (_run, line) => progress.say(line),
      progressed: (_run, metrics) => progress.progressed(metrics),
      epochEnded: (_run, metrics) => progress.epochEnded(metrics),
      pointHeld: (_point, by) => progress.say(formatHeldLine(subject.name, by)),
      pointSkipped: (_point, by) => progress.say(formatSkippedLine(subject.name, by)),
      pointRecorded: (_point, by) => progress.say(formatRecordedLine(subject.name, by)),
      runEnded: (_run, ended: RunEnd<TrainResult>, error) => {
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
  { point }: TrainJob,
  { executor, progress, signal }: Training,
): Promise<RunEnd<TrainResult>> {
  return {
    result: await executor.run(point, {
      signal,
      observer: { ...progress, printed: (line) => progress.say(line) },
      checkpoints: null,
    }),
  };
}

/** Saves what a run came to, and says so. */
async function save(result: TrainResult | null, file: string, { plugins }: SweepPoint): Promise<string> {
  if (result?.state !== 'done') return `${file} is not written, as the run has not come to its end`;
  await saveModel(result, file, { plugins });
  return `saved in ${file}`;
}

/** Null for a run that did not come to its end. */
function compareWithRecord({ db }: Store, { runId }: LiveRun, result: TrainResult): Comparison | null {
  if (result.state === 'interrupted') return null;
  const [difference] = compareResults(db, runId, result);
  if (difference === undefined) {
    return {
      same: true,
      text: `The weights are those of run ${runId}, to the bit: sha256 ${result.weightsSha256}.`,
    };
  }
  const { what, recorded, found } = difference;
  const subject = what === 'weights sha256' ? 'weights are not those' : `${what} is not that`;
  const why = explainDifferences(readWholeRun(db, runId), result.kernels).text;
  const name = what === 'weights sha256' ? 'sha256 ' : '';
  return {
    same: false,
    text: `The ${subject} of run ${runId}: expected ${name}${recorded}, found ${found}. ${why}`,
  };
}

function writeResult({ command, point, store, streams }: TrainJob, { profile, comparison }: Findings): void {
  const run = readLatestRuns(store.db, [point.identity]).get(point.identity) ?? null;
  if (command.json) {
    // Interrupted before it began.
    if (run === null) return;
    const { titles, rows } = readRunRow(store.db, run.runId);
    const more = { ...(profile && { profile }), ...(comparison && { repeats: comparison.same }) };
    streams.out.write(`${formatJsonObject(titles, rows[0]!, more)}\n`);
    return;
  }
  streams.out.write(formatSweepTables([{ point, run }], widthOf(streams.out)));
  const worst = run && formatWorstClasses(readClassErrors(store.db, run.runId), point.dataset.classNames);
  if (worst) streams.out.write(`${worst}\n`);
  if (comparison?.same) streams.out.write(`${comparison.text}\n`);
  if (profile) streams.out.write(`\n${formatProfile(profile, widthOf(streams.out))}\n`);
}
