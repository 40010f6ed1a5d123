// One of several processes that run a sweep together, on a real database, with trainings that take some time and compute nothing. Reads an
// order a line (file, seeds, epochs, epochMs, log) and answers each with a line: how its runs ended, or its error. Every training that begins
// is a line of the log.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expandGrid, parseGrid } from '../../dist/src/experiment/grid.js';
import { planSweep } from '../../dist/src/experiment/plan-sweep.js';
import { Store } from '../../dist/src/experiment/store.js';
import { runSweep } from '../../dist/src/experiment/sweep.js';

const half = (count) => ({ count, pixels: new Uint8Array(), labels: new Uint16Array(count) });
const dataset = {
  name: 'mnist',
  shape: { height: 28, width: 28, channels: 1 },
  classNames: Array.from('0123456789'),
  train: half(60_000),
  test: half(10_000),
  sha256: 'd'.repeat(64),
};

const executor = ({ epochMs, log }) => ({
  parallel: 1,
  workers: 1,
  async run({ spec, identity }, { observer, signal }) {
    appendFileSync(log, `${identity}\n`);
    say({ begun: true });
    const epochs = [];
    for (let epoch = 1; epoch <= spec.epochs && !signal.aborted; epoch++) {
      await sleep(epochMs);
      epochs.push({
        ...{ epoch, trainLoss: 1, trainErrorPercent: 1, validationLoss: null, validationErrorPercent: null },
        ...{
          testLoss: 1,
          testErrorPercent: 1,
          testTop5ErrorPercent: 1,
          learningRate: 1,
          seconds: 1,
          imagesPerSecond: 1,
        },
      });
      observer.epochEnded(epochs.at(-1));
    }
    return {
      ...{
        state: signal.aborted ? 'interrupted' : 'done',
        reason: null,
        spec,
        datasetSha256: dataset.sha256,
        classNames: dataset.classNames,
        epochs,
        confusion: [[1]],
        predicted: Uint16Array.of(0),
      },
      ...{
        bestEpoch: null,
        augmentedTest: null,
        parameterCount: 1,
        weights: new Float32Array(),
        weightsSha256: identity,
      },
      ...{ seconds: 1, imagesPerSecond: 1, kernels: 'none' },
    };
  },
});

async function share({ file, seeds, epochs, ...timing }) {
  const grid = parseGrid({ base: { model: 'BN', epochs }, grid: { seed: seeds } }, 'grid.json', 'shared');
  const points = await planSweep(expandGrid(grid, 'grid.json'), async () => dataset);
  const store = Store.open(file);
  try {
    store.recoverDead();
    const ends = await runSweep({
      ...{ store, name: 'shared', title: null, points, missing: points, executor: executor(timing) },
    });
    return { ends: Object.fromEntries(ends) };
  } finally {
    store.close();
  }
}

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  say(await share(JSON.parse(line)).catch((error) => ({ error: error.stack })));
}
