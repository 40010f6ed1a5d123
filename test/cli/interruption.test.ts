import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HANGUP_VARIABLE } from '../../src/cli/hangup.js';
import { findInterruptionCode, withInterruption } from '../../src/cli/interruption.js';
import { findPackageRoot } from '../../src/core/paths.js';

/** An action that signals interrupt, at times of the test's own choosing. */
async function interrupt(...signals: readonly [name: NodeJS.Signals, atMs: number][]) {
  vi.stubEnv(HANGUP_VARIABLE, 'end');
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const steps = { first: vi.fn(), last: vi.fn() };
  const code = await withInterruption(async (signal) => {
    for (const [name, atMs] of signals) {
      nowMs = atMs;
      process.emit(name);
    }
    return findInterruptionCode(signal);
  }, steps);
  return { code, exits: exit.mock.calls.flat(), firsts: steps.first.mock.calls.length, ...steps };
}

describe('an interruption', () => {
  it('is none without a signal', async () => {
    expect(await interrupt()).toMatchObject({ code: null, exits: [], firsts: 0 });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s ends an action with exit code %d', async (name, code) => {
    expect(await interrupt([name, 0])).toMatchObject({ code, exits: [], firsts: 1 });
  });

  it('is one if npm or a shell repeats it', async () => {
    expect(await interrupt(['SIGINT', 0], ['SIGINT', 20])).toMatchObject({ exits: [], firsts: 1 });
    expect(await interrupt(['SIGHUP', 0], ['SIGHUP', 5_000])).toMatchObject({ exits: [], firsts: 1 });
  });

  it('ends at once when it is asked for a second time', async () => {
    const { exits, last } = await interrupt(['SIGINT', 0], ['SIGINT', 20], ['SIGTERM', 1_100]);
    expect(exits).toEqual([143]);
    expect(last.mock.calls).toEqual([['ended at once by a second SIGTERM']]);
  });

  it('comes with an error that nobody has caught, which is printed', () => {
    const module = JSON.stringify(join(findPackageRoot(), 'dist/src/cli/interruption.js'));
    const program = `
      import { withInterruption } from ${module};
      setTimeout(() => Promise.reject(new Error('a bug')), 10);
      const steps = { first() {}, last: (reason) => process.stdout.write(reason) };
      await withInterruption(() => new Promise((end) => setTimeout(end, 60_000)), steps);`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stdout]).toEqual([1, 'the program failed: a bug']);
    expect(stderr).toMatch(/^Error: a bug\n +at /);
  });
});
