import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { finish, type Pieces, takeTurns } from '../../src/core/pieces.js';

/** Pieces of 10 ms each, which count how many are done. */
function* work(counter: { done: number }, pieces: number): Pieces<string> {
  for (; counter.done < pieces; counter.done++) {
    const end = performance.now() + 10;
    while (performance.now() < end);
    yield;
  }
  return 'all';
}

function* withoutResult(counter: { done: number }, pieces: number): Pieces {
  yield* work(counter, pieces);
}

describe('work in pieces', () => {
  it('gives its result at one go', () => {
    const counter = { done: 0 };
    expect(finish(work(counter, 3))).toBe('all');
    expect(counter.done).toBe(3);
  });

  it('takes turns with the event loop', async () => {
    const counter = { done: 0 };
    const seen: number[] = [];
    const watch = async () => {
      while (counter.done < 30) {
        seen.push(counter.done);
        await setImmediate();
      }
    };
    await Promise.all([takeTurns(withoutResult(counter, 30), new AbortController().signal), watch()]);
    expect(counter.done).toBe(30);
    expect(new Set(seen).size).toBeGreaterThan(3);
  });

  it('ends where it is when the signal is raised', async () => {
    const counter = { done: 0 };
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 1);
    await takeTurns(withoutResult(counter, 1_000), interruption.signal);
    expect(counter.done).toBeGreaterThan(0);
    expect(counter.done).toBeLessThan(500);
  });
});
