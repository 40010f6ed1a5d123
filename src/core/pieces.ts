import { setImmediate } from 'node:timers/promises';

/** Work that gives way after every piece, of a fraction of a second, to whoever would do something else or end it. */
export type Pieces<Result = void> = Generator<void, Result>;

/** Long enough that giving way costs nothing to speak of, short enough for signals and signs of life. */
const TURN_MS = 50;

/** Does the work at one go. */
export function finish<Result>(pieces: Pieces<Result>): Result {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** Does the work in turns with the event loop, until the signal is raised: then it is left where it is. */
export async function takeTurns(pieces: Pieces, signal: AbortSignal): Promise<void> {
  let begun = performance.now();
  for (const _ of pieces) {
    if (performance.now() - begun >= TURN_MS) {
      await setImmediate();
      begun = performance.now();
    }
    if (signal.aborted) return;
  }
}
