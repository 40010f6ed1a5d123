import { setTimeout as sleep } from 'node:timers/promises';
import { collectFor } from '../collect-pending.js';

/** In which a job's result is seen soon enough, and a shared folder is left in peace. */
const INTERVAL_MS = 30_000;

/**
 * Records what comes to a result of all that was submitted for some databases, until the signal is raised.
 *
 * @param say told of it in lines, each of them once
 */
export async function collectWhile(
  files: readonly string[],
  signal: AbortSignal,
  say: (line: string) => void,
  intervalMs = INTERVAL_MS,
): Promise<void> {
  const said = new Set<string>();
  const sayOnce = (line: string) => {
    if (!said.has(line)) say(line);
    said.add(line);
  };
  while (!signal.aborted) {
    for (const file of files) await collectFor(file, sayOnce);
    await sleep(intervalMs, null, { signal }).catch(() => {});
  }
}
