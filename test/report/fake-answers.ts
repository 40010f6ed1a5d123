import { RandomStream } from '../../src/core/rng.js';
import { expandGrid, type Grid } from '../../src/experiment/grid.js';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import type { Store } from '../../src/experiment/store.js';
import type { ResolvedRunSpec } from '../../src/run/spec.js';
import type { TrainResult } from '../../src/run/types.js';
import { claimRuns, FAKE_DATASET, makeMetrics, makeResult } from '../experiment/fake-runs.js';

/** Test errors in percent that look like those of real runs. */
function imagineError({
  model,
  width = 1,
  activation,
  dropout,
  trainCount,
  trainFirst,
  seed,
}: ResolvedRunSpec): number {
  const base = model === 'BASE' ? 2.2 : model === 'BN' ? 1.6 : 0.9 + 0.15 / width;
  const bySize = Math.sqrt(10_000 / trainCount!);
  const jitter = ((trainFirst + 7919 * seed) % 17) / 100;
  return base * bySize + (activation === 'sigmoid' ? 0.5 : 0) + (dropout ? 0.1 : 0) + jitter;
}

/**
 * What a run would say of the fake test images: hard ones are hard for all, the others a matter of luck.
 *
 * @param error about what it comes to, in percent
 */
export function imagineResult(spec: ResolvedRunSpec, error = imagineError(spec)): TrainResult {
  const { labels } = FAKE_DATASET.test;
  const stream = new RandomStream([spec.seed + spec.trainFirst, Math.round(1000 * error)]);
  const predicted = labels.map((label, i) => {
    const isHard = i % 100 < 1;
    const isWrong = stream.nextUniform() < (isHard ? 0.4 : (error - 0.4) / 99);
    return isWrong ? (label + 1 + stream.nextBelow(9)) % 10 : label;
  });
  const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  labels.forEach((label, i) => {
    confusion[label]![predicted[i]!]!++;
  });
  const final = (100 * labels.filter((label, i) => label !== predicted[i]).length) / labels.length;
  const epochs = Array.from({ length: spec.epochs }, (_, i) =>
    makeMetrics(i + 1, i + 1 === spec.epochs ? final : final * (1 + 3 / (i + 1))),
  );
  return makeResult(spec, { predicted, confusion, epochs, seconds: 10 });
}

/** Records a grid with imagined results, but for the points that are left out. */
export async function recordGrid(
  store: Store,
  grid: Grid,
  {
    leaveOut = () => false,
    result = imagineResult,
  }: {
    leaveOut?: (point: SweepPoint) => boolean;
    result?: (spec: ResolvedRunSpec) => TrainResult;
  } = {},
): Promise<void> {
  const points = await planSweep(expandGrid(grid, grid.name), async () => FAKE_DATASET);
  const missing = points.filter((point) => !leaveOut(point));
  const ids = claimRuns(store, { name: grid.name, title: grid.title ?? null }, missing, points);
  missing.forEach((point, i) => {
    const runId = ids[i];
    if (runId == null) return;
    const end = result(point.spec);
    for (const metrics of end.epochs) store.addEpoch(runId, metrics);
    store.finishRun(runId, { result: end });
  });
}
