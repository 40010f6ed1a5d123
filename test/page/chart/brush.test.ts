import { describe, expect, it } from 'vitest';
import { formatBrushes, isWithin, parseBrushes, setBrush } from '../../../page/src/chart/brush.js';

describe('brushes', () => {
  it('stand in an address and come back', () => {
    const brushes = { width: [0.1, 0.5], 'learningRate.rate': [0, 0.25], 'a~b;c': [0.5, 1] } as const;
    expect(parseBrushes(formatBrushes(brushes)!)).toEqual(brushes);
    expect(formatBrushes({})).toBeNull();
    expect(parseBrushes(undefined)).toEqual({});
  });

  it.each(['width', 'width~1', 'width~900~100', 'width~0~2000', '~0~1;;', 'width~a~b', '%~0~500'])(
    'leave out what is none: %s',
    (text) => expect(parseBrushes(text)).toEqual({}),
  );

  it('end where they were begun from below or above, and at the ends of the axis', () => {
    expect(setBrush({}, 'x', 0.8, 0.2)).toEqual({ x: [0.2, 0.8] });
    expect(setBrush({}, 'x', -1, 0.5)).toEqual({ x: [0, 0.5] });
  });

  it('are gone once they are wide open', () => {
    expect(setBrush({ x: [0.2, 0.8], y: [0, 0.5] }, 'x', 0, 1)).toEqual({ y: [0, 0.5] });
  });

  it('leave what passes all of them', () => {
    const places: Record<string, number | null> = { x: 0.3, y: 0.9, z: null };
    const within = (brushes: Parameters<typeof isWithin>[0]) => isWithin(brushes, (name) => places[name]!);
    expect(within({})).toBe(true);
    expect(within({ x: [0.3, 0.4] })).toBe(true);
    expect(within({ x: [0.3, 0.4], y: [0, 0.5] })).toBe(false);
    // What has no such field passes no brush of it.
    expect(within({ z: [0, 0.9] })).toBe(false);
  });
});
