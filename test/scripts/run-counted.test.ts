import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';

const run = join(findPackageRoot(), 'scripts', 'ci', 'run.js');

/** What a check prints last, and its exit code, whose commands are these programs for Node.js. */
function check(...programs: string[]): { line: string; status: number | null } {
  const code = `
    const { runCheck, runCounted, sumCounts } = await import(${JSON.stringify(run)});
    await runCheck('check', async () => {
      const all = [];
      for (const program of ${JSON.stringify(programs)}) all.push(await runCounted(process.execPath, ['-e', program]));
      return sumCounts(all);
    });`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  return { line: stdout.trimEnd().split('\n').at(-1)!, status };
}

describe('the sum of all checks', () => {
  it('adds the last counts of each', () => {
    const first = `console.log('1 passed, 1 failed\\n7 passed, 0 failed, 2 skipped')`;
    expect(check(first, `console.log('5 passed, 0 failed')`)).toEqual({
      line: '12 passed, 0 failed, 2 skipped',
      status: 0,
    });
  });

  it('fails with one of them', () => {
    const failing = `console.log('4 passed, 3 failed'); process.exit(1)`;
    expect(check(`console.log('5 passed, 0 failed')`, failing)).toEqual({
      line: '9 passed, 3 failed',
      status: 1,
    });
  });

  it('takes a command without counts for one check', () => {
    expect(check('', 'process.exit(3)')).toEqual({ line: '1 passed, 1 failed', status: 1 });
  });

  it('hands over what a command prints, on stderr, too, and why it does not start', () => {
    const code = `
      const { runCheck, runCounted } = await import(${JSON.stringify(run)});
      const show = (text) => process.stdout.write('[' + text.trimEnd() + ']');
      await runCheck('check', () => runCounted(process.execPath, ['-e', "console.error('note')"], { show }));
      await runCheck('check', () => runCounted('no-such-command', [], { show }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    expect(stdout).toBe(
      '[note]1 passed, 0 failed\n[no-such-command: spawn no-such-command ENOENT]0 passed, 1 failed\n',
    );
    expect(stderr).toBe('');
  });

  it('believes the exit code where it is worse than the counts', () => {
    expect(check(`console.log('4 passed, 0 failed'); process.abort()`)).toEqual({
      line: '4 passed, 1 failed',
      status: 1,
    });
  });

  it('is no success where nothing passed', () => {
    expect(check(`console.log('0 passed, 0 failed')`)).toEqual({ line: '0 passed, 0 failed', status: 1 });
  });

  it('fails in one line where a command is missing', () => {
    const code = `
      const { requireCommands, runCheck } = await import(${JSON.stringify(run)});
      await runCheck('test:x', () => requireCommands({ 'no-such-compiler': 'such-compilers' }));`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    expect(stderr).toBe(
      'test:x: expected the command no-such-compiler, found none. Run: apt-get install such-compilers\n',
    );
    expect({ stdout, status }).toEqual({ stdout: '0 passed, 1 failed\n', status: 1 });
  });
});
