// ONNX Runtime's side of the benchmarks: evaluations of networks that Convoy's export has written. Needs the package onnxruntime-node, which is looked for from
// the folder at hand, from Convoy's, and among the packages in the folder CONVOY_ONNXRUNTIME.
//
// turns.py says what goes in and out; this is its twin. All optimisations are on: batch normalisation is folded in, layers are fused, and convolutions run in
// a layout of the runtime's own. The loss is left out.

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeSyntheticDataset } from '../../dist/src/dataset/synthetic.js';
import { exportOnnx, train } from '../../dist/src/index.js';

const PACKAGE = 'onnxruntime-node';
const CLASSES = 10;

/** The package and its version; null if it is nowhere. */
function findRuntime() {
  const { CONVOY_ONNXRUNTIME: folder } = process.env;
  const places = [...(folder ? [join(folder, 'from')] : []), join(process.cwd(), 'from'), import.meta.url];
  for (const place of places) {
    const require = createRequire(place);
    try {
      return { runtime: require(PACKAGE), version: require(`${PACKAGE}/package.json`).version };
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}

/** A session for a network that has trained for one step. */
async function openSession({ InferenceSession }, { network, batchSize, learningRate, threads }) {
  const dataset = makeSyntheticDataset(network.input, CLASSES, { train: batchSize, test: 1 });
  const trained = await train({ network, batchSize, learningRate, epochs: 1 }, { dataset, workers: threads });
  const folder = mkdtempSync(join(tmpdir(), 'convoy-bench-'));
  try {
    const file = join(folder, 'network.onnx');
    await exportOnnx(trained, file);
    const options = { graphOptimizationLevel: 'all', intraOpNumThreads: threads, interOpNumThreads: 1 };
    return await InferenceSession.create(file, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(runtime, job) {
  if (job.kind !== 'evaluation') throw new Error(`expected an evaluation, found ${job.kind}`);
  const session = await openSession(runtime, job);
  const { height, width, channels } = job.network.input;
  const shape = [job.batchSize, channels, height, width];
  const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * Math.random() - 1);
  const feeds = { [session.inputNames[0]]: new runtime.Tensor('float32', pixels, shape) };
  try {
    return await timeRuns(() => session.run(feeds), job);
  } finally {
    await session.release();
  }
}

/** As turns.py's time_runs. */
async function timeRuns(run, { rounds, seconds }) {
  await run();
  let runs = 0;
  const start = performance.now();
  while (runs === 0 || performance.now() - start < 1000 * seconds) {
    await run();
    runs++;
  }
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    for (let i = 0; i < runs; i++) await run();
    times.push((performance.now() - began) / 1000 / runs);
  }
  return times;
}

const found = findRuntime();
if (found) {
  const { runtime, version } = found;
  const print = (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`);
  print({ name: `ONNX Runtime ${version}`, lacks: [] });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      print({ measured: await measure(runtime, JSON.parse(line)) });
    } catch (error) {
      print({ error: `${error.name}: ${error.message}` });
    }
  }
}
