import { createRequire } from 'node:module';
import { isInstalled } from '../core/command-name.js';
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
  giveBackMemory(memory: Float32Array): void;
  /** Of builds with the address sanitizer alone: see native/arena-guard.h. */
  guardArena?(arena: Float32Array): void;
  /**
   * Looks at words[index] until it is no longer the value, for some hundred microseconds at most: for a few without rest, and then giving the core
   * away to threads that want it.
   */
  awaitChange(words: Int32Array, index: number, value: number): void;
}

/**
 * Loads the addon: what was compiled on this machine (`build/`), else what the package brought along for it (`prebuilds/`). Returns null if there
 * is neither.
 *
 * @throws UserError if the file is there and cannot be loaded
 */
export function loadAddon(folder = findPackageRoot()): Addon | null {
  const require = createRequire(import.meta.url);
  const file = findAddon(require('node-gyp-build') as Finder, folder);
  if (file === null) return null;
  try {
    return require(file) as Addon;
  } catch (cause) {
    throw new UserError(
      `kernels: expected the compiled addon, found a file that cannot be loaded (${(cause as Error).message}). ` +
        `Run: ${tellNativeBuild()}`,
      { cause },
    );
  }
}

/** What is used of the package node-gyp-build, which has no types. */
interface Finder {
  /** Throws where there is no file for this machine. */
  path(folder: string): string;
}

function findAddon(finder: Finder, folder: string): string | null {
  try {
    return finder.path(folder);
  } catch {
    return null;
  }
}

/** How a user compiles the addon. */
export function tellNativeBuild(): string {
  return isInstalled() ? 'npx convoy build-native' : 'npm run build:native';
}

/** The kernel set of that name, or null if this processor cannot run it. */
export function loadNativeKernels(addon: Addon, name: string): (Kernels & Probes) | null {
  const native = addon.kernelSet(name);
  return native && { ...native, name };
}
