import { planNetwork } from '../src/network/plan.js';
import { type BoundNetwork, bindNetwork, groupIntoPhases, runPhase, shareOf } from '../src/network/run.js';
import { CONTROL } from '../src/parallel/barrier.js';
import type { EvaluateTask, RunDescription } from '../src/parallel/protocol.js';
import { assembleInput, computeLoss, getContext, type RunContext } from './context.js';

/**
 * Images that a worker evaluates at a time. An image's results do not depend on its neighbours, so workers need not wait for each other.
 */
const CHUNK = 64;

interface Evaluator {
  readonly network: BoundNetwork;
  readonly labels: Uint8Array;
}

const evaluators = new WeakMap<RunContext, Evaluator>();
const ALONE = { worker: 0, workers: 1 };

/** Evaluates this worker's share of the test images. The first worker packs the parameters; nobody else needs to. */
export default function evaluate({ run, worker }: EvaluateTask): void {
  const context = getContext(run);
  const { network, labels } = getEvaluator(run, context);
  const share = { worker, workers: run.workers };
  for (const phase of groupIntoPhases(network.prepare)) runPhase(phase, network.batch, share);
  context.barrier.wait();
  const forward = groupIntoPhases(network.forward);
  const { batch } = network;
  const results = run.results;
  const images = results.loss.length;
  const [firstChunk, lastChunk] = shareOf(Math.ceil(images / CHUNK), share);
  for (let chunk = firstChunk; chunk < lastChunk; chunk++) {
    if (Atomics.load(run.control, CONTROL.abort) !== 0) return;
    const first = chunk * CHUNK;
    batch.size = Math.min(CHUNK, images - first);
    for (let i = 0; i < batch.size; i++) {
      const sample = run.testFirst + first + i;
      batch.sampleIds[i] = sample;
      labels[i] = run.test.labels[sample]!;
    }
    const bound = { kernels: context.kernels, network };
    assembleInput(run, run.test.pixels, bound, 0, batch.size);
    for (const phase of forward) runPhase(phase, batch, ALONE);
    const last = first + batch.size;
    const chunkResults = {
      loss: results.loss.subarray(first, last),
      predicted: results.predicted.subarray(first, last),
      rank: results.rank.subarray(first, last),
    };
    computeLoss(run, bound, labels, null, chunkResults, 0, batch.size);
  }
}

function getEvaluator(run: RunDescription, context: RunContext): Evaluator {
  let evaluator = evaluators.get(context);
  if (!evaluator) {
    evaluator = bindEvaluator(run, context);
    evaluators.set(context, evaluator);
  }
  return evaluator;
}

/** The network bound for evaluation: the run's own parameters, activations private to the thread. */
function bindEvaluator(run: RunDescription, { memory, kernels }: RunContext): Evaluator {
  const plan = planNetwork(run.network, { batchSize: CHUNK, slices: run.slices, training: false });
  const network = bindNetwork({
    plan,
    memory,
    activations: new Float32Array(plan.activationFloats),
    sampleIds: new Int32Array(CHUNK),
    batchSize: CHUNK,
    slices: 1,
    seed: run.seed,
    training: false,
    kernels,
  });
  return { network, labels: new Uint8Array(CHUNK) };
}
