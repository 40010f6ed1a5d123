import { UserError, unknownName } from '../core/errors.js';
import type { Kernels } from './kernels.js';
import { loadAddon, loadNativeKernels, tellNativeBuild } from './native.js';
import { referenceKernels } from './reference/reference.js';

/** Forces a kernel set by its name. */
export const KERNELS_VARIABLE = 'CONVOY_KERNELS';

/** The environment's variables. */
type Variables = Readonly<Record<string, string | undefined>>;

const NATIVE_NAMES = ['avx512', 'avx2', 'neon', 'baseline'] as const;
/** Sets without fused multiply-add round twice where all others round once: their bits are their own. */
export const UNFUSED_NAMES: readonly string[] = ['baseline', referenceKernels.name];
const KERNEL_NAMES = [...NATIVE_NAMES, referenceKernels.name] as const;

/** The kernel sets that this machine can run, the fastest first; the reference is always the last. */
export function availableKernelNames(): string[] {
  return [...(loadAddon()?.supportedNames() ?? []), referenceKernels.name];
}

/** The name of the kernel set to use: the one that the environment forces, else the fastest. */
export function chooseKernelName(environment: Variables = process.env): string {
  return environment[KERNELS_VARIABLE] || availableKernelNames()[0]!;
}

/** A line of warning if the addon is missing, so that the reference does work that nobody chose it for; else null. */
export function warnOfMissingAddon(environment: Variables = process.env): string | null {
  if (environment[KERNELS_VARIABLE] || loadAddon()) return null;
  return (
    'warning: the native kernels are not built; the reference kernels, hundreds of times slower, do the work. ' +
    `Install a C++ compiler, make and python3, then run: ${tellNativeBuild()}`
  );
}

/**
 * Loads a kernel set.
 *
 * @throws UserError if there is no such set, or this machine cannot run it
 */
export function loadKernels(name: string): Kernels {
  if (name === referenceKernels.name) return referenceKernels;
  if (!(NATIVE_NAMES as readonly string[]).includes(name)) {
    throw unknownName(KERNELS_VARIABLE, 'kernel set', name, KERNEL_NAMES);
  }
  const addon = loadAddon();
  const kernels = addon && loadNativeKernels(addon, name);
  if (!kernels) {
    const why = addon ? 'this processor cannot run it' : `the addon is not built (${tellNativeBuild()})`;
    throw new UserError(
      `${KERNELS_VARIABLE}: expected one of ${availableKernelNames().join(', ')}, found ${name}: ${why}.`,
    );
  }
  return kernels;
}
