import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { CONTROL, CONTROL_WORDS } from '../../src/parallel/control.js';
import type { RunSpec } from '../../src/run/spec.js';
import { bindExchange } from '../../workers/exchange.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { makeLastingFolder } from '../helpers/lasting-folder.js';

const SPEC: RunSpec = {
  network:
    'INPUT(28x28x1) -> CONV(5,4) -> BN -> RELU -> POOL(2) -> CONV(3,16) -> BN -> RELU -> DROPOUT(0.3) -> FC(10)',
  batchSize: 20,
  epochs: 2,
  shards: 4,
  clipNorm: 1,
  validationCount: 20,
};
const REGRESSION: WrittenNetwork = {
  input: [8, 8, 1],
  loss: 'squared-l2',
  layers: [
    { kind: 'convolution', kernel: 3, filters: 4 },
    { kind: 'tanh' },
    { kind: 'fully-connected', units: 1 },
  ],
};
/** Of the test images one rank has one bundle more than the other. */
const IMAGES = { train: 90, test: 150 };

interface Outcome {
  readonly state: string;
  readonly reason: string | null;
  readonly weightsSha256: string;
}

interface Options {
  /** Of classes unless it is given. */
  readonly regression?: RunSpec;
  readonly workers: readonly number[];
  readonly stopInEpoch?: number;
  readonly checkpoints?: { readonly folder: string };
}

/** Trains in so many processes, of as many workers each as are given. */
async function trainInProcesses(
  { workers, regression, ...options }: Options,
  folder = makeFolder(),
): Promise<Outcome[]> {
  const helpers = join(findPackageRoot(), 'test', 'helpers', 'ranks');
  const transport = pathToFileURL(join(helpers, 'file-transport.mjs'));
  transport.searchParams.set('folder', folder);
  const given = JSON.stringify({ ...options, images: IMAGES, regression: regression !== undefined });
  return Promise.all(
    workers.map(async (own, rank) => {
      const args = [rank, workers.length, transport.href, own, given, JSON.stringify(regression ?? SPEC)].map(
        String,
      );
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(helpers, 'train-rank.mjs'),
        ...args,
      ]);
      return JSON.parse(stdout) as Outcome;
    }),
  );
}

describe('a run over processes', () => {
  let one: Outcome;
  beforeAll(async () => {
    [one] = (await trainInProcesses({ workers: [2] }, makeLastingFolder())) as [Outcome];
    expect(one.state).toBe('done');
  });

  it('has the bits of one process, whatever their workers', async () => {
    expect(await trainInProcesses({ workers: [1, 2] })).toEqual([one, one]);
  });

  it('evaluates a regression likewise', async () => {
    const regression: RunSpec = { network: REGRESSION, shards: 2, batchSize: 30, epochs: 1 };
    const [alone] = await trainInProcesses({ workers: [1], regression });
    expect(alone).toMatchObject({ state: 'done', metrics: [{ testRmse: expect.any(Number) }] });
    expect(await trainInProcesses({ workers: [1, 1], regression })).toEqual([alone, alone]);
  });

  it('ends in all of them where one is asked to, and goes on in all from its checkpoint', async () => {
    const checkpoints = { folder: makeFolder() };
    const cut = await trainInProcesses({ workers: [1, 1], checkpoints, stopInEpoch: 2 });
    expect(cut[0]).toMatchObject({ state: 'interrupted' });
    expect(cut[1]).toEqual(cut[0]);
    expect(await trainInProcesses({ workers: [1, 1], checkpoints })).toEqual([one, one]);
  });
});

describe('an exchange with other ranks', () => {
  const pieces = [new Float32Array(2), new Float64Array(2)];

  it('waits, with signs of life, until all pieces are there', () => {
    const begun: unknown[] = [];
    let [looks, alive] = [0, 0];
    const transport = {
      gather: (_stream: unknown, one: unknown) => begun.push(one),
      scatter: () => 0,
      broadcast: () => 0,
      isDone: () => ++looks > 3,
    };
    bindExchange(transport, new Int32Array(CONTROL_WORDS), 1_000, () => alive++).gather(pieces);
    expect(begun).toEqual(pieces);
    expect([looks, alive]).toEqual([5, 3]);
  });

  it('is given up where one is silent and this process is to end', () => {
    const control = new Int32Array(CONTROL_WORDS);
    let looks = 0;
    const isDone = () => {
      if (++looks === 100) control[CONTROL.asked] = 1;
      return false;
    };
    const exchange = bindExchange(
      { gather: () => 1, scatter: () => 2, broadcast: () => 3, isDone },
      control,
      1_000,
      () => {},
    );
    expect(() => exchange.gather(pieces)).toThrow('another rank is silent');
    expect(looks).toBeGreaterThan(100);
    expect(control[CONTROL.lost]).toBe(1);
  });
});
