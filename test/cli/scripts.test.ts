import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { makeFolder } from '../experiment/fake-runs.js';

describe('the scripts', () => {
  it.each([
    'train',
    'data',
    'sweep',
    'runs',
    'report',
    'dashboard',
    'describe',
    'filter',
    'predict',
    'evaluate',
    'features',
    'check',
    'bench',
    'export',
    'import',
  ])('%s says what to do if nothing is built', (name) => {
    const folder = makeFolder();
    for (const file of ['start-command.js', `${name}.js`]) {
      cpSync(join(findPackageRoot(), 'scripts', file), join(folder, 'scripts', file));
    }
    cpSync(join(findPackageRoot(), 'package.json'), join(folder, 'package.json'));
    const { status, stdout, stderr } = spawnSync(process.execPath, [
      join(folder, 'scripts', `${name}.js`),
      'ls',
    ]);
    expect([status, String(stdout), String(stderr)]).toEqual([
      2,
      '',
      'convoy is not built yet. Run: npm ci\n',
    ]);
  });
});
