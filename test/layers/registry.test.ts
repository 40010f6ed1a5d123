import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import type { LayerKind } from '../../src/layers/layer.js';
import { parseLayerConfig } from '../../src/layers/layer-config.js';
import { LAYER_KINDS, listActivations } from '../../src/layers/registry.js';

const kinds = Object.entries(LAYER_KINDS);
const docs = readFileSync(join(findPackageRoot(), 'docs', 'specs.md'), 'utf8');

function writeDefault(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** The row that docs/specs.md has of an activation. */
function writeRow(layer: LayerKind): string {
  const { kind, pattern, summary } = layer;
  const { kind: _kind, ...options } = { ...parseLayerConfig(layer, { kind }, layer.kind) };
  const fields = Object.entries(options).map(([name, value]) => `\`${name}\` (${writeDefault(value)})`);
  const { word, usage = word } = pattern as { word: string; usage?: string };
  const words = usage.split(' or ').map((form) => `\`${form}\``);
  return `| \`${kind}\` | ${words.join(', ')} | ${fields.join(', ')} | ${summary} |`;
}

describe('the registry', () => {
  it.each(kinds)('has %s under its own name', (name, { kind }) => {
    expect(kind).toBe(name);
  });

  it('gives each word of patterns one meaning', () => {
    const words = kinds.flatMap(([, { pattern }]) => (pattern && 'word' in pattern ? [pattern.word] : []));
    expect(words).toEqual([...new Set(words)]);
    const owners = kinds.flatMap(([, { pattern }]) =>
      pattern && 'variantOf' in pattern ? [pattern.variantOf] : [],
    );
    expect(words).toEqual(expect.arrayContaining(owners));
  });
});

describe('docs/specs.md', () => {
  it.each(listActivations(LAYER_KINDS))('has the row of %s', (name) => {
    expect(docs).toContain(writeRow(LAYER_KINDS[name]!));
  });

  it.each(kinds)('has %s', (name, { pattern }) => {
    expect(docs).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
    if (pattern && 'word' in pattern) expect(docs).toMatch(new RegExp(`\`${pattern.word}\\b`));
  });
});
