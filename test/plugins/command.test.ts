import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { makePlugin, makePluginFolder, writeDoubling } from './fake-plugin.js';

const folder = makePluginFolder();
const plugin = makePlugin(writeDoubling({ more: "role: 'activation', pattern: { word: 'DOUBLING' }," }));
const NETWORK = 'INPUT(28x28x1) -> CONV(5,2) -> DOUBLING -> POOL(4) -> FC(10)';
const SMALL = ['--epochs', '1', '--set', 'trainCount=100', '--set', 'testCount=50'];

/** A command of the program in a process of its own: there plugins are loaded as users load them. */
function run(script: string, ...args: readonly string[]) {
  const file = join(findPackageRoot(), 'scripts', `${script}.js`);
  return spawnSync(process.execPath, [file, ...args], { cwd: folder, encoding: 'utf8' });
}

describe('--plugin', () => {
  it('trains, records, trains again and saves', () => {
    const args = [NETWORK, '--plugin', plugin, ...SMALL];
    const first = run('train', ...args);
    expect(first.status, first.stderr).toBe(0);
    const again = run('train', ...args, '--again', '--workers', '2', '--save', 'net.safetensors');
    expect(again.status, again.stderr).toBe(0);
    expect(again.stdout).toContain('The weights are those of run 1, to the bit');
    const planned = run('train', ...args, '--dry-run');
    expect(planned.stdout).toMatch(/^plugins +doubling \(sha256 [0-9a-f]{64}\)$/m);
    expect(planned.stdout).toMatch(/^state +recorded \(run 1\)$/m);
    const drawn = run('features', '--run', '1', '--plugin', plugin, '--layer', 'doubling1');
    expect(drawn.stderr).toContain('the weights are the recorded ones');
  });

  it('gives a sweep an activation, whose points without it stay what they were', () => {
    const grid = { base: { model: 'SK', width: 0.1 }, grid: { activation: ['relu', 'doubling'] } };
    writeFileSync(join(folder, 'grid.json'), JSON.stringify(grid));
    const points = (...more: readonly string[]) => {
      const { status, stdout, stderr } = run('sweep', 'grid.json', ...SMALL, '--db', 'sweep.db', ...more);
      expect(status, stderr).toBe(0);
      return stdout;
    };
    const swept = points('--plugin', plugin);
    expect(swept).toContain('doubling');
    const dry = points('--plugin', plugin, '--dry-run');
    expect(dry).toContain('0 of 2 to run.');
    writeFileSync(join(folder, 'grid.json'), JSON.stringify({ base: grid.base }));
    expect(points('--dry-run')).toContain('recorded (run 1)');
    // A report only reads.
    const report = run('report', 'grid', '--db', 'sweep.db', '--out', 'page.html');
    expect(report.status, report.stderr).toBe(0);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('doubling');
  });

  it('checks a network', () => {
    const { status, stdout, stderr } = run('check', NETWORK, '--plugin', plugin, '--only', 'gradients');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^gradients +pass/m);
  });

  it.each(['train', 'sweep', 'describe', 'check', 'features', 'predict'])(
    'of %s refuses a missing file',
    (script) => {
      const what =
        script === 'sweep' ? ['first-look'] : script === 'predict' ? ['a.safetensors', 'b.png'] : ['SK'];
      const { status, stderr } = run(script, ...what, '--plugin', 'gone.mjs');
      expect(status).toBe(2);
      expect(stderr).toMatch(
        /^plugin gone\.mjs: .*: there is no such file or folder\. Correct the path\.\n$/,
      );
    },
  );

  it.skipIf(process.platform === 'win32')('refuses a named pipe, without waiting for who writes', () => {
    execFileSync('mkfifo', [join(folder, 'pipe.mjs')]);
    const { status, stderr } = run('describe', 'SK', '--plugin', 'pipe.mjs');
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^plugin pipe\.mjs: .*: expected a module, found a named pipe\. Check the path\.\n$/,
      ),
    ]);
  });

  it.each([
    ['a syntax error', 'export const a = {', 'expected a module that loads, found SyntaxError: '],
    ['an error of its own', '\nnull.foo;', 'found TypeError in line 2: Cannot read'],
    [
      'no export',
      'const a = 1;',
      'expected an export that is a kind of layer or optimizer, found no export.',
    ],
    [
      'a missing package',
      "import 'not-installed-anywhere';",
      "found Cannot find package 'not-installed-anywhere'",
    ],
  ])('refuses %s by one line', (_, text, message) => {
    const { status, stderr } = run('describe', NETWORK, '--plugin', makePlugin(text));
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says without it what is missing', () => {
    const features = run('features', '--run', '1');
    expect(features.status).toBe(2);
    expect(features.stderr).toMatch(/^run 1: expected the plugin of doubling with SHA-256 .*\n$/);
  });

  it('fails a run whose file changes before the workers have read it', () => {
    const changing = makePlugin(`
      import { appendFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      // Changes its own file, as an editor may.
      appendFileSync(fileURLToPath(import.meta.url), ' ');
      ${writeDoubling({ more: "role: 'activation', pattern: { word: 'DOUBLING' }," })}`);
    const { status, stderr } = run('train', NETWORK, '--plugin', changing, ...SMALL, '--db', 'changing.db');
    expect(status).toBe(1);
    expect(stderr).toContain('expected the file as it was when the run began, found it changed. Run again.');
    expect(dirname(changing)).not.toBe(folder);
  });
});
