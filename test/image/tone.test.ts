import { describe, expect, it } from 'vitest';
import { measureMostlyGreatest, toneValues } from '../../src/image/tone.js';

const values = Float32Array.of(-4, -2, 0, 1, 2);

describe('tones', () => {
  it.each([
    ['positive', [0, 0, 0, 64, 128]],
    ['absolute', [255, 128, 0, 64, 128]],
    ['signed', [0, 64, 128, 159, 191]],
    ['clip', [0, 0, 0, 1, 2]],
  ] as const)('%s', (tone, pixels) => {
    expect([...toneValues(values, tone)]).toEqual(pixels);
  });

  it('cut off what is over white', () => {
    expect([...toneValues(values, 'signed', 2)]).toEqual([0, 0, 128, 191, 255]);
  });

  it('are black, or grey, for nothing', () => {
    expect([...toneValues(new Float32Array(2), 'positive')]).toEqual([0, 0]);
    expect([...toneValues(new Float32Array(2), 'signed')]).toEqual([128, 128]);
  });

  it('may leave out a share of the greatest', () => {
    const sizes = Float32Array.from({ length: 101 }, (_, i) => (i % 2 === 0 ? i : -i));
    expect(measureMostlyGreatest(sizes, 0)).toBe(100);
    expect(measureMostlyGreatest(sizes, 0.1)).toBe(90);
  });
});
