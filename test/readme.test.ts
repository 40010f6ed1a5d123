import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../src/core/paths.js';
import { loadDataset } from '../src/dataset/load.js';
import { writePng } from '../src/image/write-png.js';
import { makeFolder } from './experiment/fake-runs.js';

const root = findPackageRoot();
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The blocks of one language. */
function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);
}

/** A command's words; quotes hold a word together. */
const wordsOf = (command: string) =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/** Options are given once. */
function withoutEpochs(args: readonly string[]): string[] {
  const at = args.indexOf('--epochs');
  return at < 0 ? [...args] : [...args.slice(0, at), ...args.slice(at + 2)];
}

describe('the README', () => {
  it('shows commands that work, in its order', async () => {
    const folder = makeFolder();
    await drawSeven(folder);
    const commands = blocksOf('sh')
      .flatMap((block) => block.split('\n'))
      .map((line) => line.replace(/\s+#.*$/, ''))
      .filter((line) => line.startsWith('node '));
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) {
      const [, script, ...args] = wordsOf(command);
      // As in the README, but for the time that it takes.
      const small = ['--epochs', '1', '--set', 'trainCount=200', '--set', 'testCount=100'];
      const trains = /scripts\/(sweep|train)\.js/.test(script!) && !/--list|--dry-run/.test(command);
      const shortened = trains ? [...withoutEpochs(args), ...small] : args;
      const { status, stderr, stdout } = spawnSync(process.execPath, [join(root, script!), ...shortened], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(status, `${command}\n${stderr}`).toBe(0);
      expect(stdout, command).not.toBe('');
    }
  });

  it('shows a program that works', () => {
    const [program] = blocksOf('js');
    expect(runProgram(program!)).toMatch(/^1 [\d.]+\n2 [\d.]+\n2 [0-9a-f]{64}\n$/);
  });

  it('shows how to use what was trained', async () => {
    const folder = makeFolder();
    await drawSeven(folder);
    const [, program] = blocksOf('js');
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
