import { describe, expect, it } from 'vitest';
import { LatestWriter } from '../../src/training/latest-writer.js';

/** A writer of texts whose writing waits to be let go on. */
function makeWriter() {
  const written: string[] = [];
  const waiting: { finish(): void; fail(error: Error): void }[] = [];
  let failures = 0;
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({
        finish: () => {
          written.push(text);
          resolve();
        },
        fail: reject,
      });
    });
  const writer = new LatestWriter(write, () => failures++);
  return { writer, written, waiting, countFailures: () => failures };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a writer of the latest', () => {
  it('writes one at a time, and of those that wait the newest', async () => {
    const { writer, written, waiting } = makeWriter();
    for (const text of ['a', 'b', 'c']) writer.put(text);
    expect(waiting).toHaveLength(1);
    waiting[0]!.finish();
    await turn();
    writer.put('d');
    expect(waiting).toHaveLength(2);
    waiting[1]!.finish();
    await turn();
    waiting[2]!.finish();
    await writer.settle();
    expect(written).toEqual(['a', 'c', 'd']);
    writer.check();
  });

  it('gives back what waits', async () => {
    const { writer, written, waiting } = makeWriter();
    for (const text of ['a', 'b']) writer.put(text);
    expect(writer.withdraw()).toBe('b');
    expect(writer.withdraw()).toBeNull();
    waiting[0]!.finish();
    await writer.settle();
    expect(written).toEqual(['a']);
  });

  it('begins again once all is written', async () => {
    const { writer, written, waiting } = makeWriter();
    for (const text of ['a', 'b']) {
      writer.put(text);
      waiting.at(-1)!.finish();
      await writer.settle();
    }
    expect(written).toEqual(['a', 'b']);
  });

  it('tells of a failure at once and whenever it is asked, and writes no more', async () => {
    const { writer, waiting, countFailures } = makeWriter();
    writer.put('a');
    writer.put('b');
    waiting[0]!.fail(new Error('full'));
    await writer.settle();
    writer.put('c');
    await writer.settle();
    expect(countFailures()).toBe(1);
    expect(waiting).toHaveLength(1);
    for (let time = 0; time < 2; time++) expect(() => writer.check()).toThrow('full');
  });
});
