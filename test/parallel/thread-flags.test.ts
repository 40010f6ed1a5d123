import { describe, expect, it } from 'vitest';
import { chooseThreadFlags } from '../../src/parallel/thread-flags.js';

describe('flags of threads', () => {
  it("are the process's", () => {
    expect(chooseThreadFlags(['--expose-gc', '--import', './a.mjs'])).toBeUndefined();
  });

  it('are preloads alone where the process has a flag for text', () => {
    expect(chooseThreadFlags(['--input-type=module', '--expose-gc', '-e', 'code()'])).toEqual([]);
    expect(
      chooseThreadFlags(['--import', './a.mjs', '--require=b', '-r', 'c', '--input-type=module']),
    ).toEqual(['--import', './a.mjs', '--require=b', '-r', 'c']);
  });
});
