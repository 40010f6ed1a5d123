import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { makeFolder } from '../experiment/fake-runs.js';

const module = JSON.stringify(join(findPackageRoot(), 'dist/src/cli/hangup.js'));
const program = `import { heedsHangup } from ${module}; console.log(heedsHangup());`;
const ask = `"$NODE" --input-type=module -e '${program}'`;

/** What a process says whether it heeds a hang-up; no test of its own may lend it a trace of nohup. */
function answer(shell: string, environment: NodeJS.ProcessEnv = {}): string {
  const { stdout, stderr } = spawnSync('bash', ['-c', `${shell}`], {
    cwd: makeFolder(),
    encoding: 'utf8',
    env: { ...process.env, CONVOY_HANGUP: '', HOME: makeFolder(), NODE: process.execPath, ...environment },
  });
  return stdout.trim() || stderr;
}

describe('a hang-up', () => {
  it('ends a process', () => {
    expect(answer(ask)).toBe('true');
    expect(answer(`${ask} < /dev/null`)).toBe('true');
  });

  it('does not if nohup started it, which its shell says', () => {
    expect(answer(`nohup ${ask} < /dev/null 2> /dev/null`)).toBe('false');
  });

  it('does not if its input or its output is what nohup makes of a terminal', () => {
    expect(answer(`${ask} 0> /dev/null`)).toBe('false');
    expect(answer(`${ask} > nohup.out; cat nohup.out`)).toBe('false');
    expect(answer(`${ask} 2> ~/nohup.out`)).toBe('false');
  });

  it.runIf(process.platform === 'linux')('does not if it does not end what started it', () => {
    expect(answer(`trap '' HUP; ${ask}; true`)).toBe('false');
  });

  it('does what the environment says', () => {
    expect(answer(`nohup ${ask}`, { CONVOY_HANGUP: 'end' })).toBe('true');
    expect(answer(ask, { CONVOY_HANGUP: 'ignore' })).toBe('false');
    expect(answer(ask, { CONVOY_HANGUP: 'stay' })).toContain(
      "CONVOY_HANGUP: unknown choice 'stay'. Valid: end, ignore.",
    );
  });
});
