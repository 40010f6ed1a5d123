import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../../src/core/paths.js';
import { availableKernelNames } from '../../../src/kernels/select.js';
import { makeFolder } from '../../experiment/fake-runs.js';

const script = join(findPackageRoot(), 'scripts', 'sweep.js');
const SMALL = { trainCount: 320, testCount: 100, epochs: 2 };

/** Writes a grid; returns the arguments of a sweep over it in a folder of its own. */
function makeSweep(grid: object): string[] {
  const folder = makeFolder();
  writeFileSync(join(folder, 'grid.json'), JSON.stringify({ name: 'small', ...grid }));
  return [script, join(folder, 'grid.json'), '--db', join(folder, 'experiments.db')];
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
}

/** The same beside others. */
async function runAside(args: readonly string[]) {
  const child = spawn(process.execPath, args);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (data) => {
      text[name] += String(data);
    });
  }
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { status, ...text };
}

/** The weights' hashes of a sweep's runs, by label. */
function hashesOf(args: readonly string[], environment?: NodeJS.ProcessEnv): Record<string, string> {
  const { stdout, stderr, status } = run([...args, '--json'], environment);
  expect(status, stderr).toBe(0);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { label: string; weights_sha256: string });
  return Object.fromEntries(rows.map((row) => [row.label, row.weights_sha256]));
}

describe('a sweep on MNIST', () => {
  const grid = {
    base: SMALL,
    points: [{ model: 'BASE' }, { model: 'BN', dropout: 0.5 }, { model: 'SK', width: 0.5 }],
  };

  it('gives the same weights however many workers and runs side by side, on AVX-512 and on AVX2', () => {
    const both = availableKernelNames().includes('avx512') ? ['avx512', 'avx2'] : [];
    const [first, second] = [0, 1].map((i) => (both[i] ? { CONVOY_KERNELS: both[i] } : {}));
    const sweep = (workers: string, parallel: string, environment?: NodeJS.ProcessEnv) =>
      hashesOf([...makeSweep(grid), '--workers', workers, '--parallel', parallel], environment);
    const alone = sweep('1', '1', first);
    expect(Object.keys(alone)).toHaveLength(3);
    expect(sweep('2', '1', second)).toEqual(alone);
    expect(sweep('3', '2', first)).toEqual(alone);
  });

  it('is shared by two processes: every point is run once, and both end when all are recorded', async () => {
    const args = makeSweep({
      base: { ...SMALL, model: 'SK', width: 0.2 },
      grid: { seed: [0, 1, 2, 3, 4, 5] },
    });
    const both = await Promise.all(
      [1, 2].map(() => runAside([...args, '--parallel', '1', '--workers', '1'])),
    );
    for (const { status, stderr } of both) expect(status, stderr).toBe(0);
    expect(both[0]!.stdout).toBe(both[1]!.stdout);
    expect(both[0]!.stdout).not.toContain('not run');
    const started = both.flatMap(({ stderr }) =>
      [...stderr.matchAll(/run (\d) of \d, .*: done/g)].map(([, n]) => n),
    );
    expect(started).toHaveLength(6);
    expect(run(args).stderr).toContain('6 recorded');
    const rows = run([
      join(findPackageRoot(), 'scripts/runs.js'),
      'ls',
      '--json',
      '--db',
      args.at(-1)!,
    ]).stdout;
    expect(JSON.parse(rows).map(({ state }: { state: string }) => state)).toEqual(Array(6).fill('done'));
  });

  it('ends cleanly on Ctrl-C, and the same command runs what is missing', async () => {
    const args = makeSweep({
      base: { ...SMALL, trainCount: 600, model: 'SK', width: 0.2, epochs: 8 },
      grid: { seed: [0, 1, 2, 3] },
    });
    const sweep = spawn(process.execPath, [...args, '--parallel', '1']);
    const text: string[] = [];
    sweep.stderr.on('data', (data) => {
      text.push(String(data));
      if (/run 2 of 4.*epoch 1 of/.test(text.join(''))) sweep.kill('SIGINT');
    });
    const code = await new Promise((resolve) => sweep.on('close', resolve));
    expect(code, text.join('')).toBe(130);
    const again = run(args);
    expect(again.status).toBe(0);
    expect(again.stderr).toMatch(/small: 4 points, [123] recorded/);
    expect(run(args).stderr).toMatch(/4 recorded in .*, nothing to run/);
  });
});
