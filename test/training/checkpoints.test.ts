import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { UserError } from '../../src/core/errors.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { Resumption, TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { openPool } from '../helpers/open-pool.js';
import { factsOf } from '../helpers/run-facts.js';
import { buildSafetensors, takeApart } from '../helpers/safetensors-builder.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

/** Six mini-batches an epoch. */
const dataset = makeTinyDataset({ train: 300, test: 50 });
const pool = openPool(2);

const SPEC: RunSpec = { model: 'BASE', width: 0.2, batchSize: 50, epochs: 3, learningRate: 0.01 };
const run = (checkpoints: TrainOptions['checkpoints'], spec: RunSpec = {}, options: TrainOptions = {}) =>
  train({ ...SPEC, ...spec }, { dataset, pool, ...(checkpoints && { checkpoints }), ...options });

/** Leaves a run's folder as it is in the last of three epochs, after its first step: with that state and one before it. */
async function makeStates(spec: RunSpec = {}): Promise<string> {
  const folder = makeFolder();
  const interruption = new AbortController();
  const { state } = await run({ folder }, spec, {
    signal: interruption.signal,
    onEpoch: ({ epoch }) => {
      if (epoch === 2) interruption.abort();
    },
  });
  expect(state).toBe('interrupted');
  return folder;
}

/** Paths, the newest last. */
const statesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /^state-\d+\.safetensors$/.test(name))
    .sort()
    .map((name) => join(folder, name));
const stepsOf = (state: string) => Number(/state-(\d+)/.exec(state)![1]);

/** Where a run goes on, and what is told of states that cannot be used. */
async function resume(folder: string, spec: RunSpec = {}, options: TrainOptions = {}) {
  const resumptions: Resumption[] = [];
  const result = await run({ folder }, spec, {
    onResume: (resumption) => resumptions.push(resumption),
    ...options,
  });
  expect(resumptions.length).toBeLessThanOrEqual(1);
  return { result, resumption: resumptions[0] ?? null };
}

describe('checkpoints', () => {
  it('are saved at every epoch’s end and after so many steps, of which the last two stay', async () => {
    const folder = makeFolder();
    const seen = new Set<string>();
    const look = () => {
      for (const name of statesIn(folder)) seen.add(name);
    };
    const { state } = await run(
      { folder, everySteps: 4, keep: 'state' },
      {},
      { onProgress: look, onEpoch: look },
    );
    expect(state).toBe('done');
    expect(statesIn(folder).at(-1)).toBe(join(folder, 'state-0000000018.safetensors'));
    expect(statesIn(folder)).toHaveLength(2);
    for (const name of seen) expect([0, 4]).toContain(stepsOf(name) % 6);
  });

  it('are saved after so many minutes', async () => {
    const folder = makeFolder();
    // A millisecond, and 300 steps.
    await run(
      { folder, everyMinutes: 1 / 60_000, keep: 'state' },
      { batchSize: 1, epochs: 1, learningRate: 0.001 },
    );
    const [within, end] = statesIn(folder).map(stepsOf);
    expect(within).toBeGreaterThan(0);
    expect(within).toBeLessThan(300);
    expect(end).toBe(300);
  });

  it('change nothing in a run', async () => {
    const plain = await run(undefined);
    expect(factsOf(await run({ folder: makeFolder(), everySteps: 1 }))).toEqual(factsOf(plain));
  });

  it('let a run go on, which tells where', async () => {
    const { result, resumption } = await resume(await makeStates());
    expect(resumption).toMatchObject({ epoch: 3, step: 1, rejected: [] });
    expect(resumption!.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(result.epochs.slice(0, 2)).toEqual(resumption!.epochs);
    expect(factsOf(result)).toEqual(factsOf(await run(undefined)));
  });

  it('are left alone by a run that begins anew, until it has its own', async () => {
    const folder = await makeStates();
    const epochs: number[] = [];
    const resumed = () => expect.unreachable('begins anew');
    const onEpoch = ({ epoch }: { epoch: number }) => epochs.push(epoch);
    await run({ folder, restart: true }, {}, { onResume: resumed, onEpoch });
    expect(epochs).toEqual([1, 2, 3]);
  });

  it('count the time of a run in all processes', async () => {
    const folder = await makeStates();
    const { result } = await resume(folder);
    const seconds = result.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
    expect(result.seconds).toBeGreaterThan(seconds);
  });

  it('are not made of a run that is interrupted before it has its first weights', async () => {
    const folder = makeFolder();
    const kernel: WrittenLayer = { kind: 'convolution', kernel: 13, filters: 8, initializer: 'whitening' };
    const network: WrittenNetwork = {
      input: [28, 28, 1],
      layers: [kernel, { kind: 'fully-connected', units: 10 }],
    };
    const { state, epochs, weights } = await train(
      { network, seed: 5 },
      // Seconds of whitening.
      {
        dataset: makeTinyDataset({ train: 5000, test: 50 }),
        pool,
        checkpoints: { folder },
        signal: AbortSignal.timeout(300),
      },
    );
    expect({ state, epochs }).toEqual({ state: 'interrupted', epochs: [] });
    expect(weights.every((weight) => weight === 0)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process that died while it wrote are removed', async () => {
    const folder = makeFolder();
    // Beyond what Linux gives out.
    for (const name of [`a.${2 ** 22 + 1}.part`, `b.${process.pid}.part`, 'c.1.part']) {
      writeFileSync(join(folder, name), '');
    }
    await run({ folder }, { epochs: 1 });
    expect(readdirSync(folder).sort()).toEqual(['c.1.part', 'model.safetensors']);
  });

  it.each([
    [{ everySteps: 0 }, "field 'checkpoints.everySteps'"],
    [{ everyMinutes: -1 }, "field 'checkpoints.everyMinutes'"],
    [{ every: 3 }, "unknown field 'every' in 'checkpoints'"],
  ])('are asked for with options that mean something: %j', async (options, message) => {
    await expect(run({ folder: makeFolder(), ...options })).rejects.toThrow(message);
  });
});

describe('a checkpoint that cannot be used', () => {
  const whole = run(undefined).then(factsOf);

  it('gives way to the one before it', async () => {
    const folder = await makeStates();
    const [before, newest] = statesIn(folder);
    writeFileSync(newest!, readFileSync(newest!).subarray(0, -1));
    const { result, resumption } = await resume(folder);
    expect(resumption).toMatchObject({ epoch: 1 + stepsOf(before!) / 6, step: 0 });
    expect(resumption!.rejected).toEqual([
      expect.stringMatching(/^\S*state-0000000013\.safetensors: expected/),
    ]);
    expect(factsOf(result)).toEqual(await whole);
  });

  it('is told of where none is left, and the run begins anew', async () => {
    const folder = await makeStates();
    for (const state of statesIn(folder)) {
      const bytes = readFileSync(state);
      bytes[bytes.length - 7]! ^= 4;
      writeFileSync(state, bytes);
    }
    const { result, resumption } = await resume(folder);
    expect(resumption).toMatchObject({ epoch: 1, step: 0, epochs: [] });
    expect(resumption!.rejected).toHaveLength(2);
    expect(resumption!.rejected[0]).toContain('expected the bytes that were written');
    expect(factsOf(result)).toEqual(await whole);
  });

  it('is removed once there is a newer one', async () => {
    const folder = await makeStates();
    // Of a later step than any that the run will see.
    writeFileSync(join(folder, 'state-0000000999.safetensors'), 'broken');
    const { resumption } = await resume(folder, {}, {});
    expect(resumption).toMatchObject({ epoch: 3, rejected: [expect.stringContaining('999')] });
    expect(statesIn(folder)).toEqual([]);
  });

  it.each<[string, RunSpec, TrainOptions, string]>([
    [
      'spec',
      { learningRate: 0.02 },
      {},
      "expected a state of the same spec, found one with another 'learningRate'",
    ],
    ['width', { width: 0.3 }, {}, "expected a state of the same spec, found one with another 'width'"],
    [
      'data',
      {},
      { dataset: { ...dataset, sha256: 'other' } },
      'expected a state of the data set with SHA-256 other',
    ],
  ])('is of another %s', async (_what, spec, options, message) => {
    const folder = await makeStates();
    const { resumption, result } = await resume(folder, spec, options);
    expect(resumption!.rejected).toHaveLength(2);
    expect(resumption!.rejected[0]).toContain(message);
    expect(result).toMatchObject({ state: 'done' });
  });

  it.each([
    ['numerics', '0', 'expected a state of the numerics version'],
    ['arithmetic', 'other', 'expected a state of the arithmetic'],
    ['version', '0', 'expected the version 2, found 0'],
    ['format', 'convoy', 'expected the format convoy-state, found convoy'],
  ])('is of another %s', async (key, value, message) => {
    const folder = await makeStates();
    const newest = statesIn(folder).at(-1)!;
    const { header, data } = takeApart(readFileSync(newest));
    const { __metadata__: metadata, ...tensors } = header;
    writeFileSync(
      newest,
      buildSafetensors({ __metadata__: { ...metadata, [key]: value }, ...tensors }, data),
    );
    const { resumption } = await resume(folder);
    expect(resumption!.rejected[0]).toContain(message);
  });
});

describe('the files of a run', () => {
  const spec: RunSpec = { validationCount: 60 };

  it.each([
    ['nothing', []],
    ['model', ['best.safetensors', 'model.safetensors']],
    ['state', ['best.safetensors', 'model.safetensors', 'state-0000000006.safetensors']],
  ] as const)('are, if its %s is kept', async (keep, files) => {
    const folder = join(makeFolder(), 'runs', '12');
    // 240 images are six mini-batches.
    await run({ folder, keep }, { ...spec, epochs: 1, batchSize: 40 });
    expect(existsSync(folder) ? readdirSync(folder).sort() : []).toEqual(files);
  });

  it('are its result, and the network of its best epoch', async () => {
    const folder = makeFolder();
    const result = await run({ folder }, { ...spec, learningRate: 0.05 });
    expect((await loadCheckpoint(join(folder, 'model.safetensors'))).weights).toEqual(result.weights);
    const losses = result.epochs.map(({ validationLoss }) => validationLoss!);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    const { header } = takeApart(readFileSync(join(folder, 'best.safetensors')));
    expect(header.__metadata__).toMatchObject({ epoch: String(best) });
    const upToBest = await run(undefined, { ...spec, learningRate: 0.05, epochs: best });
    expect((await loadCheckpoint(join(folder, 'best.safetensors'))).weights).toEqual(upToBest.weights);
  });

  it('are states that Python reads: tensors by the names of their layers', async () => {
    const folder = await makeStates({ optimizer: 'adam', averaging: {} });
    const { header } = takeApart(readFileSync(statesIn(folder).at(-1)!));
    const kinds = ['', 'optimizer.mean:', 'optimizer.variance:', 'average:'];
    const expected = kinds.map((kind) => `${kind}convolution1.kernel`);
    expect(Object.keys(header)).toEqual(expect.arrayContaining(expected));
    expect(header['convolution1.kernel']).toMatchObject({ dtype: 'F32' });
    expect(header.predicted).toMatchObject({ dtype: 'U8', shape: [50] });
  });
});

describe('a checkpoint that cannot be saved', () => {
  it('ends the run with what the user can do, and leaves what was saved before', async () => {
    const folder = makeFolder();
    const away = `${folder}-away`;
    const epochs: number[] = [];
    const failure = run(
      { folder },
      { epochs: 50 },
      {
        onEpoch: ({ epoch }) => {
          epochs.push(epoch);
          if (!existsSync(away) && statesIn(folder).length > 0) renameSync(folder, away);
        },
      },
    );
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      /^\S+: cannot be (written|cleared): there is no such file or folder\. /,
    );
    expect(epochs.length).toBeLessThan(50);
    renameSync(away, folder);
    const { resumption } = await resume(folder, { epochs: 50 });
    expect(resumption!.epochs.length).toBeGreaterThanOrEqual(1);
  });

  it('ends it within an epoch', async () => {
    const folder = makeFolder();
    const started = performance.now();
    const failure = run(
      { folder, everySteps: 1 },
      { batchSize: 1, trainCount: 300, epochs: 1000 },
      {
        onProgress: ({ step }) => {
          if (step > 20) rmSync(folder, { recursive: true, force: true });
        },
      },
    );
    await expect(failure).rejects.toThrow('there is no such file or folder');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('is found out before the first step, if the folder cannot be made', async () => {
    const file = join(makeFolder(), 'file');
    writeFileSync(file, '');
    const failure = run({ folder: join(file, 'inside') });
    await expect(failure).rejects.toThrow(/inside: cannot be made: a part of the path is no folder/);
  });
});
