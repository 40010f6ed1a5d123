import { describe, expect, it } from 'vitest';
import { chooseSetting } from '../../src/bench/choose-setting.js';

describe('of settings', () => {
  it('the one is chosen that takes least, by the median', () => {
    const trials = [
      { setting: 'malloc, contiguous', measured: [5, 5.1, 5.2] },
      // One slow round is not the setting's fault, and one fast round not its merit.
      { setting: 'tcmalloc, contiguous', measured: [1.2, 90, 1.1] },
      { setting: 'tcmalloc, channels last', measured: [0.1, 1.5, 1.6] },
    ];
    expect(chooseSetting(trials)).toBe('tcmalloc, contiguous');
    expect(chooseSetting([...trials].reverse())).toBe('tcmalloc, contiguous');
  });

  it('the plainer one is chosen of equals', () => {
    const measured = [774];
    expect(chooseSetting(['malloc', 'tcmalloc'].map((setting) => ({ setting, measured })))).toBe('malloc');
  });
});
