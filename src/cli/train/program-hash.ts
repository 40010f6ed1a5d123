import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findPackageRoot } from '../../core/paths.js';

/** What ranks do together, and what their threads do. */
const ENTRIES = ['src/cli/train/on-ranks.js', 'workers/train.js', 'workers/evaluate.js'];

/**
 * SHA-256 of the compiled modules by which a rank trains, as hexadecimal. Clones of one version may be at different commits, or one of them compiled from
 * older sources. What an earlier build has left behind counts only if it is still imported.
 *
 * @param dist where they are
 */
export function hashProgram(dist = join(findPackageRoot(), 'dist')): string {
  const texts = new Map<string, string>();
  const add = (file: string) => {
    if (texts.has(file)) return;
    const text = readFileSync(file, 'utf8');
    texts.set(file, text);
    for (const [, path] of text.matchAll(/^(?:import|export) (?:.* from )?'(\.[^']+)'/gm)) {
      add(join(dirname(file), path!));
    }
  };
  for (const entry of ENTRIES) add(join(dist, entry));
  const hash = createHash('sha256');
  for (const file of [...texts.keys()].sort()) {
    hash.update(JSON.stringify([relative(dist, file), texts.get(file)]));
  }
  return hash.digest('hex');
}
