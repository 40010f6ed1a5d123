import { availableParallelism } from 'node:os';
import { Writable } from 'node:stream';
import { main as runCheck } from '../../src/cli/check.js';
import { type DataPlaces, runDataCommand } from '../../src/cli/data/data.js';
import { main as runDescribe } from '../../src/cli/describe/describe.js';
import type { Engine } from '../../src/cli/engine.js';
import { main as runEvaluate } from '../../src/cli/evaluate/evaluate.js';
import { reportError } from '../../src/cli/exit.js';
import { main as runExport } from '../../src/cli/export.js';
import { main as runFeatures } from '../../src/cli/features/features.js';
import { main as runFilter } from '../../src/cli/filter.js';
import { main as runImport } from '../../src/cli/import.js';
import { main as runPredict } from '../../src/cli/predict.js';
import { main as runReport } from '../../src/cli/report/report.js';
import { main as runRuns } from '../../src/cli/runs/runs.js';
import type { Streams } from '../../src/cli/streams.js';
import { runSweepCommand } from '../../src/cli/sweep/command.js';
import { runTrainCommand } from '../../src/cli/train/command.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { chooseThreads } from '../../src/experiment/choose-threads.js';
import type { Executor } from '../../src/experiment/executor.js';
import type { LocalOptions } from '../../src/experiment/local-executor.js';
import type { TrainResult } from '../../src/run/types.js';
import { FAKE_CIFAR10, FAKE_DATASET, makeExecutor, type RunOne, runFake } from '../experiment/fake-runs.js';

/** What a command did. */
export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Trains nothing and counts its executors. */
export class FakeEngine implements Engine {
  readonly executors: { parallel: number; workers: number; closed: boolean }[] = [];
  runOne = runFake;

  readonly loadDataset = async (name: string) => (name === 'cifar10' ? FAKE_CIFAR10 : FAKE_DATASET);

  createExecutor({ profile = false, ...wishes }: LocalOptions, count: number): Executor<TrainResult> {
    const threads = { ...chooseThreads(wishes, availableParallelism(), count), closed: false };
    this.executors.push(threads);
    const run: RunOne = (spec, options) => this.runOne(spec, options);
    return {
      ...makeExecutor(run, { parallel: threads.parallel, profile }),
      workers: threads.workers,
      close: async () => {
        threads.closed = true;
      },
    };
  }
}

/** Runs `sweep` as the shell would, but for the training. */
export function sweep(args: readonly string[], engine: FakeEngine = new FakeEngine()): Promise<Outcome> {
  return capture((streams) => runSweepCommand(args, streams, engine));
}

/** Runs `train` as the shell would, but for the training. */
export function trainCommand(
  args: readonly string[],
  engine: FakeEngine = new FakeEngine(),
): Promise<Outcome> {
  return capture((streams) => runTrainCommand(args, streams, engine));
}

/** Runs `runs` as the shell would, but for the training of `verify`. */
export function runs(args: readonly string[], engine: FakeEngine = new FakeEngine()): Promise<Outcome> {
  return capture((streams) => runRuns(args, streams, () => engine));
}

/** Runs `report` as the shell would. */
export function report(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runReport(args, streams));
}

/** Runs `data` as the shell would, with other places. */
export function data(args: readonly string[], places: DataPlaces): Promise<Outcome> {
  return capture((streams) => runDataCommand(args, streams, places));
}

/** Runs `describe` as the shell would. */
export function describeCommand(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runDescribe(args, streams));
}

/** Runs `check` as the shell would. */
export function check(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runCheck(args, streams));
}

/** Runs `features` as the shell would, training included. */
export function features(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runFeatures(args, streams));
}

/** Runs `filter` as the shell would. */
export function filterCommand(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runFilter(args, streams));
}

/** Runs `predict` as the shell would. */
export function predictCommand(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runPredict(args, streams));
}

/** Runs `evaluate` as the shell would, with another data set. */
export function evaluateCommand(args: readonly string[], dataset: Dataset): Promise<Outcome> {
  return capture((streams) => runEvaluate(args, streams, async () => dataset));
}

/** Runs `export` as the shell would. */
export function exportCommand(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runExport(args, streams));
}

/** Runs `import` as the shell would. */
export function importCommand(args: readonly string[]): Promise<Outcome> {
  return capture((streams) => runImport(args, streams));
}

export async function capture(command: (streams: Streams) => Promise<number>): Promise<Outcome> {
  const [out, err] = [new TextSink(), new TextSink()];
  let exitCode: number;
  try {
    exitCode = await command({ out, err });
  } catch (error) {
    exitCode = reportError(error, (text) => err.write(text));
  }
  return { exitCode, out: out.text, err: err.text };
}

class TextSink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
