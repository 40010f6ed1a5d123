import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunFacts, readState, writeState } from '../../src/checkpoint/state-file.js';
import type { Standing, TrainingState } from '../../src/run/training-state.js';
import { readSafetensors } from '../../src/safetensors/read.js';
import { writeSafetensors } from '../../src/safetensors/write.js';
import { makeFolder } from '../experiment/fake-runs.js';

const FACTS: RunFacts = { spec: { seed: 1 }, data: 'abc', arithmetic: 'fused' };
const NUMBERS = [{ name: 'a.kernel', shape: [2], values: Float32Array.of(1, 2) }];

/** After so many epochs, whose numbers have as many digits as numbers can have. */
function makeState(epochs: number): TrainingState {
  const standing: Standing = {
    epoch: epochs,
    step: 0,
    totals: [0, 0, 0],
    moved: 0,
    epochSeconds: 0,
    seconds: 1,
    epochs: Array.from({ length: epochs }, (_, i) => ({
      epoch: i + 1,
      trainLoss: -1.2345678901234567e-100,
      trainErrorPercent: 1.2345678901234567,
      validationLoss: -1.2345678901234567e-100,
      validationErrorPercent: 1.2345678901234567,
      testLoss: -1.2345678901234567e-100,
      testErrorPercent: 1.2345678901234567,
      testTop5ErrorPercent: 1.2345678901234567,
      learningRate: 1.2345678901234567e-100,
      seconds: 12.345678901234567,
      imagesPerSecond: 12345.678901234567,
    })),
    best: null,
    over: false,
    reason: null,
  };
  return { standing, numbers: NUMBERS };
}

describe('a state', () => {
  it('of the longest run is read as it was written', async () => {
    const file = join(makeFolder(), 'state.safetensors');
    const state = makeState(100_000);
    await writeState(file, FACTS, state);
    const read = await readState(file, FACTS, NUMBERS);
    expect(read.numbers).toEqual(state.numbers);
    // Element by element, a hundred thousand objects take the test runner seconds.
    expect(JSON.stringify(read.standing) === JSON.stringify(state.standing)).toBe(true);
  });

  it.each([
    ['without a standing', null, "expected a tensor 'standing' of at most 67108864 bytes (U8), found none"],
    ['whose standing are floats', Float32Array.of(1), '(U8), found F32 1'],
    ['whose standing is no JSON', Buffer.from('{"epoch":'), 'standing: expected JSON, found something else'],
    ['whose standing is of something else', Buffer.from('{"epoch":-1}'), "standing: field 'epoch'"],
    ['whose standing is too long', new Uint8Array(2 ** 26 + 1), 'bytes (U8), found U8 67108865'],
  ])('%s is refused', async (_what, values, message) => {
    const file = join(makeFolder(), 'state.safetensors');
    await writeState(file, FACTS, makeState(1));
    const { metadata, tensors } = await readSafetensors(file, () => {});
    const changed = new Map(tensors);
    if (values) changed.set('standing', { shape: [values.length], values });
    else changed.delete('standing');
    await writeSafetensors(file, { metadata, tensors: changed });
    await expect(readState(file, FACTS, NUMBERS)).rejects.toThrow(message);
  });
});
