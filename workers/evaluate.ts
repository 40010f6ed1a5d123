import {
  TEST_VIEWS,
  type TestTimeAugmentation,
  type TestView,
} from '../src/dataset/test-time-augmentation.js';
import { TRANSFORM, TRANSFORM_WORDS } from '../src/dataset/transform.js';
import { allocateWords } from '../src/kernels/memory.js';
import type { Batch } from '../src/layers/pass.js';
import { bindLosses } from '../src/network/losses.js';
import { groupIntoPhases, type Phase, shareOf } from '../src/network/phases.js';
import { type TaskList, TaskLists } from '../src/network/task-list.js';
import { ThreadNetwork } from '../src/network/thread-network.js';
import { CONTROL } from '../src/parallel/control.js';
import { planEvaluation, shareEvaluation } from '../src/parallel/evaluation.js';
import { ListedWork } from '../src/parallel/listed-work.js';
import type { EvaluateTask, EvaluationSet, SharedRun } from '../src/parallel/protocol.js';
import { Pulse } from '../src/parallel/pulse.js';
import { countOwners, TaskBoard } from '../src/parallel/task-board.js';
import { planAssembly } from './assembly.js';
import { getContext, type RunContext } from './context.js';
import { showPlain } from './images.js';

/** The network bound for evaluation in this thread. */
interface Evaluator {
  readonly batch: Batch;
  /** Of its greatest mini-batch. */
  readonly images: number;
  readonly pulse: Pulse;
  readonly board: TaskBoard;
  readonly prepare: readonly TaskList[];
  /** Evaluates the mini-batch that begins with this image of the set. */
  evaluateFrom(on: EvaluateTask['on'], first: number, augmentation: TestTimeAugmentation): void;
}

/** What a set of images runs through: as it is, and seen in another way. */
interface BoundSet {
  readonly forward: () => void;
  readonly forwardView: () => void;
}

/** By worker: a thread need not be the same one each time, and each has activations of its own. */
const evaluators = new WeakMap<RunContext, Evaluator[]>();

/** Of one mini-batch each, but where there are very many. */
const MOST_TASKS = 1_000;

/** Evaluates this process's share of a set of images together with the run's other workers. */
export default async function evaluate({ run, worker, on, augmentation }: EvaluateTask): Promise<void> {
  const context = await getContext(run);
  const { batch, images, pulse, prepare, evaluateFrom, board } = getEvaluator(run, worker, context);
  const { first: firstImage, end: endImage } = shareEvaluation(run.memory[on]!.samples.length, run.place);
  const evaluateChunks = (firstChunk: number, endChunk: number) => {
    for (let chunk = firstChunk; chunk < endChunk; chunk++) {
      if (Atomics.load(run.memory.control, CONTROL.abort) !== 0) return;
      const first = firstImage + chunk * images;
      batch.size = Math.min(images, endImage - first);
      evaluateFrom(on, first, augmentation);
    }
  };
  const chunks = Math.ceil((endImage - firstImage) / images);
  const tasks = Math.min(chunks, MOST_TASKS);
  const owners = countOwners(run.memory.board);
  const evaluation: TaskList = {
    begin() {},
    runOwn: null,
    tasks: Array.from({ length: tasks }, (_, task) => {
      const [first, end] = shareOf(chunks, { worker: task, workers: tasks });
      return () => evaluateChunks(first, end);
    }),
    ends: Array.from({ length: owners }, (_, worker) => shareOf(tasks, { worker, workers: owners })[1]),
  };
  board.share(new ListedWork([...prepare, evaluation], pulse));
}

function getEvaluator(run: SharedRun, worker: number, context: RunContext): Evaluator {
  const own = evaluators.get(context) ?? [];
  evaluators.set(context, own);
  own[worker] ??= bindEvaluator(run, worker, context);
  return own[worker];
}

/** The run's own parameters, or their average, and packed kernels that its workers share, with activations of the worker's own. */
function bindEvaluator(
  run: SharedRun,
  worker: number,
  { memory, kernels, plugins, bindPlainLoss, activations }: RunContext,
): Evaluator {
  const {
    plan,
    shared,
    activations: places,
  } = planEvaluation({
    network: run.settings.network,
    kinds: plugins.layers,
    workers: run.workers,
    room: activations.length,
  });
  const place = (offset: number, floats: number) => activations.subarray(offset, offset + floats);
  const thread = new ThreadNetwork({
    plan,
    memory: {
      ...memory,
      weights: run.memory.averageWeights ?? memory.weights,
      shared: place(shared, plan.sharedFloats),
    },
    activations: place(places[worker]!, plan.activationFloats),
    kernels,
  });
  const network = thread.bound;
  const { batch } = network;
  const pulse = new Pulse(run.memory.pulse, worker, 'evaluate', kernels);
  const watch = (phase: Phase) => pulse.watchPhase(phase);
  const preparing = groupIntoPhases(network.prepare).map(watch);
  const labels = new Uint16Array(plan.batchSize);
  let firstImage = 0;
  const words = allocateWords(plan.batchSize * TRANSFORM_WORDS);
  const bindSet = ({ images, samples }: EvaluationSet): BoundSet => {
    const source = {
      pixels: images.pixels,
      labels: images.labels,
      sampleAt: (i: number) => samples[firstImage + i]!,
    };
    const plain = showPlain(source.pixels, batch.sampleIds);
    const view = { ...plain, transforms: { words, reflect: true } };
    const assemblePlain = planAssembly(run.memory, { kernels, network }, source, labels, plain);
    const assembleView = planAssembly(run.memory, { kernels, network }, source, labels, view);
    return {
      forward: thread.schedule([assemblePlain, ...network.forward], watch),
      forwardView: thread.schedule([assembleView, ...network.forward], watch),
    };
  };
  const bound = new Map<EvaluateTask['on'], BoundSet>();
  const getSet = (on: EvaluateTask['on']): BoundSet => {
    const set = bound.get(on) ?? bindSet(run.memory[on]!);
    bound.set(on, set);
    return set;
  };
  const { value: outputs } = network.output;
  const sums = new Float32Array(outputs.length);
  const averageViews = (forwardView: () => void, views: readonly TestView[]) => {
    sums.fill(0);
    for (const view of views) {
      showView(view, words);
      forwardView();
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + view.weight * outputs[i]!;
    }
    outputs.set(sums);
  };
  return {
    batch,
    images: plan.batchSize,
    pulse,
    board: new TaskBoard(run.memory.board, worker),
    prepare: new TaskLists(preparing, { batch, owners: countOwners(run.memory.board), kernels }).current,
    evaluateFrom(on, first, augmentation) {
      firstImage = first;
      const { forward, forwardView } = getSet(on);
      if (augmentation === 'none') forward();
      else averageViews(forwardView, TEST_VIEWS[augmentation]);
      const cut = <Array extends { subarray(begin: number, end: number): Array }>(results: Array) =>
        results.subarray(first, first + batch.size);
      const { results: all, images, outputs: kept } = run.memory[on]!;
      const results = { loss: cut(all.loss), predicted: cut(all.predicted), rank: cut(all.rank) };
      const { sampleIds } = batch;
      const targets = images.targets && { values: images.targets, sampleIds };
      const arrays = { labels, mix: null, targets, ...results };
      bindLosses(network, bindPlainLoss, arrays, { gradients: false })(0, batch.size);
      const { channels } = network.output.shape;
      kept?.set(outputs.subarray(0, batch.size * channels), first * channels);
    },
  };
}

/** Fills a mini-batch's transforms with one view. */
function showView({ flip, shift }: TestView, words: Int32Array): void {
  for (let at = 0; at < words.length; at += TRANSFORM_WORDS) {
    words[at + TRANSFORM.flip] = flip;
    words[at + TRANSFORM.dy] = shift;
    words[at + TRANSFORM.dx] = shift;
  }
}
