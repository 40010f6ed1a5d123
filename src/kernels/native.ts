import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { findPackageRoot } from '../core/paths.js';
import type { Kernels } from './kernels.js';
import type { Probes } from './probes.js';

/** What the addon exports. */
interface Addon {
  /** A set of its own for the calling thread, whose kernels share scratch; null if the processor cannot run it. */
  kernelSet(name: string): (Omit<Kernels, 'name'> & Probes) | null;
  supportedNames(): string[];
  addressModulo64(bytes: Uint8Array): number;
  /** See memory.ts. */
  preferHugePages(memory: Float32Array): void;
  /** Of builds with the address sanitizer alone: see native/arena-guard.h. */
  guardArena?(arena: Float32Array): void;
  /** Lets another thread have this one's core, if one waits for it. */
  yieldThread(): void;
}

/**
 * Loads the addon, or returns null if it was not built.
 *
 * @throws UserError if the file is there and cannot be loaded
 */
export function loadAddon(file = join(findPackageRoot(), 'build', 'Release', 'convoy.node')): Addon | null {
  if (!existsSync(file)) return null;
  try {
    return createRequire(import.meta.url)(file) as Addon;
  } catch (cause) {
    throw new UserError(
      `kernels: expected the compiled addon, found a file that cannot be loaded (${(cause as Error).message}). ` +
        'Run: npm run build:native',
      { cause },
    );
  }
}

/** The kernel set of that name, or null if this processor cannot run it. */
export function loadNativeKernels(addon: Addon, name: string): (Kernels & Probes) | null {
  const native = addon.kernelSet(name);
  return native && { ...native, name };
}
