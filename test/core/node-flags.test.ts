import { describe, expect, it } from 'vitest';
import { inheritFlags } from '../../src/core/node-flags.js';

describe('flags for a process of its own file', () => {
  it('are those that are not about the start', () => {
    const flags = ['--max-old-space-size=200', '--import', './a.mjs', '--no-warnings'];
    expect(inheritFlags(flags)).toEqual(flags);
    expect(
      inheritFlags(['--input-type=module', '--inspect=0', '--inspect-brk', '--test', '--cpu-prof']),
    ).toEqual([]);
    expect(inheritFlags(['--expose-gc', '--input-type=module', '-e', 'code()'])).toEqual(['--expose-gc']);
  });
});
