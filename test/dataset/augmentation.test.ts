import { describe, expect, it } from 'vitest';
import { augmentationSchema, TransformDraws, transforms } from '../../src/dataset/augmentation.js';
import { TRANSFORM, TRANSFORM_WORDS } from '../../src/dataset/transform.js';

type Words = Record<keyof typeof TRANSFORM, number>;

const SHAPE = { height: 9, width: 12, channels: 3 };
const SAMPLES = 20_000;

/** What each of some samples draws in an epoch. */
function drawAll(fields: object, { epoch = 0, seed = 0, samples = SAMPLES, shape = SHAPE } = {}): Words[] {
  const draws = new TransformDraws(augmentationSchema.parse(fields), shape, seed);
  const words = new Int32Array(TRANSFORM_WORDS);
  return Array.from({ length: samples }, (_, sample) => {
    draws.draw(epoch, sample, words, 0);
    return Object.fromEntries(Object.entries(TRANSFORM).map(([name, at]) => [name, words[at]!])) as Words;
  });
}

const flipsOf = (flip: string, options: object) => drawAll({ flip }, options).map((words) => words.flip);

/** All of the values low..high come up, each about equally often: within 5 standard deviations. */
function expectUniform(values: readonly number[], low: number, high: number): void {
  const odds = 1 / (high - low + 1);
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual(
    Array.from({ length: high - low + 1 }, (_, i) => low + i),
  );
  const reach = 5 * Math.sqrt(values.length * odds * (1 - odds));
  for (const [value, count] of counts)
    expect(Math.abs(count - values.length * odds), `value ${value}`).toBeLessThan(reach);
}

/** That two drawn numbers are independent, as far as a correlation tells. */
function expectUncorrelated(a: readonly number[], b: readonly number[]): void {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
  const [varianceA, varianceB] = [mean(a.map((v) => (v - meanA) ** 2)), mean(b.map((v) => (v - meanB) ** 2))];
  expect(Math.abs(covariance) / Math.sqrt(varianceA * varianceB)).toBeLessThan(5 / Math.sqrt(a.length));
}

describe('augmentation', () => {
  it('draws shifts, flips and squares evenly and independently', () => {
    const drawn = drawAll({ flip: 'random', translate: 2, cutout: 5 }, { epoch: 3, seed: 7 });
    const columns = {
      flip: drawn.map((words) => words.flip),
      dy: drawn.map((words) => words.dy),
      dx: drawn.map((words) => words.dx),
      top: drawn.map((words) => words.cutTop),
      left: drawn.map((words) => words.cutLeft),
    };
    expectUniform(columns.flip, 0, 1);
    expectUniform(columns.dy, -2, 2);
    expectUniform(columns.dx, -2, 2);
    // Around each pixel of the image.
    expectUniform(columns.top, -2, 6);
    expectUniform(columns.left, -2, 9);
    expect(new Set(drawn.map((words) => words.cutSize))).toEqual(new Set([5]));
    const all = Object.values(columns);
    for (const [i, a] of all.entries()) for (const b of all.slice(i + 1)) expectUncorrelated(a, b);
  });

  it('erases rectangles of the areas and aspects asked for, as often as asked for, anywhere inside', () => {
    const shape = { height: 40, width: 60, channels: 1 };
    const erasing = { probability: 0.25, area: [0.05, 0.2] as const, aspect: [0.5, 2] as const };
    const all = drawAll({ erasing }, { shape });
    const drawn = all.filter((words) => words.eraseHeight > 0);
    expect(Math.abs(drawn.length / SAMPLES - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / SAMPLES));
    const middle = { y: 0, x: 0, area: 0, logAspect: 0 };
    for (const { eraseTop, eraseLeft, eraseHeight, eraseWidth } of drawn) {
      const area = eraseHeight * eraseWidth;
      // Sides are whole numbers: each may be half a pixel off.
      const rounding = (eraseHeight + eraseWidth) / 2 + 1;
      expect(area).toBeGreaterThan(2400 * 0.05 - rounding);
      expect(area).toBeLessThan(2400 * 0.2 + rounding);
      expect((eraseHeight + 0.5) / (eraseWidth - 0.5)).toBeGreaterThan(0.5);
      expect((eraseHeight - 0.5) / (eraseWidth + 0.5)).toBeLessThan(2);
      expect(eraseTop).toBeGreaterThanOrEqual(0);
      expect(eraseTop + eraseHeight).toBeLessThanOrEqual(40);
      expect(eraseLeft).toBeGreaterThanOrEqual(0);
      expect(eraseLeft + eraseWidth).toBeLessThanOrEqual(60);
      middle.y += (eraseTop + eraseHeight / 2) / drawn.length;
      middle.x += (eraseLeft + eraseWidth / 2) / drawn.length;
      middle.area += area / 2400 / drawn.length;
      middle.logAspect += Math.log(eraseHeight / eraseWidth) / drawn.length;
    }
    expect(middle.y).toBeCloseTo(20, 0);
    expect(middle.x).toBeCloseTo(30, 0);
    expect(middle.area).toBeCloseTo(0.125, 2);
    expect(middle.logAspect).toBeCloseTo(0, 1);
  });

  it('leaves an image alone in which no rectangle fits', () => {
    const shape = { height: 1, width: 30, channels: 1 };
    expect(drawAll({ erasing: { probability: 1 } }, { shape, samples: 20 })).toEqual(
      drawAll({}, { shape, samples: 20 }),
    );
  });

  it('flips at random anew in every epoch', () => {
    const [first, second] = [flipsOf('random', { epoch: 0 }), flipsOf('random', { epoch: 1 })];
    expectUniform(first, 0, 1);
    expectUncorrelated(first, second);
  });

  it('flips in turn: any two epochs show every image once each way', () => {
    const epochs = Array.from({ length: 5 }, (_, epoch) => flipsOf('alternating', { epoch }));
    expectUniform(epochs[0]!, 0, 1);
    for (let epoch = 1; epoch < epochs.length; epoch++) {
      expect(epochs[epoch]!.every((flip, sample) => flip + epochs[epoch - 1]![sample]! === 1)).toBe(true);
    }
    expectUncorrelated(epochs[0]!, flipsOf('alternating', { seed: 1 }));
  });

  it('draws from seed, epoch and sample alone', () => {
    const fields = { flip: 'random', translate: 3, cutout: 4, erasing: {} };
    const all = drawAll(fields, { epoch: 2, seed: 5, samples: 50 });
    const draws = new TransformDraws(augmentationSchema.parse(fields), SHAPE, 5);
    const words = new Int32Array(3 * TRANSFORM_WORDS);
    draws.draw(9, 8, words, 1);
    draws.draw(2, 31, words, 1);
    expect([...words.subarray(TRANSFORM_WORDS, 2 * TRANSFORM_WORDS)]).toEqual(Object.values(all[31]!));
    expect([...words.subarray(2 * TRANSFORM_WORDS)]).toEqual(Array(TRANSFORM_WORDS).fill(0));
    expect(drawAll(fields, { epoch: 3, seed: 5, samples: 50 })).not.toEqual(all);
    expect(drawAll(fields, { epoch: 2, seed: 6, samples: 50 })).not.toEqual(all);
  });

  it('draws each kind of its own, whatever else is on', () => {
    const all = drawAll({ flip: 'random', translate: 3, cutout: 4, erasing: {} }, { samples: 100 });
    const shifts = drawAll({ translate: 3 }, { samples: 100 });
    const cuts = drawAll({ cutout: 4 }, { samples: 100 });
    const erased = drawAll({ erasing: {} }, { samples: 100 });
    const none = Object.fromEntries(Object.keys(TRANSFORM).map((name) => [name, 0]));
    expect(shifts).toEqual(all.map(({ dy, dx }) => ({ ...none, dy, dx })));
    expect(cuts).toEqual(all.map(({ cutTop, cutLeft, cutSize }) => ({ ...none, cutTop, cutLeft, cutSize })));
    expect(erased).toEqual(
      all.map(({ eraseTop, eraseLeft, eraseHeight, eraseWidth }) => ({
        ...none,
        eraseTop,
        eraseLeft,
        eraseHeight,
        eraseWidth,
      })),
    );
  });

  it('is nothing by default', () => {
    const none = augmentationSchema.parse({});
    expect(transforms(none)).toBe(false);
    const some = [
      { flip: 'random' },
      { flip: 'alternating' },
      { translate: 1 },
      { cutout: 1 },
      { erasing: {} },
    ];
    for (const fields of some)
      expect(transforms(augmentationSchema.parse(fields)), JSON.stringify(fields)).toBe(true);
    // The padding of a border that is not there, and what is null.
    for (const fields of [{ padding: 'reflect' }, { erasing: null }])
      expect(augmentationSchema.parse(fields)).toStrictEqual(none);
  });
});
