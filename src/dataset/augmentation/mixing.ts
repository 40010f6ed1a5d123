import { z } from 'zod';
import type { Shape } from '../../core/shape.js';
import { drawSymmetricBeta } from './beta.js';
import { AugmentationDraws } from './draws.js';
import type { Rectangle } from './rectangle.js';

/**
 * Each image of a mini-batch is mixed with the one before it, the first with the last, and so is its target. `mixup` (Zhang et al. 2018, arXiv
 * 1710.09412) blends them, `cutmix` (Yun et al. 2019, arXiv 1905.04899) pastes a rectangle; with both, each mini-batch gets one of them by odds of a half.
 */
export const mixingSchema = z
  .strictObject({
    /** α of the Beta(α, α) distribution that a mini-batch's share is drawn from; 0 for no mixup. */
    mixup: z.number().min(0).default(0),
    /** Likewise. */
    cutmix: z.number().min(0).default(0),
    /** Of a mini-batch to be mixed. */
    probability: z.number().gt(0).max(1).default(1),
  })
  .refine(({ mixup, cutmix }) => mixup > 0 || cutmix > 0, 'expected a mixup or a cutmix above 0');

export type Mixing = z.output<typeof mixingSchema>;

/** How the images of a mini-batch are mixed. */
export interface Mix {
  /** What of an image the other one has a share in. */
  readonly rectangle: Rectangle;
  /** Of the other image, in there. */
  readonly share: number;
  /** Of the other image's label, in the target. */
  readonly labelShare: number;
}

/** The image that the i-th one of a mini-batch is mixed with: the order is random, so any fixed pairing is (torchvision's is this one). */
export function partnerOf(i: number, images: number): number {
  return (i + images - 1) % images;
}

/** Draws how mini-batches are mixed: a pure function of seed, epoch and step. */
export class MixingDraws {
  readonly #mixing: Mixing;
  readonly #shape: Shape;
  readonly #draws: AugmentationDraws;

  /** @param shape of an image */
  constructor(mixing: Mixing, shape: Shape, seed: number) {
    this.#mixing = mixing;
    this.#shape = shape;
    this.#draws = new AugmentationDraws(seed);
  }

  /** Null for a mini-batch that is not mixed. */
  draw(epoch: number, step: number): Mix | null {
    const { mixup, cutmix, probability } = this.#mixing;
    const draws = this.#draws;
    draws.begin('mixing', step, epoch);
    if (draws.nextBetween(0, 1) >= probability) return null;
    const pastes = draws.nextBetween(0, 1) < (cutmix === 0 ? 0 : mixup === 0 ? 1 : 0.5);
    const { height, width } = this.#shape;
    if (!pastes) {
      const share = drawSymmetricBeta(mixup, draws);
      return { rectangle: { top: 0, left: 0, height, width }, share, labelShare: share };
    }
    const rectangle = this.#drawPasted(drawSymmetricBeta(cutmix, draws));
    return { rectangle, share: 1, labelShare: (rectangle.height * rectangle.width) / (height * width) };
  }

  /** Of that share of the image's area and in its proportions, around any pixel, as far as it lies inside. */
  #drawPasted(area: number): Rectangle {
    const side = Math.sqrt(area);
    const cut = (size: number) => {
      const length = Math.floor(size * side);
      const begin = this.#draws.nextBelow(size) - Math.floor(length / 2);
      return [Math.max(0, begin), Math.min(size, begin + length)] as const;
    };
    const [top, bottom] = cut(this.#shape.height);
    const [left, right] = cut(this.#shape.width);
    return { top, left, height: bottom - top, width: right - left };
  }
}
