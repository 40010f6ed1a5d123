import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../src/bench/figure.js';
import { findPackageRoot } from '../../src/core/paths.js';
import { availableKernelNames } from '../../src/kernels/select.js';
import { makeFolder } from '../experiment/fake-runs.js';

const [fastest] = availableKernelNames();
const native = fastest !== 'reference';

/** Runs `bench` as the shell would. */
function bench(...args: string[]) {
  const script = join(findPackageRoot(), 'scripts', 'bench.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, CONVOY_KERNELS: '' },
  });
  return { status, stdout, stderr };
}

const parse = (lines: string) =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Figure);

describe('wrong usage of bench', () => {
  it.each([
    [
      [],
      'bench: expected a command, found nothing. Commands: kernels, steps, epochs, sweep, scaling, process, order, machines, table.',
    ],
    [['kernls'], "bench: unknown command 'kernls'. Did you mean 'kernels'?"],
    [['steps', '--jsn'], "bench steps: unknown option '--jsn'. Did you mean '--json'?"],
    [['steps', '--plot', '.'], "bench steps: unknown option '--plot'."],
    [['kernels', 'steps'], 'too many arguments'],
    [['kernels', '--isa', 'avx3'], "--isa: unknown kernel set of this machine 'avx3'."],
    [['kernels', '--isa'], "option '--isa <name>' argument missing"],
    [['kernels', '--filter', ''], '--filter: expected a part of a name, found nothing.'],
    [['steps', '--filter', 'stp/SK-1'], 'The nearest names: step/SK-1'],
    [['scaling', '--plot', join('no', 'such')], '--plot: expected a folder that exists, found'],
    [['machines', 'SK'], "required option '--rate <n>' not specified"],
    [['machines', '--rate', '9'], "bench machines: missing required argument 'network'"],
    [['machines', 'SK', '--rate', '0'], '--rate: expected a whole number from 1 to'],
    [['table'], "bench table: missing required argument 'file'"],
    [['table', join('no', 'such.jsonl')], 'such.jsonl cannot be read: ENOENT'],
  ])('%j is one line and exit code 2', (args, message) => {
    const { status, stdout, stderr } = bench(...args);
    expect(stderr).toContain(message);
    expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });
});

describe('bench --json', () => {
  it('prints one line a figure, the machine first', () => {
    const { status, stdout, stderr } = bench('kernels', '--quick', '--json', '--filter', 'gemm/256x256x256');
    expect(status, stderr).toBe(0);
    const figures = parse(stdout);
    const machine = figures.filter(({ name }) => name === 'machine');
    const rest = figures.slice(machine.length);
    expect(figures.slice(0, machine.length)).toEqual(machine);
    if (native) {
      expect(machine[0]).toMatchObject({ threads: 1, shareOfPeak: 1 });
      expect(machine[0]!.gflops).toBeGreaterThan(0.1);
      expect(machine[0]!.gigabytesPerSecond).toBeGreaterThan(0.1);
    }
    expect(rest).toMatchObject([{ name: 'gemm/256x256x256', threads: 1, gflops: expect.any(Number) }]);
    if (native) expect(rest[0]!.shareOfPeak).toBeGreaterThan(0.05);
    else expect(rest[0]!.shareOfPeak).toBeNull();
  });

  it.runIf(native)('measures a layer on one thread and on several', () => {
    const name = 'conv-forward+kernel-gradient/3x3x4x10-12x12';
    const { status, stdout, stderr } = bench('kernels', '--quick', '--json', '--filter', name);
    expect(status, stderr).toBe(0);
    const figures = parse(stdout).filter((figure) => figure.name === name);
    for (const { gflops } of figures) expect(gflops).toBeGreaterThan(0.1);
    for (const { speedup } of figures.slice(1)) expect(speedup).toBeGreaterThan(0);
  });

  it.runIf(native)('measures training with the kernels asked for, and sets cores against one', () => {
    const names = availableKernelNames();
    const isa = names.includes('avx2') ? 'avx2' : fastest!;
    const { status, stdout, stderr } = bench(
      ...['steps', '--quick', '--json', '--isa', isa, '--filter', 'step/SK-0.2'],
    );
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`kernels ${isa}`);
    const steps = parse(stdout).filter(({ name }) => name === 'step/SK-0.2');
    for (const { imagesPerSecond } of steps) expect(imagesPerSecond).toBeGreaterThan(10);
    for (const { speedup } of steps.slice(1)) expect(speedup).toBeGreaterThan(0);
  });
});

describe('bench scaling', () => {
  it.runIf(native)('plots what it measured, and prints a table', () => {
    const folder = makeFolder();
    const { status, stdout, stderr } = bench(
      ...['scaling', '--quick', '--filter', 'width/0.1', '--plot', folder],
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^figure +threads +images\/s/);
    expect(stdout).toMatch(/^scaling\/width\/0\.1 +\d+ +[\d,]+ /m);
    expect(readdirSync(folder)).toEqual(['scaling-width.svg']);
    expect(readFileSync(join(folder, 'scaling-width.svg'), 'utf8')).toContain('width s of SK-s');
  });
});
