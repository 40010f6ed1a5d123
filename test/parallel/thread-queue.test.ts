import { describe, expect, it } from 'vitest';
import { ThreadQueue } from '../../src/parallel/thread-queue.js';

/** Asks for threads one after another and notes who gets them, in order. */
function observe(queue: ThreadQueue) {
  const granted: string[] = [];
  const ask = async (name: string, count: number, signal?: AbortSignal) => {
    const answer = await queue.take(count, signal);
    granted.push(answer ? name : `${name} left`);
    return answer;
  };
  const settle = () => new Promise(setImmediate);
  return { granted, ask, settle };
}

describe('a queue for threads', () => {
  it('gives out as many as there are, in the order of asking', async () => {
    const queue = new ThreadQueue(3);
    const { granted, ask, settle } = observe(queue);
    for (const [name, count] of Object.entries({ a: 1, b: 2, c: 1, d: 1 })) void ask(name, count);
    await settle();
    expect(granted).toEqual(['a', 'b']);
    queue.give(2);
    await settle();
    expect(granted).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets nobody overtake one that waits for more', async () => {
    const queue = new ThreadQueue(2);
    const { granted, ask, settle } = observe(queue);
    for (const [name, count] of Object.entries({ a: 1, b: 2, c: 1 })) void ask(name, count);
    await settle();
    expect(granted).toEqual(['a']);
    queue.give(1);
    await settle();
    expect(granted).toEqual(['a', 'b']);
    queue.give(2);
    await settle();
    expect(granted).toEqual(['a', 'b', 'c']);
  });

  it('lets one leave at once, and serves those behind it', async () => {
    const queue = new ThreadQueue(2);
    const { granted, ask, settle } = observe(queue);
    const stop = new AbortController();
    void ask('a', 1);
    void ask('b', 2, stop.signal);
    void ask('c', 1);
    await settle();
    expect(granted).toEqual(['a']);
    stop.abort();
    await settle();
    expect(granted).toEqual(['a', 'b left', 'c']);
    // What was given is not taken back, and nothing was lost.
    queue.give(1);
    queue.give(1);
    await ask('d', 2, stop.signal);
    await ask('e', 2);
    expect(granted.slice(3)).toEqual(['d left', 'e']);
  });

  it('does not listen to the signal of one that has its threads', async () => {
    const queue = new ThreadQueue(1);
    const { granted, ask, settle } = observe(queue);
    const stop = new AbortController();
    await ask('a', 1, stop.signal);
    void ask('b', 1);
    stop.abort();
    await settle();
    expect(granted).toEqual(['a']);
  });
});
