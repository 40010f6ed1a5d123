import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findModule, Threads } from '../../src/parallel/threads.js';

const ROUNDS = 30;
const READY = findModule('workers', 'ready');

describe('threads', () => {
  it('do tasks with the module that is named', async () => {
    const threads = new Threads(2, READY);
    expect(await threads.run(null)).toBeUndefined();
    await expect(threads.run({}, findModule('workers', 'nowhere'))).rejects.toThrow('nowhere');
    await threads.close();
  });

  // Where V8 aborts, it ends the whole process, so the rounds have one of their own. The fatal moments lie where a thread has almost loaded, which
  // takes longer on a busy machine: a round without a close says how long.
  it('can be closed at any moment while they load', async () => {
    const code = `
      import { setTimeout } from 'node:timers/promises';
      import { Threads } from ${JSON.stringify(findModule('src', 'parallel', 'threads'))};
      const open = () => new Threads(2, ${JSON.stringify(findModule('workers', 'train'))});
      const start = performance.now();
      const whole = open();
      await whole.run(null, ${JSON.stringify(READY)});
      const loadMs = performance.now() - start;
      await whole.close();
      for (let round = 0; round < ${ROUNDS}; round++) {
        const threads = open();
        await setTimeout(loadMs * (0.5 + round / ${ROUNDS}));
        await threads.close();
      }`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  }, 60_000);
});
