import { setTimeout } from 'node:timers/promises';
import { collectGarbage as collect } from '../../src/core/collect-garbage.js';

/** Afterwards a `WeakRef` is empty, unless something holds its object. */
export async function collectGarbage(): Promise<void> {
  // A WeakRef holds its object until the current task ends, and messages of other threads hold theirs until they are taken.
  for (let round = 0; round < 2; round++) {
    await setTimeout(10);
    collect();
  }
}
