import { setTimeout } from 'node:timers/promises';
import { collectGarbage } from '../../src/core/collect-garbage.js';

/** Rounds after which an object is taken to be held by something. */
const ROUNDS = 50;

/** Whether nothing holds an object any longer, which may take a while: a WeakRef does until the current task ends, messages of other threads until they are taken. */
export async function isFreed(
  object: WeakRef<object>,
  collect: () => void = collectGarbage,
): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    await setTimeout(10);
    collect();
    if (object.deref() === undefined) return true;
  }
  return false;
}
