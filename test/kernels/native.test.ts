import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { FUSED } from '../../src/kernels/arithmetic.js';
import { loadAddon } from '../../src/kernels/native.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { describeBitAgreement, describeKernels } from '../helpers/kernel-suite.js';

describe('the addon', () => {
  it('is null where it was not built', () => {
    expect(loadAddon(join(makeFolder(), 'convoy.node'))).toBeNull();
  });

  it('says how to mend a file that is none', () => {
    const file = join(makeFolder(), 'convoy.node');
    writeFileSync(file, 'not elf');
    expect(() => loadAddon(file)).toThrow(UserError);
    expect(() => loadAddon(file)).toThrow(
      /^kernels: expected the compiled addon, .*Run: npm run build:native$/,
    );
  });
});

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

  for (const name of names) describeKernels(loadKernels(name));

  const fused = names.filter((name) => FUSED.includes(name));
  for (const other of fused.slice(1)) describeBitAgreement(loadKernels(fused[0]!), loadKernels(other));
});
