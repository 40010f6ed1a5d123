import { createHash } from 'node:crypto';
import { UserError } from '../core/errors.js';
import type { ModelMemory } from '../network/memory.js';
import { CONTROL } from '../parallel/control.js';
import type { SharedRun } from '../parallel/protocol.js';
import type { Ranks } from '../parallel/ranks.js';
import type { Standing } from '../run/training-state.js';
import type { RunState } from './run-state.js';

/** Has all ranks stand where the first one does, with its numbers. */
export async function shareState(ranks: Ranks, state: RunState): Promise<void> {
  const text = await ranks.broadcastText(JSON.stringify(state.standing));
  for (const { values } of state.numbers) await ranks.broadcast(values);
  if (!ranks.isFirst) state.restore({ standing: JSON.parse(text) as Standing, numbers: state.numbers });
}

/** What a worker's failure means. */
export function explainWorkers(error: unknown, { memory: { control } }: SharedRun): unknown {
  if (Atomics.load(control, CONTROL.lost) === 0) return error;
  return new UserError(
    'ranks: expected the other ranks to end together with this one, found that one is silent or gone. ' +
      'Start the same command again, which goes on from the last checkpoint.',
    { cause: error },
  );
}

/** Of a hash, as many bytes as a number holds. */
const HASH_BYTES = 6;

/**
 * Ends the run on all ranks if one of them is asked to end, and makes sure that they have been computing the same.
 *
 * @param epoch that they have completed, from 0
 * @throws Error if one has other weights
 */
export async function agree(
  ranks: Ranks,
  run: SharedRun,
  { weights }: ModelMemory,
  epoch: number,
): Promise<void> {
  const { control } = run.memory;
  const bytes = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  const hash = createHash('sha256').update(bytes).digest().readUIntBE(0, HASH_BYTES);
  const all = await ranks.gatherNumbers([Atomics.load(control, CONTROL.asked), hash]);
  const other = all.findIndex(([, its]) => its !== all[0]![1]);
  if (other >= 0) {
    throw new Error(
      `ranks: expected equal weights after epoch ${epoch + 1}, found others on rank ${other} than on rank 0`,
    );
  }
  if (all.some(([asked]) => asked !== 0)) Atomics.store(control, CONTROL.abort, 1);
}
