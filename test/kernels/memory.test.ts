import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { allocateArena, giveBackArena, preferHugePages, viewArena } from '../../src/kernels/memory.js';
import { loadAddon } from '../../src/kernels/native.js';

const addon = loadAddon();
const HUGE_PAGE_FLOATS = 2 ** 19;
const HAS_HUGE_PAGES = existsSync('/sys/kernel/mm/transparent_hugepage') && existsSync('/proc/self/smaps');

/** Bytes of this process for which huge pages are asked for (`hg`: proc(5)). */
function countAdvisedBytes(): number {
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[\da-f]+-[\da-f]+ )/m);
  return mappings
    .filter((mapping) => /^VmFlags:.* hg\b/m.test(mapping))
    .reduce((sum, mapping) => sum + 1024 * Number(mapping.match(/^Size: +(\d+) kB/m)![1]), 0);
}

describe('an arena', () => {
  it('is zero, as long as was asked for, and begins at a cache line', () => {
    for (const floats of [0, 1, 16, 3_000_001]) {
      const arena = viewArena(allocateArena(floats, 'tests'));
      expect(arena).toHaveLength(floats);
      expect(arena.every((value) => value === 0)).toBe(true);
      if (addon) expect(addon.addressModulo64(new Uint8Array(arena.buffer, arena.byteOffset))).toBe(0);
    }
  });

  it('lies in the same place in every view', () => {
    const buffer = allocateArena(100, 'tests');
    viewArena(buffer)[99] = 7;
    expect(viewArena(buffer)[99]).toBe(7);
  });

  it('says how much was too much', () => {
    const allocate = () => allocateArena(2 ** 45, 'activations');
    expect(allocate).toThrow(UserError);
    expect(allocate).toThrow(
      /memory: expected room for 140737\.5 GB of activations in one piece, found less\./,
    );
  });
});

describe('giveBackArena', () => {
  /** Bytes of this process that are in memory (proc(5)). */
  const countResidentBytes = () =>
    1024 * Number(readFileSync('/proc/self/status', 'utf8').match(/^VmRSS:\s+(\d+) kB/m)![1]);

  it.runIf(addon && process.platform === 'linux')(
    'gives back what an arena held, which can be written anew',
    () => {
      const buffer = allocateArena(2 ** 24, 'tests');
      const arena = viewArena(buffer).fill(1);
      const before = countResidentBytes();
      giveBackArena(buffer);
      expect(before - countResidentBytes()).toBeGreaterThan(arena.byteLength / 2);
      arena[2 ** 20] = 7;
      expect([...arena.subarray(2 ** 20 - 1, 2 ** 20 + 2)]).toEqual([0, 7, 0]);
    },
  );

  it('takes an arena of nothing', () => {
    giveBackArena(allocateArena(0, 'tests'));
  });

  it.runIf(addon)('takes floats alone', () => {
    expect(() => addon!.giveBackMemory(new Float64Array(4) as never)).toThrow(TypeError);
  });
});

describe('preferHugePages', () => {
  it('changes no number, whatever the size', () => {
    for (const floats of [0, 10, 2 ** 19, 2 ** 21 + 5]) {
      const memory = Float32Array.from({ length: floats }, (_, i) => i);
      preferHugePages(memory);
      expect(memory.every((value, i) => value === i)).toBe(true);
    }
  });

  it.runIf(addon && HAS_HUGE_PAGES)('asks for whole huge pages of what an arena has', () => {
    const before = countAdvisedBytes();
    const arena = allocateArena(64 * HUGE_PAGE_FLOATS, 'tests');
    // The ends need not lie at pages' borders, and earlier tests' memory may be given back meanwhile.
    expect(countAdvisedBytes() - before).toBeGreaterThan(arena.byteLength / 2);
  });

  it.runIf(addon)('takes floats alone', () => {
    expect(() => addon!.preferHugePages(new Float64Array(4) as never)).toThrow(TypeError);
  });
});
