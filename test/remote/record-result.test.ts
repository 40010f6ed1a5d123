import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { packPoint } from '../../src/experiment/portable-point.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { listRuns } from '../../src/experiment/run-records.js';
import { Store } from '../../src/experiment/store.js';
import { readWholeRun } from '../../src/experiment/whole-run.js';
import { carryFailure } from '../../src/remote/carried-result.js';
import { recordResult } from '../../src/remote/record-result.js';
import { NUMERICS } from '../../src/run/numerics.js';
import { claimRuns, giveToParent, makeMetrics, openStore, planGrid } from '../experiment/fake-runs.js';
import { makeFound, makeTraining } from './fake-results.js';

async function prepare() {
  const store = openStore();
  const points = await planGrid({ base: { model: 'SK', width: 0.2 }, grid: { seed: [1, 2] } });
  const sweepId = store.recordSweep({ name: 'test', title: null }, points);
  return { store, sweepId, point: points[0]!, points };
}

describe('a result from elsewhere', () => {
  it('becomes the row that training here would have made, with who trained it', async () => {
    const { store, sweepId, point } = await prepare();
    const found = await makeFound(point, { bestEpoch: 2 });
    const recording = await recordResult(store, sweepId, found);
    expect(recording).toEqual({ kind: 'recorded', runId: 1 });
    const run = readWholeRun(store.db, 1);
    expect(run).toMatchObject({
      state: 'done',
      reason: null,
      identity: point.identity,
      numerics: NUMERICS,
      startedAt: '2026-01-02T03:04:05.006Z',
      finishedAt: '2026-01-02T04:04:05.006Z',
      workers: 3,
      classes: 10,
      bestEpoch: 2,
      predictions: 8,
      weightsSha256: found.carried.outcome!.weightsSha256,
      environment: {
        kernels: 'fake',
        remote: { host: 'node1', job: 'slurm 12_3', attempt: 1, resumptions: 0 },
      },
    });
    expect(run.epochs.map(({ testErrorPercent }) => testErrorPercent)).toEqual([9, 8.5]);
    const model = join(findRunFolder(store.db.name, 1), 'model.safetensors');
    expect(readFileSync(model, 'utf8')).toBe(`the network of ${point.identity}`);
  });

  it('is recorded once, however often it comes', async () => {
    const { store, sweepId, point } = await prepare();
    const found = await makeFound(point);
    const another = Store.open(store.db.name);
    try {
      const recordings = await Promise.all(
        [store, another, store, another].map((each) => recordResult(each, sweepId, found)),
      );
      const kinds = recordings.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'recorded')).toHaveLength(1);
      expect((await recordResult(another, sweepId, found)).kind).toBe('known');
      expect(listRuns(store.db)).toHaveLength(1);
    } finally {
      another.close();
    }
  });

  it('with other weights is an error that names both machines', async () => {
    const { store, sweepId, point } = await prepare();
    await recordResult(store, sweepId, await makeFound(point));
    const other = await makeFound(point, { weightsSha256: 'f'.repeat(64) }, 'node2');
    await expect(recordResult(store, sweepId, other)).rejects.toThrow(
      /^SK-0\.2 \([\da-f]{12}…\): expected equal weights from all machines, found [\da-f]{12}… from node1 \(convoy .*\) and f{12}… from node2 \(convoy /,
    );
    expect(listRuns(store.db)).toHaveLength(1);
  });

  it('waits for a process that is at the point', async () => {
    const { store, sweepId, point } = await prepare();
    const [runId] = claimRuns(store, 'test', [point]);
    giveToParent(store, runId!);
    const recording = await recordResult(store, sweepId, await makeFound(point));
    expect(recording).toMatchObject({ kind: 'held', live: { runId, state: 'running' } });
  });

  it('takes up a run that was interrupted, and its epochs', async () => {
    const { store, sweepId, point } = await prepare();
    const [runId] = claimRuns(store, 'test', [point]);
    store.addEpoch(runId!, makeMetrics(1, 50));
    store.releaseAll('stopped');
    const folder = findRunFolder(store.db.name, runId!);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'state-0000000040.safetensors'), 'what it would have gone on from');
    expect(await recordResult(store, sweepId, await makeFound(point))).toEqual({
      kind: 'recorded',
      runId,
    });
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
    expect(listRuns(store.db)).toMatchObject([{ state: 'done', epochs: 2, testErrorPercent: 8.5 }]);
  });

  it('may be a failure, after which it is tried again', async () => {
    const { store, sweepId, point } = await prepare();
    const ended = { point: packPoint(point), training: makeTraining() };
    const carried = carryFailure(new Error('no memory'), [makeMetrics(1, 9)], ended);
    const folder = 'nowhere';
    await recordResult(store, sweepId, { carried, folder });
    expect(listRuns(store.db)).toMatchObject([{ state: 'failed', reason: 'no memory', epochs: 1 }]);
    await recordResult(store, sweepId, await makeFound(point));
    expect(listRuns(store.db)).toMatchObject([{ state: 'done', reason: null, epochs: 2 }]);
    expect((await recordResult(store, sweepId, { carried, folder })).kind).toBe('known');
  });

  it.each([
    ['damaged', (file: string) => writeFileSync(file, 'the network of anybody')],
    ['missing', (file: string) => rmSync(file)],
  ])('leaves no row if its network is %s', async (_, damage) => {
    const { store, sweepId, point } = await prepare();
    const found = await makeFound(point);
    damage(join(found.folder, 'model.safetensors'));
    await expect(recordResult(store, sweepId, found)).rejects.toThrow(UserError);
    expect(listRuns(store.db)).toEqual([]);
  });

  it('is interrupted where its files cannot be put, and done the next time', async () => {
    const { store, sweepId, point } = await prepare();
    const found = await makeFound(point);
    const runs = join(findRunFolder(store.db.name, 1), '..');
    writeFileSync(runs, 'in the way');
    await expect(recordResult(store, sweepId, found)).rejects.toThrow(UserError);
    expect(listRuns(store.db)).toMatchObject([{ state: 'interrupted' }]);
    rmSync(runs);
    await recordResult(store, sweepId, found);
    expect(listRuns(store.db)).toMatchObject([{ state: 'done' }]);
    expect(existsSync(join(runs, 'experiments-1', 'model.safetensors'))).toBe(true);
  });
});
