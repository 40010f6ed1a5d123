import { setTimeout as sleep } from 'node:timers/promises';
import { HeadError } from './head-client.js';

const PAUSE_MS = 500;

/** Tries again while a head does not answer. */
export async function persist<T>(action: () => Promise<T>, limitMs: number): Promise<T> {
  const giveUpAtMs = performance.now() + limitMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof HeadError) || !error.isPassing || performance.now() > giveUpAtMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
