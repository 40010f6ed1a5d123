import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { readEnvironment } from '../../src/experiment/environment.js';
import { makeFolder } from './fake-runs.js';

const readVersion = (folder: string): string =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

/** A package with two dependencies, one of which is installed. */
function makePackage(): string {
  const root = makeFolder();
  const installed = join(root, 'node_modules', 'installed');
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{"version":"4.5.6","exports":{}}');
  writeFileSync(
    join(root, 'package.json'),
    '{"version":"1.2.3","dependencies":{"installed":"^4","not-installed":"^1"}}',
  );
  return root;
}

function git(root: string, ...args: readonly string[]): string {
  const name = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  return execFileSync('git', ['-C', root, ...name, ...args], { encoding: 'utf8' }).trim();
}

describe('the environment', () => {
  it('tells machine, Node.js and the versions of convoy and its packages', () => {
    const { versions, ...environment } = readEnvironment();
    expect(environment).toMatchObject({
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]!.model.trim(),
      cores: availableParallelism(),
      kernels: null,
    });
    const root = findPackageRoot();
    expect(versions).toMatchObject({
      convoy: readVersion(root),
      piscina: readVersion(join(root, 'node_modules/piscina')),
      'better-sqlite3': readVersion(join(root, 'node_modules/better-sqlite3')),
    });
  });

  it('says what it does not know', () => {
    expect(readEnvironment(makePackage())).toMatchObject({
      versions: { convoy: '1.2.3', installed: '4.5.6', 'not-installed': 'unknown' },
      gitCommit: null,
      gitDirty: null,
    });
  });

  it('tells the commit, and whether tracked files differ from it', () => {
    const root = makePackage();
    git(root, 'init', '--quiet');
    git(root, 'add', 'package.json');
    git(root, 'commit', '--quiet', '--message', 'first');
    const gitCommit = git(root, 'rev-parse', 'HEAD');
    // What is installed is not tracked.
    expect(readEnvironment(root)).toMatchObject({ gitCommit, gitDirty: false });
    writeFileSync(join(root, 'package.json'), '{"version":"1.2.4"}');
    expect(readEnvironment(root)).toMatchObject({ gitCommit, gitDirty: true });
  });
});
