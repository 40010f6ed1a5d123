import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { judgeMark, markProcess } from '../../src/experiment/process-mark.js';

const mine = markProcess();

describe('a process', () => {
  it('is alive as long as it runs, also while it is stopped', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    const mark = markProcess(child.pid!);
    expect(judgeMark(mark)).toBe('alive');
    child.kill('SIGSTOP');
    expect(judgeMark(mark)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(judgeMark(mark)).toBe('dead');
  });

  it('of this test is alive', () => {
    expect(judgeMark(mine)).toBe('alive');
  });

  it('is alive on a host that has been given another name', () => {
    expect(judgeMark({ ...mine, host: 'elsewhere' })).toBe('alive');
  });

  it('that ended is dead', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(judgeMark({ ...mine, pid })).toBe('dead');
  });

  it('that began at another time is another one, which is dead', () => {
    expect(judgeMark({ ...mine, startMarker: 'earlier' })).toBe('dead');
  });

  it.each([
    ['boot', { bootId: 'another' }],
    ['pid namespace', { pidNamespace: 'pid:[1]' }],
  ])('of another %s cannot be judged by its pid', (_, other) => {
    expect(judgeMark({ ...mine, ...other })).toBe('unknown');
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(judgeMark({ ...mine, ...other, pid })).toBe('unknown');
  });

  it('that an older version has marked is alive if pid and beginning agree, and unknown otherwise', () => {
    const old = { ...mine, bootId: null, pidNamespace: null };
    expect(judgeMark(old)).toBe('alive');
    expect(judgeMark({ ...old, startMarker: 'earlier' })).toBe('unknown');
    expect(judgeMark({ ...old, startMarker: '' })).toBe('unknown');
  });

  it('whose beginning is not known is not known to be alive', () => {
    expect(judgeMark({ ...mine, startMarker: '' })).toBe('unknown');
  });
});
