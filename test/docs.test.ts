import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../src/core/manifest.js';
import { findPackageRoot } from '../src/core/paths.js';
import * as mathematics from '../src/mathematics/index.js';

const root = findPackageRoot();
const read = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');

const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

/** Of a page's headings, as Markdown's readers make them. */
function anchorsOf(name: string): string[] {
  return [...read(name).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the pages', () => {
  it.each(pages)('%s names what exists', (name) => {
    const text = read(name);
    const paths = [...text.matchAll(/`((?:src|test|native|workers|scripts|docs)\/[\w./-]+)`/g)].map(
      ([, path]) => path!,
    );
    const links = [...text.matchAll(/\]\(([\w./-]+\.(?:md|svg))(?:#[\w-]+)?\)/g)].map(([, path]) =>
      join('docs', path!),
    );
    expect([...paths, ...links].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(pages)('%s points at headings that there are', (name) => {
    const links = [...read(name).matchAll(/\]\(([\w-]+\.md)?#([\w-]+)\)/g)];
    const missing = links.filter(([, page = name, anchor]) => !anchorsOf(page).includes(anchor!));
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

describe('the programs of the pages', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  it.each(['../README.md', '../CONTRIBUTING.md', ...pages])(
    'of %s import the package by its name',
    (page) => {
      const imports = [...read(page).matchAll(/(?:from |import\()'(convoy[^']*)'/g)].map(([, from]) => from!);
      const names = Object.keys(exports).map((path) => readManifest().name + path.slice(1));
      expect(imports.filter((from) => !names.includes(from))).toEqual([]);
    },
  );
});

describe('the page of the texts', () => {
  const text = read('texts.md');

  it('names public functions', () => {
    // Names with capitals inside and some others; those of a row with maxIterations are fields of a spec.
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.includes('maxIterations'));
    const names = rows.flatMap((row) => [
      ...row.matchAll(/`([a-z]+[A-Z]\w*|conv2|im2row|row2im|kronecker|vec)`/g),
    ]);
    expect(names.length).toBeGreaterThan(15);
    expect(names.map(([, name]) => name!).filter((name) => !(name in mathematics))).toEqual([]);
  });

  it('shows a program that prints what it says', () => {
    const [, program] = /```js\n(.*?)```/s.exec(text)!;
    const printed = [...program!.matchAll(/\/\/ (.*)/g)].map(([, line]) => `${line}\n`).join('');
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program!], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout, stderr).toBe(printed);
  });
});
