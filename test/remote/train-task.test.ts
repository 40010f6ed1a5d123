import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { loadDataset } from '../../src/dataset/load.js';
import { DatasetShelf } from '../../src/experiment/dataset-shelf.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { LocalExecutor } from '../../src/experiment/local-executor.js';
import { planSweep, type SweepPoint } from '../../src/experiment/plan-sweep.js';
import { findResults, isFailure, isFinished } from '../../src/remote/find-results.js';
import { JournalReader } from '../../src/remote/journal.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { makeTask, type Task } from '../../src/remote/task.js';
import { type TaskOptions, trainTask } from '../../src/remote/train-task.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';

let dataset: Dataset;
let point: SweepPoint;
let whole: Awaited<ReturnType<typeof train>>;
const executor = new LocalExecutor({ workers: 1, parallel: 1 }, 1);
afterAll(() => executor.close());
beforeAll(async () => {
  dataset = await loadDataset('mnist');
  const base = { model: 'SK', width: 0.1, trainCount: 200, testCount: 100, epochs: 4, batchSize: 20 };
  const asked = expandGrid(parseGrid({ base }, 'grid.json', 'test'), 'grid.json');
  point = (await planSweep(asked, async () => dataset))[0]!;
  whole = await train(point.spec, { dataset, workers: 1 });
});

/** On one host, told of nothing. */
function makeOptions(changes: Partial<TaskOptions> = {}): TaskOptions {
  return {
    shared: new SharedFolder(makeFolder()),
    host: 'node1',
    job: 'slurm 1_2',
    executor,
    shelf: new DatasetShelf(),
    signal: new AbortController().signal,
    observer: { began: () => {}, progressed: () => {}, epochEnded: () => {} },
    ...changes,
  };
}

/** Trains until so many epochs have ended, as a time limit would have it. */
async function trainFor(epochs: number, task: Task, options: TaskOptions) {
  const stop = new AbortController();
  const observer = {
    ...options.observer,
    epochEnded: () => {
      if (--epochs === 0) stop.abort();
    },
  };
  return trainTask(task, { ...options, observer, signal: stop.signal });
}

async function readOnly({ shared }: TaskOptions) {
  const { results } = await findResults(shared, point.identity);
  expect(results).toHaveLength(1);
  return results[0]!;
}

describe('a task', () => {
  it('leaves what training here would have come to, with its network', async () => {
    const options = makeOptions();
    expect((await trainTask(makeTask(point, {}), options)).kind).toBe('ended');
    const { carried, folder } = await readOnly(options);
    expect(carried).toMatchObject({
      state: 'done',
      outcome: { weightsSha256: whole.weightsSha256, kernels: whole.kernels },
      environment: { remote: { host: 'node1', job: 'slurm 1_2', attempt: 1, resumptions: 0 } },
      files: [{ name: 'model.safetensors' }],
    });
    expect(carried.epochs.map(({ testLoss }) => testLoss)).toEqual(
      whole.epochs.map(({ testLoss }) => testLoss),
    );
    expect(readdirSync(folder).sort()).toEqual(['journal.jsonl', 'model.safetensors', 'result.json']);
    expect((await trainTask(makeTask(point, {}), options)).kind).toBe('known');
  });

  it('goes on, on another host, from what earlier attempts have saved, to the bit', async () => {
    const options = makeOptions();
    const task = makeTask(point, { everySteps: 3 });
    for (const host of ['node1', 'node2', 'node3']) {
      expect((await trainFor(1, task, { ...options, host })).kind).toBe('interrupted');
    }
    await trainTask(task, { ...options, host: 'node4' });
    const { carried } = await readOnly(options);
    expect(carried.outcome!.weightsSha256).toBe(whole.weightsSha256);
    expect(carried.epochs).toHaveLength(4);
    expect(carried.environment.remote).toMatchObject({ host: 'node4', attempt: 4, resumptions: 3 });
    const [first, ...others] = await options.shared.listAttempts(point.identity);
    const [began] = await new JournalReader(first!).read();
    expect(began).toMatchObject({ kind: 'began', host: 'node1', startedAt: carried.startedAt });
    // States of 50 attempts would fill a disk.
    for (const { folder } of [first!, ...others]) {
      expect(readdirSync(folder).filter((name) => name.startsWith('state-'))).toEqual([]);
    }
  });

  it('begins anew where nothing is kept', async () => {
    const options = makeOptions();
    const task = makeTask(point, null);
    await trainFor(2, task, options);
    await trainTask(task, options);
    const { carried } = await readOnly(options);
    expect(carried).toMatchObject({
      outcome: { weightsSha256: whole.weightsSha256 },
      environment: { remote: { attempt: 2, resumptions: 0 } },
      files: [],
    });
  });

  it('may be done by two at once, of which none disturbs the other', async () => {
    const options = makeOptions();
    const task = makeTask(point, { everySteps: 1, keep: 'state' });
    await trainFor(1, task, options);
    const ends = await Promise.all([
      trainTask(task, options),
      trainTask(task, { ...options, host: 'node2' }),
      trainTask(task, { ...options, host: 'node3' }),
    ]);
    expect(ends.map(({ kind }) => kind)).toEqual(['ended', 'ended', 'ended']);
    const { results } = await findResults(options.shared, point.identity);
    const hashes = results.map(({ carried }) => carried.outcome!.weightsSha256);
    expect(hashes).toEqual(new Array(3).fill(whole.weightsSha256));
    for (const { carried, folder } of results) {
      const names = carried.files.map(({ name }) => name);
      expect(names).toContain('state-0000000040.safetensors');
      for (const name of names) expect(existsSync(join(folder, name))).toBe(true);
    }
  });

  it('tells of itself while it lasts', async () => {
    const options = makeOptions();
    await trainFor(2, makeTask(point, {}), options);
    const [attempt] = await options.shared.listAttempts(point.identity);
    const reader = new JournalReader(attempt!);
    const entries = await reader.read();
    expect(entries.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['began', 'progressed', 'epochEnded', 'left']),
    );
    expect(entries.filter(({ kind }) => kind === 'epochEnded')).toHaveLength(2);
    expect(await reader.read()).toEqual([]);
  });

  it('that fails leaves why, and is no hindrance', async () => {
    const options = makeOptions();
    const task = makeTask(point, {});
    const other = {
      ...task,
      point: { ...task.point, plugins: [{ url: 'file:///no.js', sha256: 'a'.repeat(64) }] },
    };
    expect((await trainTask(other, options)).kind).toBe('failed');
    const failed = await readOnly(options);
    expect(isFailure(failed)).toBe(true);
    expect(failed.carried.reason).toMatch(/^plugin no\.js: /);
    const found = await findResults(options.shared, point.identity);
    expect(isFinished(found)).toBe(false);
    await trainTask(task, options);
    expect(isFinished(await findResults(options.shared, point.identity))).toBe(true);
  });

  it('keeps a damaged state from nobody', async () => {
    const options = makeOptions();
    const task = makeTask(point, { everySteps: 3 });
    await trainFor(2, task, options);
    const [attempt] = await options.shared.listAttempts(point.identity);
    const states = readdirSync(attempt!.folder).filter((name) => name.startsWith('state-'));
    truncateSync(join(attempt!.folder, states.sort().at(-1)!), 1000);
    await trainTask(task, options);
    expect((await readOnly(options)).carried.outcome!.weightsSha256).toBe(whole.weightsSha256);
  });
});
