import { describe, expect, it } from 'vitest';
import { drawSymmetricBeta } from '../../../src/dataset/augmentation/beta.js';
import { AugmentationDraws } from '../../../src/dataset/augmentation/draws.js';
import { MixingDraws, mixingSchema, partnerOf } from '../../../src/dataset/augmentation/mixing.js';

const COUNT = 20_000;
const SHAPE = { height: 10, width: 30, channels: 3 };

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function drawAll(fields: object, { count = COUNT, seed = 1, epoch = 0 } = {}) {
  const draws = new MixingDraws(mixingSchema.parse(fields), SHAPE, seed);
  return Array.from({ length: count }, (_, step) => draws.draw(epoch, step));
}

describe('drawSymmetricBeta', () => {
  const betas = (alpha: number) => {
    const draws = new AugmentationDraws(3);
    draws.begin('mixing', 0, 0);
    return Array.from({ length: COUNT }, () => drawSymmetricBeta(alpha, draws));
  };

  // The distribution function at some places, integrated numerically.
  it.each([
    [0.2, [0.01, 0.1, 0.3, 0.5, 0.9], [0.209778, 0.33669, 0.433204, 0.5, 0.66331]],
    [0.5, [0.01, 0.1, 0.3, 0.5, 0.9], [0.063769, 0.204833, 0.36901, 0.5, 0.795167]],
    [1, [0.01, 0.1, 0.3, 0.5, 0.9], [0.01, 0.1, 0.3, 0.5, 0.9]],
    [2, [0.01, 0.1, 0.3, 0.5, 0.9], [0.000298, 0.028, 0.216, 0.5, 0.972]],
    [8, [0.2, 0.3, 0.4, 0.5, 0.7], [0.00424, 0.050013, 0.213103, 0.5, 0.949987]],
  ])('of %f is distributed as it should be', (alpha, places, shares) => {
    const drawn = betas(alpha);
    for (const [i, place] of places.entries()) {
      const share = shares[i]!;
      const reach = 5 * Math.sqrt((share * (1 - share)) / COUNT);
      expect(Math.abs(drawn.filter((value) => value < place).length / COUNT - share)).toBeLessThan(reach);
    }
  });

  it.each([5e-324, 1e-300, 1e-9, 1e6, 1e300, Number.MAX_VALUE])('is a number for %f, too', (alpha) => {
    const draws = new AugmentationDraws(3);
    draws.begin('mixing', 0, 0);
    for (let i = 0; i < 100; i++) {
      const share = drawSymmetricBeta(alpha, draws);
      expect(share >= 0 && share <= 1).toBe(true);
      if (alpha > 1) expect(share).toBeCloseTo(0.5, 2);
    }
  });
});

describe('mixing', () => {
  it('blends whole images by one share a mini-batch', () => {
    const all = drawAll({ mixup: 1 });
    for (const mix of all) {
      expect(mix!.rectangle).toEqual({ top: 0, left: 0, height: 10, width: 30 });
      expect(mix!.labelShare).toBe(mix!.share);
    }
    expect(mean(all.map((mix) => mix!.share))).toBeCloseTo(0.5, 1);
  });

  it('pastes rectangles in proportion, whose area is the share of the label', () => {
    const all = drawAll({ cutmix: 1 });
    for (const mix of all) {
      const { top, left, height, width } = mix!.rectangle;
      expect(mix!.share).toBe(1);
      expect(mix!.labelShare).toBe((height * width) / 300);
      expect(top >= 0 && top + height <= 10 && left >= 0 && left + width <= 30).toBe(true);
    }
    // Those that no border cuts: a side is the whole number below its share of the image's.
    for (const mix of all) {
      const { top, left, height, width } = mix!.rectangle;
      if (top === 0 || left === 0 || top + height === 10 || left + width === 30) continue;
      expect(Math.abs(width - 3 * height)).toBeLessThan(3);
    }
    expect(mean(all.map((mix) => mix!.rectangle.top + mix!.rectangle.height / 2))).toBeCloseTo(5, 0);
  });

  it('takes either by odds of a half, and leaves mini-batches alone by theirs', () => {
    const all = drawAll({ mixup: 1, cutmix: 1, probability: 0.6 });
    const count = (share: number, is: (mix: (typeof all)[number]) => boolean) =>
      expect(Math.abs(all.filter(is).length / COUNT - share)).toBeLessThan(
        5 * Math.sqrt((share * (1 - share)) / COUNT),
      );
    count(0.4, (mix) => mix === null);
    count(0.3, (mix) => mix !== null && mix.share < 1);
    count(0.3, (mix) => mix !== null && mix.share === 1);
  });

  it('draws from seed, epoch and step alone', () => {
    const all = drawAll({ mixup: 0.4, cutmix: 1 }, { count: 40 });
    const draws = new MixingDraws(mixingSchema.parse({ mixup: 0.4, cutmix: 1 }), SHAPE, 1);
    expect(draws.draw(0, 33)).toEqual(all[33]);
    expect(draws.draw(0, 2)).toEqual(all[2]);
    expect(drawAll({ mixup: 0.4, cutmix: 1 }, { count: 40, seed: 2 })).not.toEqual(all);
    expect(drawAll({ mixup: 0.4, cutmix: 1 }, { count: 40, epoch: 1 })).not.toEqual(all);
  });

  it('mixes every image with another one, if there is another', () => {
    for (const images of [1, 2, 7]) {
      const partners = Array.from({ length: images }, (_, i) => partnerOf(i, images));
      expect([...partners].sort()).toEqual(Array.from({ length: images }, (_, i) => i));
      expect(partners.some((partner, i) => partner === i)).toBe(images === 1);
    }
  });
});
