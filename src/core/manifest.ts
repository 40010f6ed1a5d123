import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from './paths.js';

/** What package.json says of the program. The name in the registry and the version stand nowhere else. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** Reads convoy's own package.json. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(findPackageRoot(), 'package.json'), 'utf8')) as Manifest;
}
