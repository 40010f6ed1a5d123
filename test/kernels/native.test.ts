import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { loadAddon } from '../../src/kernels/native.js';
import { availableKernelNames } from '../../src/kernels/select.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { describeKernels } from '../helpers/kernel-suite.js';

describe('the addon', () => {
  /** A folder with files that are no addons. */
  function makeBroken(...files: readonly string[]): string {
    const folder = makeFolder();
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), 'not elf');
    }
    return folder;
  }
  const COMPILED = 'build/Release/convoy.node';
  const prebuilt = (machine: string) => `prebuilds/${machine}/convoy.${getLibc()}.node`;
  const OWN = `${process.platform}-${process.arch}`;

  it('is null where there is none, or one for other machines alone', () => {
    expect(loadAddon(makeFolder())).toBeNull();
    expect(loadAddon(makeBroken(prebuilt('linux-riscv64')))).toBeNull();
    expect(
      loadAddon(makeBroken(`prebuilds/${OWN}/convoy.${getLibc() === 'musl' ? 'glibc' : 'musl'}.node`)),
    ).toBeNull();
  });

  it.each([
    ['compiled here', COMPILED],
    ['prebuilt', prebuilt(OWN)],
  ])('says how to mend a file that is none, %s', (_, file) => {
    const folder = makeBroken(file);
    expect(() => loadAddon(folder)).toThrow(UserError);
    expect(() => loadAddon(folder)).toThrow(
      /^kernels: expected the compiled addon, .*Run: npm run build:native$/,
    );
  });

  it('is the compiled one where there is a prebuilt one, too', () => {
    expect(() => loadAddon(makeBroken(COMPILED, prebuilt(OWN)))).toThrow(/build\/Release/);
  });
});

/** As node-gyp-build tells it. */
function getLibc(): string {
  return existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
}

describe.runIf(loadAddon())('the addon given nonsense', () => {
  it('has no kernel set of another name', () => {
    const { kernelSet } = loadAddon()!;
    for (const name of ['', 'avx', 'baseline\0', `baseline${' '.repeat(40)}`])
      expect(kernelSet(name)).toBeNull();
    for (const name of [undefined, null, 7, {}, Symbol('baseline')]) {
      expect(() => kernelSet(name as never)).toThrow('kernelSet: expected the name of a kernel set');
    }
  });
});

describe('native kernels', () => {
  const names = availableKernelNames().filter((name) => name !== 'reference');

  it('have the reference behind them as a fallback', () => {
    expect(availableKernelNames().at(-1)).toBe('reference');
  });

  if (names.length > 0) describeKernels(names);
});
