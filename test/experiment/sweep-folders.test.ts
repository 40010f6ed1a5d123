import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { findRunFolder } from '../../src/experiment/run-folder.js';
import { listRuns } from '../../src/experiment/run-records.js';
import type { SweepObserver } from '../../src/experiment/sweep.js';
import { openStore, type RunOne, runFake } from './fake-runs.js';
import { run, states } from './fake-sweep.js';

describe('the folder of a run', () => {
  const oneRun = { base: { model: 'BN', epochs: 1 } };
  const [STATE, MODEL] = ['state-0000000001.safetensors', 'model.safetensors'];

  /** Leaves a state and a model, as a training does that has come to its end. */
  const runOne: RunOne = (spec, options) => {
    const { folder } = options.checkpoints!;
    mkdirSync(folder, { recursive: true });
    for (const name of [STATE, MODEL]) writeFileSync(join(folder, name), '');
    return runFake(spec, options);
  };

  it.each([
    ['model', [MODEL]],
    ['nothing', null],
    ['state', [MODEL, STATE]],
  ] as const)('keeps %s of a run that is recorded, as it is asked to', async (keep, files) => {
    const store = openStore();
    expect(await run(store, oneRun, { runOne, checkpoints: { keep } })).toEqual({ done: 1 });
    const folder = findRunFolder(store.db.name, 1);
    expect(existsSync(folder) ? readdirSync(folder).sort() : null).toEqual(files);
  });

  it('is moved aside if it is of another run that had the number', async () => {
    const store = openStore();
    const folder = findRunFolder(store.db.name, 1);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'best.safetensors'), 'of another');
    const printed: string[] = [];
    const observer: SweepObserver = { printed: (_run, line) => printed.push(line) };
    await run(store, oneRun, { runOne, checkpoints: {}, observer });
    expect(readdirSync(folder)).toEqual([MODEL]);
    expect(readdirSync(`${folder}-before-1`)).toEqual(['best.safetensors']);
    expect(printed).toEqual([`${folder} was of another database's run, and is now ${folder}-before-1`]);
  });

  it('loses the states that a run had before, if it ends without checkpoints', async () => {
    const store = openStore();
    const folder = findRunFolder(store.db.name, 1);
    const interrupted: RunOne = (spec, options) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, STATE), '');
      return runFake(spec, { ...options, signal: AbortSignal.abort() });
    };
    expect(await run(store, oneRun, { runOne: interrupted, checkpoints: {} })).toEqual({ interrupted: 1 });
    expect(readdirSync(folder)).toEqual([STATE]);
    expect(await run(store, oneRun)).toEqual({ done: 1 });
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps all of a run that could not be recorded', async () => {
    const store = openStore();
    const finish = vi.spyOn(store, 'finishRun').mockImplementation(() => {
      throw new UserError('the disk is full');
    });
    await expect(run(store, oneRun, { runOne, checkpoints: {} })).rejects.toThrow('the disk is full');
    expect(finish).toHaveBeenCalledOnce();
    expect(readdirSync(findRunFolder(store.db.name, 1)).sort()).toEqual([MODEL, STATE]);
    expect(listRuns(store.db)).toMatchObject([{ state: 'interrupted' }]);
  });
});

describe('a disk that fills up', () => {
  it('ends the sweep with one error, and nothing that was recorded is lost', async () => {
    const store = openStore();
    const grid = { base: { model: 'BN', epochs: 200 }, grid: { seed: [0, 1, 2] } };
    const countEpochs = () => store.db.prepare('SELECT count(*) FROM epochs').pluck().get() as number;
    let recorded = 0;
    const observer = {
      runStarted: () => {
        const pages = store.db.pragma('page_count', { simple: true }) as number;
        store.db.pragma(`max_page_count = ${pages}`);
      },
      epochEnded: () => {
        recorded = countEpochs();
      },
    };
    await expect(run(store, grid, { observer })).rejects.toThrow('the disk is full');
    expect(recorded).toBeGreaterThan(0);
    expect(countEpochs()).toBe(recorded);
    expect(states(store)).not.toContain('done');
  });
});
