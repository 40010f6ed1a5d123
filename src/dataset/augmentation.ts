import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { makeKey, philox } from '../core/rng.js';
import { formatShape, type Shape } from '../core/shape.js';
import { TRANSFORM, TRANSFORM_WORDS } from './transform.js';

/** How training images are varied, anew in every epoch. */
export const augmentationSchema = z
  .strictObject({
    /**
     * Left to right. `random`: with odds of a half. `alternating`: so in the first epoch, and from one epoch to the next the other way, so
     * that any two epochs show an image once each way (Jordan 2024, arXiv 2404.00498).
     */
    flip: z.enum(['none', 'random', 'alternating']).default('none'),
    /** By up to so many pixels up or down, and left or right: a random crop of the image with as wide a border. */
    translate: z.int().min(0).default(0),
    /** What lies in that border: pixels of 0, which are black, or the image mirrored at its outermost row or column. */
    padding: z.enum(['zero', 'reflect']).default('zero'),
    /** Height and width of a square around a random pixel whose input is set to 0: cutout (DeVries and Taylor 2017, arXiv 1708.04552). */
    cutout: z.int().min(0).default(0),
  })
  // Without a border its kind says nothing, and two ways of asking for one thing are one run.
  .transform((fields) => (fields.translate === 0 ? { ...fields, padding: 'zero' as const } : fields));

export type Augmentation = z.output<typeof augmentationSchema>;

/** @throws UserError if images of this shape are too small for it */
export function checkAugmentation({ translate, cutout }: Augmentation, shape: Shape, where: string): void {
  const side = Math.min(shape.height, shape.width);
  const greatest = { translate: side - 1, cutout: side };
  for (const [field, pixels] of Object.entries({ translate, cutout })) {
    const limit = greatest[field as keyof typeof greatest];
    if (pixels <= limit) continue;
    throw new UserError(
      `${where}: augmentation: expected a ${field} of at most ${limit} pixels for images of ${formatShape(shape)}, ` +
        `found ${pixels}. Lower it.`,
    );
  }
}

/** What a block of random numbers is for: turning one thing on does not shift another's numbers. */
const DRAWS = { flip: 0, translation: 1, cutout: 2 } as const;

export function augments({ flip, translate, cutout }: Augmentation): boolean {
  return flip !== 'none' || translate > 0 || cutout > 0;
}

/** Draws how images are transformed: a pure function of seed, epoch and sample. */
export class TransformDraws {
  readonly #augmentation: Augmentation;
  readonly #shape: Shape;
  readonly #key: ReturnType<typeof makeKey>;
  readonly #block = new Uint32Array(4);

  /** @param shape of an image */
  constructor(augmentation: Augmentation, shape: Shape, seed: number) {
    this.#augmentation = augmentation;
    this.#shape = shape;
    this.#key = makeKey(seed, 'augmentation');
  }

  /** Overwrites the words of the mini-batch's i-th image, which is that sample of the data. */
  draw(epoch: number, sample: number, transforms: Int32Array, i: number): void {
    const { translate, cutout } = this.#augmentation;
    const at = i * TRANSFORM_WORDS;
    transforms[at + TRANSFORM.flip] = this.#drawFlip(epoch, sample);
    if (translate > 0) {
      this.#drawBlock(sample, epoch, DRAWS.translation);
      transforms[at + TRANSFORM.dy] = this.#wordBelow(0, 2 * translate + 1) - translate;
      transforms[at + TRANSFORM.dx] = this.#wordBelow(1, 2 * translate + 1) - translate;
    }
    if (cutout > 0) {
      const before = Math.floor(cutout / 2);
      this.#drawBlock(sample, epoch, DRAWS.cutout);
      transforms[at + TRANSFORM.cutTop] = this.#wordBelow(0, this.#shape.height) - before;
      transforms[at + TRANSFORM.cutLeft] = this.#wordBelow(1, this.#shape.width) - before;
      transforms[at + TRANSFORM.cutSize] = cutout;
    }
  }

  #drawFlip(epoch: number, sample: number): number {
    const { flip } = this.#augmentation;
    if (flip === 'none') return 0;
    const alternates = flip === 'alternating';
    this.#drawBlock(sample, alternates ? 0 : epoch, DRAWS.flip);
    return (this.#block[0]! >>> 31) ^ (alternates ? epoch % 2 : 0);
  }

  #drawBlock(sample: number, epoch: number, what: number): void {
    philox(this.#key, sample, epoch, what, 0, this.#block);
  }

  /** A word of the block, mapped to 0..bound − 1; the odds differ by less than bound / 2³². */
  #wordBelow(word: number, bound: number): number {
    return Math.floor((this.#block[word]! * bound) / 0x100000000);
  }
}
