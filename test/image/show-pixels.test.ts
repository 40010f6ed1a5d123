import { describe, expect, it } from 'vitest';
import { describeShown, showPixels } from '../../src/image/show-pixels.js';

const show = (channels: number) => {
  const shape = { height: 1, width: 2, channels };
  const pixels = Uint8Array.from({ length: 2 * channels }, (_, i) => i);
  const shown = showPixels(pixels, shape);
  expect(shown).toMatchObject({ height: 1, width: 2 });
  return [shown.channels, [...shown.pixels], describeShown(shape)];
};

describe('what is shown of an image', () => {
  it('is all of one channel or three, and the first channel of others', () => {
    expect(show(1)).toEqual([1, [0, 1], '']);
    expect(show(3)).toEqual([3, [0, 1, 2, 3, 4, 5], '']);
    expect(show(2)).toEqual([1, [0, 2], 'its first channel']);
    expect(show(4)).toEqual([1, [0, 4], 'its first channel']);
  });
});
