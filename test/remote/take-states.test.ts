import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../src/remote/shared-folder.js';
import { takeStates } from '../../src/remote/take-states.js';
import { makeFolder } from '../experiment/fake-runs.js';

/** As on a file system without hard links. */
vi.mock('node:fs/promises', async (load) => ({
  ...(await load<typeof import('node:fs/promises')>()),
  link: async () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  },
}));

const stateAfter = (steps: number) => `state-${String(steps).padStart(10, '0')}.safetensors`;

/** Two attempts with a state each, and a third one without. */
function prepare(): [Attempt, Attempt, Attempt] {
  const folder = makeFolder();
  const [first, second, third] = [1, 2, 3].map((number) => ({
    number,
    folder: join(folder, `attempt-${number}`),
  }));
  for (const { number, folder } of [first!, second!]) {
    mkdirSync(folder);
    writeFileSync(join(folder, stateAfter(number)), `state of ${number}`);
    writeFileSync(join(folder, 'best.safetensors'), `best of ${number}`);
  }
  return [first!, second!, third!];
}

describe('states of earlier attempts, where they cannot be linked', () => {
  it('are copied whole, and removed there', async () => {
    const [first, second, third] = prepare();
    mkdirSync(third.folder);
    expect(await takeStates(third, [first, second])).toBe(second);
    const taken = readdirSync(third.folder).sort();
    expect(taken).toEqual(['best.safetensors', stateAfter(1), stateAfter(2)]);
    expect(taken.map((name) => readFileSync(join(third.folder, name), 'utf8'))).toEqual([
      'best of 2',
      'state of 1',
      'state of 2',
    ]);
    for (const { folder } of [first, second]) expect(readdirSync(folder)).toEqual(['best.safetensors']);
  });

  it('stay where they are if none can be copied', async () => {
    const [first, second, third] = prepare();
    // Nothing can be written to it.
    writeFileSync(third.folder, '');
    await expect(takeStates(third, [first, second])).rejects.toThrow(
      `${join(third.folder, stateAfter(2))}: cannot be written: a part of the path is no folder. Make room in the shared folder, and submit the point again: it goes on from its checkpoint.`,
    );
    for (const { number, folder } of [first, second]) {
      expect(readdirSync(folder)).toEqual(['best.safetensors', stateAfter(number)]);
    }
  });
});
