import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { findModule, Threads } from '../../src/parallel/threads.js';
import { isFreed } from '../helpers/garbage.js';
import { PERMISSION_FLAG, runProcess } from '../helpers/processes.js';
import { makePlugin, makePluginFolder } from '../plugins/fake-plugin.js';

const THREADS = JSON.stringify(pathToFileURL(findModule('src', 'parallel', 'threads')));

function openThreads(count: number, module: string): Threads {
  const threads = new Threads(count, module);
  onTestFinished(() => threads.close());
  return threads;
}

describe('threads', () => {
  it('do tasks with the module that is named', async () => {
    const threads = openThreads(2, makePlugin('export default (x) => 2 * x;'));
    expect(await threads.run(4)).toBe(8);
    expect(await threads.run(4, makePlugin('export default (x) => x * x;'))).toBe(16);
    await expect(threads.run({}, join(makePluginFolder(), 'nowhere.mjs'))).rejects.toThrow('nowhere');
  });

  it('keep nothing of a task that is done', async () => {
    const threads = openThreads(1, makePlugin('export default () => ({});'));
    const run = async () => new WeakRef(await threads.run<object>(null));
    expect(await isFreed(await run())).toBe(true);
  });

  it.each([
    ['throws', 'export default () => { throw new RangeError("seven") }', 'seven'],
    ['ends its thread', 'export default () => process.exit(7)', 'worker exited with code: 7'],
    [
      'throws beside the task',
      'export default () => { setTimeout(() => { throw new Error("late") }); return new Promise(() => {}) }',
      'late',
    ],
  ])('do the next task when one %s', async (_, text, message) => {
    const threads = openThreads(1, makePlugin('export default () => 1;'));
    await expect(threads.run(null, makePlugin(text))).rejects.toThrow(message);
    expect(await threads.run(null)).toBe(1);
  });

  it('are replaced when a task is ended that does not end by itself', async () => {
    const threads = openThreads(1, makePlugin('export default () => { for (;;); }'));
    const stop = new AbortController();
    const spinning = threads.run(null, undefined, stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 100);
    await expect(spinning).rejects.toThrow('enough');
    expect(await threads.run(null, makePlugin('export default () => 2;'))).toBe(2);
  });

  it('say that they cannot begin, where their module throws, and can be closed', async () => {
    const threads = openThreads(2, makePlugin('throw new Error("out of order");'));
    for (let attempt = 0; attempt < 2; attempt++) {
      const task = threads.run(null);
      await expect(task).rejects.toThrow(UserError);
      await expect(task).rejects.toThrow('threads: expected worker threads that begin, found: out of order.');
    }
  });
});

describe('threads of a process with flags', () => {
  const THREAD_ONLY = 'import { isMainThread } from "node:worker_threads"; if (!isMainThread)';
  const open = `
    import { Threads } from ${THREADS};
    const tell = ({ name, message }) => console.log(name, message);
    try {
      const threads = new Threads(2, MODULE);
      await threads.run(3).then((result) => console.log(result), tell);
      await threads.close();
    } catch (error) { tell(error) }`;
  const runWith = (...flags: string[]) =>
    runProcess(open.replace('MODULE', JSON.stringify(makePlugin('export default (x) => x;'))), flags);

  it('begin where the flags are for text alone, whatever else is preloaded', async () => {
    const preload = pathToFileURL(makePlugin('globalThis.preloaded = true;')).href;
    expect(await runWith('--import', preload)).toBe('3');
  });

  it.each([
    ['throws', 'throw new Error("not here")', 'not here'],
    ['ends them', 'process.exit(3)', 'worker exited with code: 3'],
  ])('say that they cannot begin where what is preloaded %s', async (_, action, message) => {
    const file = makePlugin(`${THREAD_ONLY} ${action};`);
    const flag = `--import=${pathToFileURL(file).href}`;
    const text = await runWith(flag);
    expect(text).toContain(`UserError threads: expected worker threads that begin, found: ${message}.`);
    expect(text).toContain(flag);
  });

  it('say so where the process may have none', async () => {
    const text = await runWith(PERMISSION_FLAG, '--allow-fs-read=*', '--allow-addons');
    expect(text).toMatch(/^UserError threads: expected worker threads that begin, found: .*restricted/);
  });
});
