import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { loadDataset } from '../../src/dataset/load.js';
import { writePng } from '../../src/image/write-png.js';
import { blocksOf, docs } from './docs-blocks.js';
import { makePluginFolder } from './fake-plugin.js';

const root = findPackageRoot();
const [scaledTanh, layerProgram, lion, optimizerProgram] = blocksOf('js') as [string, string, string, string];
const commands = blocksOf('sh').flatMap((block) => block.trim().split('\n'));

/** A command's words; quotes hold a word together. */
const wordsOf = (command: string) =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

const folder = makePluginFolder();
const run = (command: string, ...more: readonly string[]) => {
  const [, script, ...args] = wordsOf(command);
  return spawnSync(process.execPath, [join(root, script!), ...args, ...more], {
    cwd: folder,
    encoding: 'utf8',
  });
};

beforeAll(async () => {
  writeFileSync(join(folder, 'scaled-tanh.mjs'), scaledTanh);
  writeFileSync(join(folder, 'lion.mjs'), lion);
  const { test } = await loadDataset('mnist');
  const pixels = test.pixels.slice(0, 28 * 28);
  await writePng(join(folder, 'seven.png'), { height: 28, width: 28, channels: 1, pixels });
});

describe('docs/plugins.md', () => {
  it('shows commands that work, in its order', () => {
    expect(commands).toHaveLength(6);
    for (const command of commands) {
      const small = ['--epochs', '1', '--set', 'trainCount=200', '--set', 'testCount=100'];
      const { status, stderr, stdout } = run(command, ...(command.includes('train.js') ? small : []));
      expect(status, `${command}\n${stderr}`).toBe(0);
      expect(stdout, command).not.toBe('');
    }
  });

  it.each([
    ['layer', layerProgram, 'true\n1\n10\n', 'It prints `true`, `1` and `10`.'],
    [
      'optimizer',
      optimizerProgram,
      "1\n{ kind: 'lion', beta1: 0.9, beta2: 0.99, weightDecay: 0.1 }\n",
      "It prints `1` and `{ kind: 'lion', beta1: 0.9, beta2: 0.99, weightDecay: 0.1 }`.",
    ],
  ])('shows a program with a %s that prints what it says', (_, program, printed, told) => {
    // `convoy` is found from the clone alone.
    const moved = program.replace(/'(?:\.\/)?([\w-]+\.(mjs|safetensors|png))'/g, (_, name) =>
      JSON.stringify(join(folder, name)),
    );
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', moved], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout, stderr).toBe(printed);
    expect(docs).toContain(told);
  });

  it('shows the line by which a saved network is refused without its plugin', () => {
    const predict = commands[2]!.replace(/ --plugin.*/, '');
    const { status, stderr } = run(predict);
    expect(status).toBe(2);
    const [line] = /^tanh\.safetensors: .*$/m.exec(docs)!;
    expect(stderr.replace(/SHA-256 [0-9a-f]{12}…/, 'SHA-256 1f3870be274f…')).toBe(`${line}\n`);
  });

  it('refuses an edited file by one line', () => {
    appendFileSync(join(folder, 'scaled-tanh.mjs'), '// more\n');
    const { status, stderr } = run(commands[2]!);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^tanh\.safetensors: spec: expected the plugin of scaled-tanh with SHA-256 [0-9a-f]{12}…, found [0-9a-f]{12}… in file:.*\n$/,
    );
  });
});
