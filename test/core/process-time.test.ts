import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoreWaits, readProcessTime } from '../../src/core/process-time.js';

describe.runIf(existsSync('/proc/self/stat'))('what the system tells of a process', () => {
  it('is whether it is stopped', async () => {
    const child = spawn('sleep', ['30']);
    try {
      expect(readProcessTime(child.pid!)?.isStopped).toBe(false);
      child.kill('SIGSTOP');
      await expect.poll(() => readProcessTime(child.pid!)?.isStopped).toBe(true);
      expect(readProcessTime(child.pid!)!.waitedMs).toBeGreaterThanOrEqual(0);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is how long threads of this one had no core', () => {
    const waits = new CoreWaits();
    expect(waits.measure()).toBe(0);
    const start = performance.now();
    while (performance.now() - start < 20);
    const waitedMs = waits.measure();
    expect(waitedMs).toBeGreaterThanOrEqual(0);
    expect(waitedMs).toBeLessThan(performance.now());
  });

  it('is nothing of one that is not there', () => {
    // Above any limit of pids.
    expect(readProcessTime(2 ** 30)).toBeNull();
  });
});
