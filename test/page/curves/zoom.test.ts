import { describe, expect, it } from 'vitest';
import { turnZoom } from '../../../page/src/views/curves/zoom.js';

describe('zooming by keys', () => {
  const whole = [0, 80] as const;

  it('halves and doubles what is shown, up to all', () => {
    expect(turnZoom(null, whole, 'in', false)).toEqual([20, 60]);
    expect(turnZoom([20, 60], whole, 'in', false)).toEqual([30, 50]);
    expect(turnZoom([30, 50], whole, 'out', false)).toEqual([20, 60]);
    expect(turnZoom([20, 60], whole, 'out', false)).toBeNull();
    expect(turnZoom(null, whole, 'out', false)).toBeNull();
  });

  it('moves it as far as there is something', () => {
    expect(turnZoom([20, 60], whole, 'right', false)).toEqual([30, 70]);
    expect(turnZoom([38, 78], whole, 'right', false)).toEqual([40, 80]);
    expect(turnZoom([5, 45], whole, 'left', false)).toEqual([0, 40]);
    expect(turnZoom([0, 20], whole, 'out', false)).toEqual([0, 40]);
    expect(turnZoom(null, whole, 'left', false)).toBeNull();
  });

  it('goes by what is seen on a logarithmic axis', () => {
    const [from, to] = turnZoom(null, [1, 10_000], 'in', true)!;
    expect([from, to].map((x) => Number(x.toFixed(9)))).toEqual([10, 1000]);
  });
});
