import { expect, it } from 'vitest';
import { viewArena } from '../../src/kernels/memory.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { planEvaluation } from '../../src/parallel/evaluation.js';
import { announceRound } from '../../src/parallel/task-board.js';
import { selectData } from '../../src/run/data.js';
import { fitRun } from '../../src/run/fit.js';
import { shareRun } from '../../src/run/share.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import evaluate from '../../workers/evaluate.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

it("evaluates in the worker's own activations, whichever worker the thread was before", async () => {
  const dataset = makeTinyDataset({ train: 20, test: 300, shape: { height: 28, width: 28, channels: 10 } });
  const network = { input: [28, 28, 10], layers: [{ kind: 'average-pooling', kernel: 28 }] };
  const fitted = fitRun(resolveRunSpec({ network }), dataset);
  const kernels = loadKernels(availableKernelNames()[0]!);
  const run = shareRun(fitted, selectData(fitted, kernels), { workers: 2, kernels: kernels.name });
  const activations = viewArena(run.memory.activations);
  const { plan, activations: places } = planEvaluation({
    network: run.settings.network,
    kinds: fitted.plugins.layers,
    workers: 2,
    room: activations.length,
  });
  const placeOf = (worker: number) =>
    activations.subarray(places[worker]!, places[worker]! + plan.activationFloats);
  for (const worker of [0, 1, 0]) {
    activations.fill(Number.NaN);
    // The other worker does not come, and this one does all there is.
    announceRound(run.memory.board);
    await evaluate({ run, worker, on: 'test', augmentation: 'none' });
    expect(placeOf(worker).some(Number.isFinite)).toBe(true);
    expect(placeOf(1 - worker).every(Number.isNaN)).toBe(true);
  }
});
