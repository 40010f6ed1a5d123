// Records training steps for native/test/replay.cc: which kernels each worker is bound to, what it runs in each phase, and the memory.
//
//   node record-steps.js NAME FILE WORKERS
import { writeFileSync } from 'node:fs';
import { makeKey, RandomStream, shuffle } from '../../src/core/rng.js';
import { loadAddon } from '../../src/kernels/native.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import { initializeModel, viewModel } from '../../src/network/memory.js';
import { runPhase } from '../../src/network/phases.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { planOptimizer } from '../../src/optim/update.js';
import type { RankPlace } from '../../src/parallel/transport.js';
import { inputsOf, selectData } from '../../src/run/data.js';
import { fitRun } from '../../src/run/fit.js';
import { shareRun } from '../../src/run/share.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';
import { getContext } from '../../workers/context.js';
import { enterShards, planStep } from '../../workers/train.js';
import { recordCalls } from '../helpers/kernel-arguments/record-calls.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { Trace } from './trace.js';

const OTHER_KINDS: WrittenNetwork = {
  input: [28, 28, 1],
  layers: [
    { kind: 'convolution', kernel: 5, stride: 2, padding: 2, paddingMode: 'reflect', filters: 8 },
    { kind: 'group-normalization', groups: 2 },
    { kind: 'convolution', kernel: 3, padding: 1, groups: 8, filters: 8 },
    { kind: 'layer-normalization' },
    { kind: 'local-response-normalization' },
    {
      kind: 'average-pooling',
      kernel: 3,
      stride: 2,
      padding: 1,
      paddingMode: 'replicate',
      countPadding: true,
    },
    { kind: 'layer-normalization', over: 'channels' },
    { kind: 'softmax' },
    { kind: 'locally-connected', kernel: 3, filters: 4 },
    { kind: 'fully-connected', units: 10 },
  ],
};
/** Which layouts, passes and layers they go through differs. */
const SPECS: Record<string, RunSpec> = {
  lanes: {
    network:
      'INPUT(28x28x1) -> CONV(5,6) -> BN -> RELU -> POOL(2) -> CONV(3,12,p1) -> GELU -> POOL(2,mean) -> PRELU -> FC(20) -> DROPOUT(0.2) -> FC(10)',
    batchSize: 40,
    nesterov: true,
    lookahead: { every: 2 },
    augmentation: { translate: 2, flip: 'random', randAugment: {}, mixing: { cutmix: 1 } },
  },
  images: {
    network:
      'INPUT(28x28x1) -> CONV(5,6) -> BN -> RELU -> POOL(2) -> CONV(3,12) -> ELU -> POOL(2) -> FC(30) -> FC(10)',
    batchSize: 7,
    augmentation: { erasing: {}, mixing: { mixup: 1 } },
    optimizer: 'adamw',
    clipNorm: 1,
  },
  'minimal filtering': {
    network:
      'INPUT(28x28x1) -> CONV(3,32,p1) -> RELU -> POOL(2) -> CONV(3,40,p1) -> RELU -> POOL(2) -> CONV(5,36) -> RELU -> FC(10)',
    batchSize: 20,
    optimizer: 'muon',
  },
  branches: {
    network: {
      input: [28, 28, 1],
      layers: [
        { kind: 'convolution', kernel: 5, stride: 2, filters: 8 },
        {
          kind: 'residual',
          body: [{ kind: 'convolution', kernel: 3, padding: 1, filters: 8 }, { kind: 'relu' }],
        },
        { kind: 'fully-connected', units: 10 },
      ],
    },
    batchSize: 18,
  },
  shards: {
    network:
      'INPUT(28x28x1) -> CONV(5,6) -> BN -> RELU -> POOL(2) -> CONV(3,12) -> BN -> RELU -> FC(30) -> FC(10)',
    batchSize: 40,
    shards: 2,
    clipNorm: 1,
  },
  // Of weights for two buckets, so that one of them is joined beside the backward pass.
  ranks: {
    network: 'INPUT(28x28x1) -> CONV(5,6) -> BN -> RELU -> FC(160) -> RELU -> FC(10)',
    batchSize: 40,
    shards: 4,
  },
  'other kinds in lanes': { network: OTHER_KINDS, batchSize: 20 },
  'other kinds in images': { network: OTHER_KINDS, batchSize: 7 },
};
/** As if another process computed the other shards. */
const PLACES: Record<string, RankPlace> = {
  ranks: { rank: 0, ranks: 2, transport: new URL('./still-transport.js', import.meta.url).href },
};
const STEPS = 2;

const [name, file, count] = process.argv.slice(2);
const workers = Number(count);
const trace = new Trace(workers);
const addon = loadAddon()!;
const { kernelSet } = addon;
/** Whose kernels are being bound or run. */
let worker = 0;
addon.kernelSet = (set) => recordCalls(kernelSet(set)! as never, (call) => trace.add(worker, call)) as never;

const spec = resolveRunSpec({ ...SPECS[name!], trainCount: 100, testCount: 10 });
const fitted = fitRun(spec, makeTinyDataset({ shape: spec.network.input }));
const kernels = loadKernels(chooseKernelName());
const data = selectData(fitted, kernels);
const run = shareRun(fitted, data, { workers, kernels: kernels.name, place: PLACES[name!] ?? null });
const needs = planOptimizer(fitted.plan, run.settings.optimizer, fitted.plugins.optimizers);
const model = viewModel(run.memory.model, fitted.plan, needs, run.ownShards);
initializeModel(model, fitted.plan, 1, kernels, inputsOf(data));
run.memory.order.set(data.train);
shuffle(run.memory.order, new RandomStream(makeKey(1, 'shuffle')));
trace.clear();

// Each worker binds the run as its thread would.
const state = { learningRate: 0.01 };
const threads = [];
for (worker = 0; worker < workers; worker++) {
  const context = await getContext({ ...run, id: `${run.id} ${worker}` });
  threads.push({ phases: planStep(run, context, state), context, batch: context.batch });
}
for (let step = 0; step < STEPS; step++) {
  for (const { batch, context } of threads) {
    Object.assign(batch, { size: run.settings.batchSize, epoch: 0, step });
    enterShards(context, step * run.settings.batchSize);
  }
  for (const index of threads[0]!.phases.keys()) {
    trace.beginPhase();
    for (worker = 0; worker < workers; worker++) {
      const { phases, batch } = threads[worker]!;
      runPhase(phases[index]!, batch, { worker, workers });
    }
  }
}
// As it is now, ids and labels are those of real images.
writeFileSync(file!, trace.describe());
writeFileSync(`${file}.bin`, trace.readMemory());
