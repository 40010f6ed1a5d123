import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { UserError } from '../../src/core/errors.js';
import { RandomStream } from '../../src/core/rng.js';
import { WorkerPool } from '../../src/parallel/pool.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { Resumption } from '../../src/run/types.js';
import { readSafetensors } from '../../src/safetensors/read.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { countOf, reportFigure } from '../helpers/soak.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { drawInstants, trainApart } from './killed-run.js';

const isState = (name: string) => /^state-\d+\.safetensors$/.test(name);

describe('a checkpoint whose process is killed while it is saved', () => {
  /** A state of some megabytes, which takes longer to write than a step does. */
  const spec: RunSpec = {
    network: 'INPUT(28x28x1) -> FC(600) -> RELU -> FC(300) -> RELU -> FC(10)',
    batchSize: 30,
    epochs: 2,
    optimizer: 'adam',
  };

  it(
    'is whole or is not there, and one before it is',
    async () => {
      const { seed, below } = drawInstants();
      const wanted = countOf({ share: 2, whole: 100 });
      let kills = 0;
      let files = 0;
      let drafts = 0;
      let folder = makeFolder();
      while (kills < wanted) {
        const before = readdirSync(folder);
        const end = await trainApart({
          spec,
          checkpoints: { folder, everySteps: 1 },
          killAfterMs: below(300),
          // Once it has begun to save.
          isReady: () => String(readdirSync(folder)) !== String(before),
        });
        if (end) {
          const rejected = end.resumed.flatMap((resumption) => resumption.rejected);
          expect(rejected, seed).toEqual([]);
          folder = makeFolder();
          continue;
        }
        kills++;
        const names = readdirSync(folder);
        const states = names.filter(isState);
        for (const name of states) {
          const { checksum } = await readSafetensors(join(folder, name), () => {});
          expect(checksum, `${name}, ${seed}`).toBe('right');
        }
        // A run that has come to its end, but has not said so yet, has its network in their place.
        const hasEnded = names.includes('model.safetensors');
        if (before.some(isState)) expect(hasEnded || states.length > 0, seed).toBe(true);
        if (hasEnded) folder = makeFolder();
        files += states.length;
        drafts += names.filter((name) => name.endsWith('.part')).length;
      }
      reportFigure(
        3,
        `${kills} kills while saving, ${drafts} of them within a write; ${files} files were there, all of them whole`,
      );
    },
    countOf({ share: 120_000, whole: 1_800_000 }),
  );
});

describe('a checkpoint that is damaged', () => {
  const dataset = makeTinyDataset({ train: 60, test: 12 });
  const pool = WorkerPool.create(1);
  const spec: RunSpec = { network: 'INPUT(28x28x1) -> POOL(14,mean) -> FC(10)', batchSize: 20, epochs: 3 };
  let folder: string;
  /** The last two states, and the trained network. */
  let before: Buffer;
  let beforeSteps: number;
  let newest: Buffer;
  let model: Buffer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
    await train(spec, { dataset, pool, checkpoints: { folder, keep: 'state', everySteps: 1 } });
    model = readFileSync(join(folder, 'model.safetensors'));
    const states = readdirSync(folder)
      .filter((name) => name.startsWith('state-'))
      .sort();
    // Which one it is depends on how fast they are written.
    beforeSteps = Number(/\d+/.exec(states[0]!));
    [before, newest] = states.map((name) => readFileSync(join(folder, name))) as [Buffer, Buffer];
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await pool.close();
  });

  /** Where a run goes on with that in the place of its newest state; it takes no step. */
  async function goOn(bytes: Uint8Array): Promise<Resumption> {
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    writeFileSync(join(folder, `state-${String(beforeSteps).padStart(10, '0')}.safetensors`), before);
    writeFileSync(join(folder, 'state-0000000009.safetensors'), bytes);
    let resumption: Resumption | null = null;
    await train(spec, {
      dataset,
      pool,
      checkpoints: { folder },
      signal: AbortSignal.abort(),
      onResume: (found) => {
        resumption = found;
      },
    });
    return resumption!;
  }

  /** Whether it is rejected with one line that names it, and the state before it used. */
  async function expectRejection(bytes: Uint8Array, what: string): Promise<void> {
    const { epoch, step, rejected } = await goOn(bytes);
    expect(3 * (epoch - 1) + step, what).toBe(beforeSteps);
    expect(rejected, what).toEqual([expect.stringMatching(/^\S*state-0000000009\.safetensors: [^\n]+$/)]);
  }

  async function expectRefusal(bytes: Uint8Array, what: string): Promise<void> {
    const file = join(folder, 'damaged.safetensors');
    writeFileSync(file, bytes);
    const error = await loadCheckpoint(file).catch((thrown: unknown) => thrown);
    expect(error, what).toBeInstanceOf(UserError);
    expect((error as UserError).message, what).toMatch(/^\S*damaged\.safetensors: [^\n]+$/);
  }

  it('is used as long as it is not', async () => {
    expect(await goOn(newest)).toMatchObject({ epoch: 4, step: 0, rejected: [] });
  });

  it('by a cut at any byte is rejected, and the one before it used', async () => {
    for (const [bytes, expectError] of [
      [newest, expectRejection],
      [model, expectRefusal],
    ] as const) {
      const every = countOf({ share: 97, whole: 1 });
      for (let length = 0; length < bytes.length; length += every) {
        await expectError(bytes.subarray(0, length), `cut at byte ${length} of ${bytes.length}`);
      }
      await expectError(Buffer.concat([bytes, Buffer.of(0)]), 'one byte too many');
    }
    reportFigure(
      3,
      `cuts at every byte of a state of ${newest.length} and a model of ${model.length} bytes, each rejected`,
    );
  }, 300_000);

  it('by a flipped bit is rejected, and the one before it used', async () => {
    const stream = new RandomStream([3, 3]);
    const flips = countOf({ share: 40, whole: 1_000 });
    for (const [bytes, expectError] of [
      [newest, expectRejection],
      [model, expectRefusal],
    ] as const) {
      for (let flip = 0; flip < flips; flip++) {
        const bit = stream.nextBelow(8 * bytes.length);
        const damaged = Buffer.from(bytes);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        await expectError(damaged, `bit ${bit & 7} of byte ${bit >> 3} flipped`);
      }
    }
    reportFigure(3, `${flips} single bits flipped in a state, and as many in a model, each rejected`);
  }, 300_000);
});
