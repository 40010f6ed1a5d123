import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../src/core/paths.js';

const root = findPackageRoot();
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

describe('CONTRIBUTING.md', () => {
  it('names commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const names = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names files and pages that there are', () => {
    const paths = [...page.matchAll(/`((?:src|test|native|workers|scripts|docs)\/[\w./-]*)`/g)];
    const links = [...page.matchAll(/\]\(([\w./-]+\.md)(?:#[\w-]+)?\)/g)];
    expect(paths.length + links.length).toBeGreaterThan(10);
    expect(
      [...paths, ...links].map(([, path]) => path!).filter((path) => !existsSync(join(root, path))),
    ).toEqual([]);
  });

  it('names every command for checks', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const checks = Object.keys(scripts).filter((name) => /^(test|lint):/.test(name));
    expect(checks.filter((name) => !page.includes(`npm run ${name}`))).toEqual([]);
  });
});
