import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Afterwards a `WeakRef` is empty, unless something holds its object. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // A WeakRef holds its object until the current task ends, and messages of other threads hold theirs until they are taken.
  for (let round = 0; round < 2; round++) {
    await setTimeout(10);
    collect();
  }
}
