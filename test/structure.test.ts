import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../src/core/paths.js';

/** The parts of src in the order in which data flows; each imports from itself and from those before it. */
const ORDER = [
  'core',
  'safetensors',
  'mathematics',
  'dataset',
  'kernels',
  'image',
  'sources',
  'layers',
  'network',
  'models',
  'optim',
  'plugins',
  'parallel',
  'run',
  'checkpoint',
  'onnx',
  'training',
  'train.ts',
  'check',
  'bench',
  'experiment',
  'search',
  'remote',
  'queue',
  'report',
  'dashboard',
  'cli',
  'index.ts',
];

const source = join(findPackageRoot(), 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** The files of src that a file imports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const imports = [...text.matchAll(/from '(\.[^']+)\.js'/g)];
  return imports.map(([, path]) => `${relative(source, join(source, dirname(file), path!))}.ts`);
}

const partOf = (file: string) => file.split('/')[0]!;

describe('imports', () => {
  it('know every part', () => {
    expect([...new Set(files.map(partOf))].sort()).toEqual([...ORDER].sort());
  });

  it.each(files)('%s follows the flow', (file) => {
    for (const imported of importsOf(file)) {
      expect(ORDER.indexOf(partOf(imported)), imported).toBeLessThanOrEqual(ORDER.indexOf(partOf(file)));
      expect(imported, 'the public API is imported by nothing inside src').not.toMatch(/(^|\/)index\.ts$/);
    }
  });

  it('have no cycles', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]) => {
      expect(path, 'a cycle').not.toContain(file);
      if (done.has(file)) return;
      for (const imported of importsOf(file)) visit(imported, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});
