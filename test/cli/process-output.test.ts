import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';

/** Runs a command made of `body`, with its output where `shell` leads it; `$NODE` stands for the process. */
function run(body: string, shell: string) {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, 'command.mjs');
  const exit = join(findPackageRoot(), 'dist/src/cli/exit.js');
  writeFileSync(
    script,
    `import { runMain } from ${JSON.stringify(exit)};\nawait runMain(async (_, { out, err }) => {\n${body}\n});`,
  );
  const { status, stderr, stdout } = spawnSync('bash', ['-c', shell], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE: `${process.execPath} ${script}` },
  });
  return { status, stdout, stderr, read: (name: string) => readFileSync(join(folder, name), 'utf8') };
}

const PRINT = "out.write('result\\n'); err.write('line\\n'); out.write('more\\n'); return 0;";
const hasFull = existsSync('/dev/full');

describe('the output of a command', () => {
  it('goes to files and pipes', () => {
    const { status, stdout, stderr, read } = run(PRINT, '$NODE 2>lines; $NODE >results');
    expect([status, stdout, stderr]).toEqual([0, 'result\nmore\n', 'line\n']);
    expect([read('lines'), read('results')]).toEqual(['line\n', 'result\nmore\n']);
  });

  it.runIf(hasFull)('is told to be lost by the exit code, and the command comes to its end', () => {
    const { status, stderr } = run(PRINT, '$NODE >/dev/full');
    expect([status, stderr]).toEqual([
      1,
      'line\nstandard output: could not be written: the disk is full. What is recorded or saved is not touched by that.\n',
    ]);
  });

  it('is told to be lost where a limit cuts it short', () => {
    const { status, stderr, read } = run(
      "out.write('x'.repeat(3000)); return 0;",
      // In blocks of 1,024 bytes.
      'ulimit -f 2; $NODE >results',
    );
    expect([status, read('results').length]).toEqual([1, 2048]);
    expect(stderr).toMatch(/^standard output: could not be written: /);
  });

  it.runIf(hasFull)('may lack lines that nobody can read', () => {
    const { status, stdout } = run(PRINT, '$NODE 2>/dev/full');
    expect([status, stdout]).toEqual([0, 'result\nmore\n']);
  });

  it('may go to a reader that has seen enough', () => {
    const endless = "for (let i = 0; i < 1e5; i++) out.write('y\\n'); return 0;";
    const { status, stdout, stderr } = run(endless, 'set -o pipefail; $NODE | head -1');
    expect([status, stdout, stderr]).toEqual([0, 'y\n', '']);
  });

  it("keeps a failure's own exit code", () => {
    expect(run("out.write('x'); return 130;", '$NODE >/dev/full').status).toBe(130);
  });
});
