import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isAlive, markProcess } from '../../src/experiment/process-mark.js';

const seenAt = new Date().toISOString();

describe('a process', () => {
  it('is alive as long as it runs', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    const mark = markProcess(child.pid!);
    expect(isAlive(mark, seenAt)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(mark, seenAt)).toBe(false);
  });

  it('of this test is alive', () => {
    expect(isAlive(markProcess(), seenAt)).toBe(true);
  });

  it('that ended is not', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(isAlive({ ...markProcess(), pid }, seenAt)).toBe(false);
  });

  it('that began at another time is another one', () => {
    expect(isAlive({ ...markProcess(), startMarker: 'earlier' }, seenAt)).toBe(false);
  });
});
