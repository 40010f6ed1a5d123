import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../src/core/paths.js';
import type { DatasetDefinition } from '../src/dataset/definition.js';
import { buildImages, buildLabels } from './helpers/idx-builder.js';

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

describe('the data set of CONTRIBUTING.md', () => {
  /** Its file as the page has it, put where its imports find what they name. */
  async function importExample(): Promise<DatasetDefinition> {
    const [, code] = /As `kmnist\.ts` in `src\/dataset\/`:\n\n```ts\n(.*?)```/s.exec(page)!;
    const folder = mkdtempSync(join(root, 'test', '.kmnist-'));
    try {
      const file = join(folder, 'kmnist.ts');
      writeFileSync(file, code!.replaceAll("from './", "from '../../src/dataset/"));
      return ((await import(file)) as { kmnist: DatasetDefinition }).kmnist;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is read from its four files, and knows where they can be had', async () => {
    const kmnist = await importExample();
    const folder = mkdtempSync(join(root, 'test', '.kmnist-'));
    try {
      const contents = [buildImages(3), buildLabels([9, 0, 3]), buildImages(1), buildLabels([5])];
      kmnist.files.forEach((name, i) => {
        writeFileSync(join(folder, name), contents[i]!);
      });
      const dataset = await kmnist.read(await kmnist.locate(folder));
      expect([dataset.name, dataset.train.count, dataset.test.count]).toEqual(['kmnist', 3, 1]);
      expect([...dataset.train.labels].map((label) => dataset.classNames[label])).toEqual(['wo', 'o', 'tsu']);
      expect(kmnist.published.map(({ name }) => name.replace('.gz', ''))).toEqual(kmnist.files);
      expect([...kmnist.reference!.checksums.keys()]).toEqual(kmnist.files);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what docs/kernels.md says of adding', () => {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');

  it('an activation holds of silu: 8 files make it', () => {
    const files = [
      'docs/specs.md',
      'native/kernels/activations.inl.h',
      'native/kernels/activations/silu.inl.h',
      'src/kernels/reference/activations.ts',
      'src/layers/activations/silu.ts',
      'src/layers/registry.ts',
      'test/helpers/kernel-suite/activation-cases.ts',
      'test/layers/activations/activations.test.ts',
    ];
    const found = ['docs', 'native', 'src', 'test', 'workers']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
          (file) => `${folder}/${file}`,
        ),
      )
      .filter((file) => /\.(ts|h|cc|md)$/.test(file) && /\bsilu\b/i.test(read(file)));
    // What only speaks of it, or uses it.
    const others = [
      'src/onnx/export/layers/registry.ts',
      'src/onnx/import/nodes/gates.ts',
      'test/onnx/layer-cases.ts',
      'test/torch/draw-layer.ts',
      'test/contributing.test.ts',
      'test/run/numerics.test.ts',
      'docs/texts.md',
      'src/core/synonyms.ts',
      'test/core/names.test.ts',
    ];
    expect(found.filter((file) => !others.includes(file)).sort()).toEqual(files);
  });

  it('an instruction set holds of each that there is', () => {
    const vectors = readdirSync(join(root, 'native/targets'))
      .map((file) => /^vec-(\w+)\.inl\.h$/.exec(file)?.[1])
      .filter((name) => name !== undefined);
    expect(vectors.length).toBeGreaterThan(3);
    for (const name of vectors) {
      expect(read('native/targets.cc')).toContain(`TARGET(${name}, `);
      expect(read('binding.gyp')).toContain(`"CONVOY_TARGET=${name}"`);
      expect(read('src/kernels/select.ts')).toContain(`'${name}'`);
    }
  });
});
