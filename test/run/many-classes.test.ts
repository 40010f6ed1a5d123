import { describe, expect, it } from 'vitest';
import { formatEnd } from '../../src/cli/progress/text.js';
import { formatList } from '../../src/cli/runs/list.js';
import { formatRun } from '../../src/cli/runs/show.js';
import { compareResults } from '../../src/experiment/compare-results.js';
import { findSweep } from '../../src/experiment/find-runs.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { formatMarkdown } from '../../src/report/document/markdown.js';
import { readSweepRuns, writeSweep } from '../../src/report/sweep-report.js';
import type { RunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { claimRuns, makeFolder, openStore } from '../experiment/fake-runs.js';
import { describeManyClasses, makeManyClasses } from '../helpers/many-classes.js';
import { openPool } from '../helpers/open-pool.js';
import { factsOf } from '../helpers/run-facts.js';

const CLASSES = 400;
const dataset = makeManyClasses(CLASSES, { each: 5, test: 450 });
const spec: RunSpec = {
  network: describeManyClasses(CLASSES),
  epochs: 3,
  batchSize: 50,
  learningRate: 0.1,
  momentum: 0.8,
};
const pool = openPool(3);

/** Trains, records what came of it, and gives what is told of it. */
async function record(classes: number, epochs: number) {
  const data = classes === CLASSES ? dataset : makeManyClasses(classes, { each: 1, test: 450 });
  const base = { ...spec, dataset: data.name, network: describeManyClasses(classes), epochs };
  const store = openStore();
  const points = await planSweep(
    expandGrid(parseGrid({ base }, 'many.json', 'many'), 'many'),
    async () => data,
  );
  const [runId] = claimRuns(store, { name: 'many', title: null }, points) as [number];
  const result = await train(points[0]!.spec, { dataset: data, pool });
  for (const metrics of result.epochs) store.addEpoch(runId, metrics);
  store.finishRun(runId, { result });
  const report = formatMarkdown(writeSweep(readSweepRuns(store.db, findSweep(store.db, 'many')), null, 'it'));
  return { store, runId, result, shown: formatRun(store.db, runId, false), report };
}

describe('a network that tells more classes apart than a byte does', () => {
  it('learns them, to the same bits on any number of workers', async () => {
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((workers) => train(spec, { dataset, pool, workers })),
    );
    expect(factsOf(two!)).toEqual(factsOf(one!));
    expect(factsOf(three!)).toEqual(factsOf(one!));
    const { epochs, predicted, confusion } = one!;
    expect(epochs[0]!.testTop5ErrorPercent).toBeLessThan(epochs[0]!.testErrorPercent!);
    expect(epochs.at(-1)!.testErrorPercent).toBeLessThan(10);
    const wrong = predicted.filter((guess, i) => guess !== dataset.test.labels[i]).length;
    expect((100 * wrong) / 450).toBe(epochs.at(-1)!.testErrorPercent);
    expect(confusion.map((row) => row.length)).toEqual(Array(CLASSES).fill(CLASSES));
  });

  it('goes on from a checkpoint, with the predictions of its best epoch', async () => {
    const asked = { ...spec, validationCount: 200, patience: 3, epochs: 3 };
    const whole = await train(asked, { dataset, pool });
    const checkpoints = { folder: makeFolder() };
    const stop = new AbortController();
    const half = await train(asked, {
      dataset,
      pool,
      checkpoints,
      signal: stop.signal,
      onEpoch: ({ epoch }) => epoch === 2 && stop.abort(),
    });
    expect(half.state).toBe('interrupted');
    expect(factsOf(await train(asked, { dataset, pool, checkpoints }))).toEqual(factsOf(whole));
  });

  it('is told of by its most frequent mistakes', async () => {
    const { store, runId, result, shown, report } = await record(CLASSES, 1);
    expect(readWholeRun(store.db, runId).confusion).toEqual(result.confusion);
    expect(compareResults(store.db, runId, result)).toEqual([]);
    const cells = store.db.prepare('SELECT count(*) FROM confusion').pluck().get();
    expect(cells).toBeLessThanOrEqual(CLASSES + 450);
    expect(report).toMatch(/test error %[ |]*top-5 %/);
    expect(formatList(store.db, {})).toMatch(/test error % +top-5 %/);
    const error = `${result.epochs[0]!.testErrorPercent!.toFixed(2)}%`;
    const topFive = `${result.epochs[0]!.testTop5ErrorPercent!.toFixed(2)}%`;
    expect(formatEnd({ result })).toContain(`test error ${error} (top-5 ${topFive})`);
    for (const text of [shown, report]) {
      expect(text.length).toBeLessThan(30_000);
      expect(text).toMatch(/[Tt]he most frequent (mistakes, )?of [\d,]+ pairs of classes/);
    }
  });

  it('has no confusion matrix from 1,025 classes on, and the same is told', async () => {
    const { store, runId, result, shown, report } = await record(1_025, 1);
    expect(result.confusion).toEqual([]);
    expect(result.predicted.length).toBe(450);
    expect(compareResults(store.db, runId, result)).toEqual([]);
    for (const text of [shown, report]) {
      expect(text).toMatch(/[Tt]he most frequent (mistakes, )?of [\d,]+ pairs of classes/);
    }
    expect(report).toContain(`${result.epochs[0]!.testErrorPercent!.toFixed(2)}`);
  });

  it('or has more outputs than there are classes, and takes images for those', async () => {
    // Its last output is the greatest, whatever the image.
    const units = 1100;
    const data = makeManyClasses(10, { each: 5, test: 20 });
    const bias = { kind: 'constant', value: 0 };
    const network = {
      name: 'wide',
      input: [6, 6, 1],
      layers: [
        { kind: 'fully-connected', units, initializer: { kind: 'gaussian', std: 10 }, biasInitializer: bias },
      ],
    };
    const base = { network, dataset: data.name, epochs: 1, learningRate: 1e-9 };
    const points = await planSweep(
      expandGrid(parseGrid({ base }, 'wide.json', 'wide'), 'wide'),
      async () => data,
    );
    const store = openStore();
    const [runId] = claimRuns(store, { name: 'wide', title: null }, points) as [number];
    const result = await train(points[0]!.spec, { dataset: data, pool });
    for (const metrics of result.epochs) store.addEpoch(runId, metrics);
    store.finishRun(runId, { result });
    expect(Math.max(...result.predicted)).toBeGreaterThan(255);
    const recorded = store.db
      .prepare('SELECT predicted FROM test_predictions ORDER BY example')
      .pluck()
      .all();
    expect(recorded).toEqual([...result.predicted]);
    expect(compareResults(store.db, runId, result)).toEqual([]);
  });
});
