import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/cli/commands.js';
import { findPackageRoot } from '../src/core/paths.js';

const root = findPackageRoot();
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));

/** What `npm pack` puts into the package, but for what its scripts make. */
const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
const files: string[] = JSON.parse(listed)[0].files.map(({ path }: { path: string }) => path);
const findFiles = (folder: string, pattern: RegExp) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((file) => pattern.test(file));

describe('the package', () => {
  it('has the whole program, what it reads, and what the addon is compiled from', () => {
    const needed = [
      ...[...findFiles('src', /\.ts$/), ...findFiles('workers', /\.c?ts$/)].flatMap((file) => {
        const compiled = `dist/${file.replace(/ts$/, '')}`;
        return [`${compiled}js`, `${compiled.replace(/\.(c?)$/, '.d.$1')}ts`];
      }),
      ...findFiles('src', /\.(css|sql)$/),
      ...findFiles('dist/page', /\.(html|js|css|svg)$/),
      // Open MPI's addon is compiled in a clone (docs/ranks.md).
      ...findFiles('native', /\.(cc|h)$/).filter((file) => !/^native\/(test|mpi)\//.test(file)),
      ...['binding.gyp', 'src/kernels/constants.ts', 'scripts/build-native.js', 'scripts/start-command.js'],
      ...['scripts/convoy.js', 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
    ];
    expect(needed.length).toBeGreaterThan(1000);
    expect(needed.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('has nothing else', () => {
    const ALLOWED = [
      /^dist\/(src|workers)\/.*\.(js|cjs|d\.ts|d\.cts)$/,
      /^dist\/page\/(index\.html|assets\/[\w-]+\.(js|css|svg))$/,
      /^src\/.*\.(css|sql)$|^src\/kernels\/constants\.ts$/,
      /^native\/(?!test\/).*\.(cc|h)$|^binding\.gyp$/,
      /^prebuilds\/linux-(x64|arm64)\/convoy\.glibc\.node$/,
      /^scripts\/((convoy|start-command|build-native)\.js|peer\/\w+\.(py|js))$/,
      /^docs\/[\w-]+\.(md|svg|png|py|mjs|js)$/,
      /^(package\.json|(README|CHANGELOG)\.md|LICENSE)$/,
    ];
    expect(files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)))).toEqual([]);
  });

  it('brings addons for the machines that its page names', () => {
    const prebuild = read('scripts/package/prebuild.js');
    const machines = [...prebuild.matchAll(/platform: '(\w+)', arch: '(\w+)'/g)].map(([, ...names]) =>
      names.join('-'),
    );
    expect(machines).toEqual(['linux-x64', 'linux-arm64']);
    expect(manifest.files).toContain('prebuilds');
    const [, glibc] = /GLIBC: '([\d.]+)'/.exec(read('scripts/package/requirements.js'))!;
    expect(read('docs/package.md')).toContain(`for Linux on x64 and on arm64`);
    expect(read('docs/package.md')).toContain(`glibc ${glibc} `);
  });

  it('runs no script where it is installed', () => {
    const scripts = Object.keys(manifest.scripts);
    expect(scripts.filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
    // npm would compile what has a binding.gyp.
    expect(manifest.gypfile).toBe(false);
  });

  it('exports files that it has, with their types', () => {
    const { './package.json': own, ...entries } = manifest.exports;
    expect(own).toBe('./package.json');
    expect(Object.keys(entries)).toEqual(['.', './mathematics', './kernels']);
    for (const { types, default: code } of Object.values<{ types: string; default: string }>(entries)) {
      expect(files).toContain(code.slice(2));
      expect(types).toBe(code.replace(/\.js$/, '.d.ts'));
    }
  });

  it('has one command, which starts all others', () => {
    expect(manifest.bin).toEqual({ convoy: 'scripts/convoy.js' });
    expect(read('scripts/convoy.js')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(Object.keys(COMMANDS)).toContain('build-native');
  });

  it('depends on all that it imports', () => {
    const imported = files
      .filter((file) => /\.c?js$/.test(file) && file.startsWith('dist/') && existsSync(join(root, file)))
      .flatMap((file) => [
        ...read(file).matchAll(/(?:\bfrom |\bimport[ (]|\brequire\(|url\)\()'([^'.$][^']*)'/g),
      ])
      .map(([, name]) => /^(@[^/]+\/)?[^/]+/.exec(name!)![0])
      .filter((name) => !isBuiltin(name));
    // What only some users have is imported when they ask for it.
    const optional = Object.keys(manifest.peerDependencies);
    const known = [...Object.keys(manifest.dependencies), ...optional];
    const unknown = new Set(imported.filter((name) => !known.includes(name)));
    expect(imported.length).toBeGreaterThan(50);
    expect([...unknown]).toEqual([]);
    expect(Object.keys(manifest.peerDependenciesMeta)).toEqual(optional);
  });

  it('runs the program that test:package installs it for', () => {
    const printed = execFileSync(process.execPath, ['test/package/train.mjs'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(printed).toMatch(/^\w+ [0-9a-f]{64}$/m);
  });
});
