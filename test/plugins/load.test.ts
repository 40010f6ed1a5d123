import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { parseNetwork } from '../../src/network/spec.js';
import { loadPlugins, loadPluginsAgain } from '../../src/plugins/load.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { makePlugin, writeDoubling } from './fake-plugin.js';

async function messageOf(...files: readonly string[]): Promise<string> {
  const error = await loadPlugins(files).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).not.toContain('\n');
  return (error as UserError).message;
}

describe('loading plugins again, in a worker', () => {
  it('takes a variant of a word whose plugin the network does not need', async () => {
    const owner = makePlugin(writeDoubling({ more: "pattern: { word: 'DOUBLING' }," }));
    const variant = "pattern: { variantOf: 'DOUBLING', name: 'twice' },";
    const file = makePlugin(writeDoubling({ kind: 'twice', more: variant }));
    const { modules } = await loadPlugins([owner, file]);
    const { layers } = await loadPluginsAgain(modules.slice(1));
    expect(Object.keys(layers)).toEqual([...Object.keys(LAYER_KINDS), 'twice']);
    expect(
      parseNetwork({ input: [4, 4, 1], layers: [{ kind: 'twice' }] }, 'network', layers).layers,
    ).toHaveLength(1);
    expect(() => parseNetwork('INPUT(4x4x1) -> FC(2)', 'network', layers)).not.toThrow();
    expect(await messageOf(file)).toMatch(/expected a word of patterns that there is as variantOf/);
  });
});

describe('loading plugins', () => {
  it('gives the built-in kinds without any', async () => {
    expect(await loadPlugins([])).toBe(NO_PLUGINS);
  });

  it('adds kinds, and tells the hash of the file', async () => {
    const file = makePlugin();
    const { layers, modules } = await loadPlugins([file]);
    expect(Object.keys(layers)).toEqual([...Object.keys(LAYER_KINDS), 'doubling']);
    const sha256 = createHash('sha256').update(writeDoubling()).digest('hex');
    expect(modules).toMatchObject([{ url: pathToFileURL(file).href, sha256, provides: ['doubling'] }]);
    expect(Object.keys(LAYER_KINDS)).not.toContain('doubling');
  });

  it('takes paths from the current folder, URLs, and what it has made', async () => {
    const file = makePlugin();
    const expected = await loadPlugins([file]);
    expect(await loadPlugins([relative(process.cwd(), file)])).toEqual(expected);
    expect(await loadPlugins([pathToFileURL(file)])).toEqual(expected);
    expect(await loadPlugins([pathToFileURL(file).href, file])).toEqual(expected);
    expect(await loadPlugins(expected)).toBe(expected);
  });

  it('takes lists of kinds, and a default export that is one of the others', async () => {
    const [a, b] = [writeDoubling(), writeDoubling({ kind: 'tripling' })].map((text) =>
      text.replace('export const layer =', ''),
    );
    const list = makePlugin(`export const layers = [${a!.trim().slice(0, -1)}, ${b!.trim().slice(0, -1)}];`);
    expect((await loadPlugins([list])).modules[0]!.provides).toEqual(['doubling', 'tripling']);
    const twice = makePlugin(`${writeDoubling()} export default layer;`);
    expect((await loadPlugins([twice])).modules[0]!.provides).toEqual(['doubling']);
  });

  it('loads a file anew that has changed', async () => {
    const file = makePlugin();
    const [before] = (await loadPlugins([file])).modules;
    writeFileSync(file, writeDoubling({ factor: 3 }));
    const [after] = (await loadPlugins([file])).modules;
    const defaultsOf = (plugin: typeof before) =>
      (plugin!.layers[0]!.schema as (options: object) => unknown)({});
    expect([before, after].map(defaultsOf)).toEqual([{ factor: 2 }, { factor: 3 }]);
    expect(after!.sha256).not.toBe(before!.sha256);
  });
});

describe('a plugin is refused', () => {
  it('that is not there, or is no file', async () => {
    const file = makePlugin();
    expect(await messageOf(`${file}.gone`)).toBe(
      `plugin plugin.mjs.gone: ${file}.gone: there is no such file or folder. Correct the path.`,
    );
    expect(await messageOf(dirname(file))).toContain('it is a folder. Correct the path.');
    expect(await messageOf('https://example.org/layer.mjs')).toContain('Give a path or a file: URL.');
  });

  it('that does not load', async () => {
    expect(await messageOf(makePlugin('export const a = {'))).toMatch(
      /^plugin plugin\.mjs: expected a module that loads, found \w*Error.*\. Mend it\.$/,
    );
    expect(await messageOf(makePlugin('null.foo;'))).toContain('found TypeError: Cannot read');
    expect(await messageOf(makePlugin("throw 'a fit';"))).toContain('found that it throws a fit. Mend it.');
  });

  it('that exports no kind', async () => {
    expect(await messageOf(makePlugin('const a = 1;'))).toContain(
      'expected an export that is a kind of layer or optimizer, found no export.',
    );
    expect(await messageOf(makePlugin('export const a = 1, b = {};'))).toContain('found a, b.');
  });

  it('whose kind is not whole', async () => {
    const half = writeDoubling().replace('plan:', 'plam:');
    expect(await messageOf(makePlugin(half))).toBe(
      "plugin plugin.mjs: layer 'doubling': field 'plan': expected a function, found nothing.",
    );
    expect(await messageOf(makePlugin(writeDoubling({ more: 'suitLanes() {},' })))).toContain(
      "unknown field 'suitLanes'. Did you mean 'suitsLanes'?",
    );
    expect(await messageOf(makePlugin(writeDoubling({ kind: 'My Layer' })))).toContain('small letters');
    expect(await messageOf(makePlugin(writeDoubling({ more: "pattern: { word: 'double' }," })))).toContain(
      'pattern',
    );
  });

  it('that brings a name which exists', async () => {
    for (const kind of ['relu', 'residual', 'fork']) {
      expect(await messageOf(makePlugin(writeDoubling({ kind })))).toBe(
        `plugin plugin.mjs: expected a new layer, found '${kind}', which is built in. Rename it.`,
      );
    }
    expect(await messageOf(makePlugin(), makePlugin(writeDoubling({ factor: 3 }), 'second.mjs'))).toBe(
      "plugin second.mjs: expected a new layer, found 'doubling', which plugin plugin.mjs has too. Rename it.",
    );
    expect(await messageOf(makePlugin(writeDoubling({ more: "pattern: { word: 'CONV' }," })))).toContain(
      "expected a new word of patterns, found 'CONV', which is built in.",
    );
    const variant = writeDoubling({ more: "pattern: { variantOf: 'PULL', name: 'double' }," });
    expect(await messageOf(makePlugin(variant))).toContain('expected a word of patterns that there is');
  });

  it('that imports other files', async () => {
    for (const line of [
      "import './other.js';",
      "import a from '../other.js';",
      "export * from '/other.js';",
      "await import('./other.js');",
    ]) {
      expect(await messageOf(makePlugin(`${line}\n${writeDoubling()}`))).toContain(
        'Put all of it into one file.',
      );
    }
  });

  it('in another thread if it has changed since', async () => {
    const file = makePlugin();
    const { modules } = await loadPlugins([file]);
    expect((await loadPluginsAgain(modules)).modules).toEqual(modules);
    writeFileSync(file, writeDoubling({ factor: 3 }));
    await expect(loadPluginsAgain(modules)).rejects.toThrow('expected the file as it was when the run began');
  });
});
