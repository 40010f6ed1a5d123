import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { findPackageRoot } from '../core/paths.js';
import type { WindowGeometry } from './geometry.js';
import type { Kernels } from './kernels.js';

/** What the addon exports. A kernel set takes geometries as Int32Arrays and a random key as two numbers. */
interface Addon {
  kernelSet(name: string): NativeKernels | null;
  supportedNames(): string[];
  addressModulo64(bytes: Uint8Array): number;
  /** See memory.ts. */
  preferHugePages(memory: Float32Array): void;
  /** Lets another thread have this one's core, if one waits for it. */
  yieldThread(): void;
}

type WithWords<Method> = Method extends (g: WindowGeometry, ...rest: infer Rest) => infer Result
  ? (words: Int32Array, ...rest: Rest) => Result
  : Method;

type NativeKernels = {
  readonly [Name in Exclude<keyof Kernels, 'name'>]: WithWords<Kernels[Name]>;
};

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
export function loadNativeKernels(addon: Addon, name: string): Kernels | null {
  const native = addon.kernelSet(name);
  if (!native) return null;
  const encode = makeEncoder();
  return {
    ...native,
    name,
    convolutionScratchFloats: (g) => native.convolutionScratchFloats(encode(g)),
    convolutionForward: (g, ...rest) => native.convolutionForward(encode(g), ...rest),
    convolutionInputGradient: (g, ...rest) => native.convolutionInputGradient(encode(g), ...rest),
    convolutionKernelGradient: (g, ...rest) => native.convolutionKernelGradient(encode(g), ...rest),
    convolutionForwardLanes: (g, ...rest) => native.convolutionForwardLanes(encode(g), ...rest),
    convolutionInputGradientLanes: (g, ...rest) => native.convolutionInputGradientLanes(encode(g), ...rest),
    convolutionKernelGradientLanes: (g, ...rest) => native.convolutionKernelGradientLanes(encode(g), ...rest),
    winogradScratchFloats: (g, ...rest) => native.winogradScratchFloats(encode(g), ...rest),
    winogradKernel: (g, ...rest) => native.winogradKernel(encode(g), ...rest),
    winogradForward: (g, ...rest) => native.winogradForward(encode(g), ...rest),
    winogradInputGradient: (g, ...rest) => native.winogradInputGradient(encode(g), ...rest),
    winogradKernelProducts: (g, ...rest) => native.winogradKernelProducts(encode(g), ...rest),
    winogradKernelGradient: (g, ...rest) => native.winogradKernelGradient(encode(g), ...rest),
    maxPoolingForward: (g, ...rest) => native.maxPoolingForward(encode(g), ...rest),
    maxPoolingBackward: (g, ...rest) => native.maxPoolingBackward(encode(g), ...rest),
    averagePoolingForward: (g, ...rest) => native.averagePoolingForward(encode(g), ...rest),
    averagePoolingBackward: (g, ...rest) => native.averagePoolingBackward(encode(g), ...rest),
    trainablePoolingForward: (g, ...rest) => native.trainablePoolingForward(encode(g), ...rest),
    trainablePoolingBackward: (g, ...rest) => native.trainablePoolingBackward(encode(g), ...rest),
  };
}

/** Geometries as the addon reads them: one Int32Array each, made once. */
function makeEncoder(): (g: WindowGeometry) => Int32Array {
  const known = new WeakMap<WindowGeometry, Int32Array>();
  return (g) => {
    let words = known.get(g);
    if (!words) {
      words = encodeGeometry(g);
      known.set(g, words);
    }
    return words;
  };
}

/** The fields in the order of `struct Geometry` in native/kernel-table.h. */
function encodeGeometry(g: WindowGeometry): Int32Array {
  return Int32Array.of(
    g.inputHeight,
    g.inputWidth,
    g.inputChannels,
    g.kernelHeight,
    g.kernelWidth,
    g.strideY,
    g.strideX,
    g.padTop,
    g.padLeft,
    g.outputHeight,
    g.outputWidth,
    g.outputChannels,
    g.groups,
  );
}
