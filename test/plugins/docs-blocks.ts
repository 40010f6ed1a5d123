import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/core/paths.js';

export const docs = readFileSync(join(findPackageRoot(), 'docs', 'plugins.md'), 'utf8');

/** What docs/plugins.md shows in a language, in its order. */
export function blocksOf(language: string): string[] {
  return [...docs.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);
}
