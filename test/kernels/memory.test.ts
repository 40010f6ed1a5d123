import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { allocateArena, preferHugePages, viewArena } from '../../src/kernels/memory.js';
import { loadAddon } from '../../src/kernels/native.js';

const addon = loadAddon();

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

describe('preferHugePages', () => {
  it('changes no number, whatever the size', () => {
    for (const floats of [0, 10, 2 ** 19, 2 ** 21 + 5]) {
      const memory = Float32Array.from({ length: floats }, (_, i) => i);
      preferHugePages(memory);
      expect(memory.every((value, i) => value === i)).toBe(true);
    }
  });

  it.runIf(addon)('takes floats alone', () => {
    expect(() => addon!.preferHugePages(new Float64Array(4) as never)).toThrow(TypeError);
  });
});
