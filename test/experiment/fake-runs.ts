import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { readEnvironment } from '../../src/experiment/environment.js';
import type { Executor } from '../../src/experiment/executor.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { formatCanonicalJson } from '../../src/experiment/identity.js';
import { planSweep, type SweepPoint } from '../../src/experiment/plan-sweep.js';
import { markProcess, type ProcessMark } from '../../src/experiment/process-mark.js';
import { Store } from '../../src/experiment/store.js';
import type { SweepEntry } from '../../src/experiment/sweep-entry.js';
import type { FittedRunSpec } from '../../src/run/fit.js';
import type { ResolvedRunSpec } from '../../src/run/spec.js';
import type { EpochMetrics, TrainOptions, TrainResult } from '../../src/run/types.js';

/** MNIST's sizes without its pixels, at which nothing here looks. Test labels are 0 1 2 ... 9 0 1 2 ... */
export const FAKE_DATASET: Dataset = {
  name: 'mnist',
  shape: { height: 28, width: 28, channels: 1 },
  classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  train: { count: 60_000, pixels: new Uint8Array(), labels: new Uint16Array() },
  test: {
    count: 10_000,
    pixels: new Uint8Array(),
    labels: Uint16Array.from({ length: 10_000 }, (_, i) => i % 10),
  },
  sha256: 'd'.repeat(64),
};

/** CIFAR-10's sizes, likewise. */
export const FAKE_CIFAR10: Dataset = {
  ...FAKE_DATASET,
  name: 'cifar10',
  shape: { height: 32, width: 32, channels: 3 },
  train: { ...FAKE_DATASET.train, count: 50_000 },
  sha256: 'c'.repeat(64),
};

/** A folder that goes with the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openStore(file = join(makeFolder(), 'experiments.db')): Store {
  const store = Store.open(file);
  onTestFinished(() => store.close());
  return store;
}

/** Claims points for a sweep as this process's runs; null for one that is recorded or claimed before. */
export function claimRuns(
  store: Store,
  sweep: string | SweepEntry,
  points: readonly SweepPoint[],
  all: readonly SweepPoint[] = points,
): (number | null)[] {
  const sweepId = store.recordSweep(typeof sweep === 'string' ? { name: sweep, title: null } : sweep, all);
  const environment = readEnvironment();
  return points.map((point) => {
    const claim = store.claimRun({ sweepId, point, environment, workers: 1, numerics: 'any' });
    return 'runId' in claim ? claim.runId : null;
  });
}

/** Claims two runs of one spec, with seeds 0 and 1. */
export async function claimTwo(store: Store): Promise<number[]> {
  const points = await planGrid({ base: { model: 'BN' }, grid: { seed: [0, 1] } });
  return claimRuns(store, 'test', points) as number[];
}

/** Makes a run that of this process's parent: another process, which lives. It has no lock, as those of older versions. */
export function giveToParent(store: Store, runId: number): void {
  giveRun(store, runId, markProcess(process.ppid));
}

/** Makes a run that of another process. */
export function giveRun(store: Store, runId: number, mark: ProcessMark): void {
  const processId = store.db
    .prepare(
      `INSERT INTO processes (host, boot_id, pid_namespace, pid, start_marker, seen_at)
       VALUES (@host, @bootId, @pidNamespace, @pid, @startMarker, '') RETURNING process_id`,
    )
    .pluck()
    .get(mark);
  store.db.prepare('UPDATE runs SET process_id = ? WHERE run_id = ?').run(processId, runId);
}

/** The points of a grid over the fake data. */
export async function planGrid(grid: object): Promise<SweepPoint[]> {
  const points = expandGrid(parseGrid(grid, 'grid.json', 'test'), 'grid.json');
  return planSweep(points, async () => FAKE_DATASET);
}

export function makeMetrics(epoch: number, testErrorPercent: number, validates = false): EpochMetrics {
  return {
    epoch,
    trainLoss: 1 / epoch,
    trainErrorPercent: testErrorPercent / 2,
    validationLoss: validates ? 3 / epoch : null,
    validationErrorPercent: validates ? testErrorPercent + 1 : null,
    testLoss: 2 / epoch,
    testErrorPercent,
    testTop5ErrorPercent: testErrorPercent / 10,
    learningRate: 0.001,
    seconds: 0.5,
    imagesPerSecond: 1000,
  };
}

export function makeResult(spec: ResolvedRunSpec, changes: Partial<TrainResult> = {}): TrainResult {
  return {
    state: 'done',
    reason: null,
    spec,
    datasetSha256: FAKE_DATASET.sha256,
    classNames: FAKE_DATASET.classNames,
    normalization: { mean: new Float32Array(784), scale: new Float32Array(784).fill(1) },
    epochs: [],
    bestEpoch: null,
    augmentedTest: null,
    confusion: [
      [3, 1],
      [0, 4],
    ],
    predicted: Uint16Array.of(0, 0, 0, 1, 1, 1, 1, 1),
    classErrors: [
      { images: 4, errors: 1 },
      { images: 4, errors: 0 },
    ],
    parameterCount: 431_080,
    weights: new Float32Array(),
    weightsSha256: createHash('sha256').update(formatCanonicalJson(spec)).digest('hex'),
    seconds: 1.5,
    imagesPerSecond: 1000,
    kernels: 'fake',
    ...changes,
  };
}

/** Trains one network: `train`, or a stand-in. */
export type RunOne = (
  spec: FittedRunSpec,
  options: Omit<TrainOptions, 'onEpoch'> & { readonly onEpoch?: (metrics: EpochMetrics) => unknown },
) => Promise<TrainResult>;

/** Trains nothing: an epoch's test error falls from `seed + 10`, one percent an epoch. Stops between epochs once asked to. */
export const runFake: RunOne = async (spec, { onEpoch, onProgress, signal }) => {
  const epochs: EpochMetrics[] = [];
  for (let epoch = 1; epoch <= spec.epochs; epoch++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) return makeResult(spec, { state: 'interrupted', reason: 'stopped', epochs });
    onProgress?.({
      epoch,
      epochs: spec.epochs,
      step: 1,
      stepsPerEpoch: 1,
      trainLoss: 1 / epoch,
      imagesPerSecond: 1000,
    });
    const metrics = makeMetrics(epoch, spec.seed + 10 - epoch, spec.validationCount > 0);
    epochs.push(metrics);
    onEpoch?.(metrics);
  }
  return makeResult(spec, { epochs });
};

/** An executor that calls a function for each run. */
export function makeExecutor(
  runOne: RunOne = runFake,
  { parallel = 1, profile = false }: { parallel?: number; profile?: boolean } = {},
): Executor<TrainResult> {
  return {
    parallel,
    workers: 1,
    run: ({ spec, dataset }, { signal, observer, checkpoints }) =>
      runOne(spec, {
        dataset,
        profile,
        signal,
        ...(checkpoints && { checkpoints }),
        onResume: (resumption) => observer.resumed?.(resumption),
        onProgress: (progress) => observer.progressed(progress),
        onEpoch: (metrics) => observer.epochEnded(metrics),
      }),
  };
}
