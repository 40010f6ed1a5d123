import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../src/core/paths.js';
import { loadDataset } from '../src/dataset/load.js';
import { writePng } from '../src/image/write-png.js';
import { makeFolder } from './experiment/fake-runs.js';
import { blocksOf, commandsOf, readPage, runCommand } from './helpers/page.js';

const root = findPackageRoot();
const readme = readPage('README.md');
const programs = blocksOf(readme, 'js');

describe('the README', () => {
  it('shows commands that work, in its order', async () => {
    const folder = makeFolder();
    await drawSeven(folder);
    const commands = commandsOf(readme);
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) expect(runCommand(command, folder), command).not.toBe('');
  });

  it('shows a program that works', () => {
    const [program] = programs;
    expect(runProgram(program!)).toMatch(/^1 [\d.]+\n2 [\d.]+\n2 [0-9a-f]{64}\n$/);
  });

  it('shows how to use what was trained', async () => {
    const folder = makeFolder();
    await drawSeven(folder);
    const [, program] = programs;
    const moved = program!.replace(/'([\w.]+\.(safetensors|png))'/g, (_, name) =>
      JSON.stringify(join(folder, name)),
    );
    expect(runProgram(moved)).toMatch(/^7 0\.\d+\n$/);
  });
});

/** What a program prints. */
function runProgram(program: string): string {
  const args = ['--input-type=module', '-e', program];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** MNIST's first test image, which is a seven, as `seven.png`. */
async function drawSeven(folder: string): Promise<void> {
  const { test } = await loadDataset('mnist');
  const pixels = test.pixels.slice(0, 28 * 28);
  await writePng(join(folder, 'seven.png'), { height: 28, width: 28, channels: 1, pixels });
}
