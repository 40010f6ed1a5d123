import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import { colorJitterSchema } from './augmentation/color-jitter.js';
import { AugmentationDraws } from './augmentation/draws.js';
import { drawErasing, erasingSchema } from './augmentation/erasing.js';
import { mixingSchema } from './augmentation/mixing.js';
import { randAugmentSchema } from './augmentation/rand-augment.js';
import { resizedCropSchema } from './augmentation/resized-crop.js';
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
    // What follows came later: absent, or null, for none.
    resizedCrop: resizedCropSchema.nullish(),
    colorJitter: colorJitterSchema.nullish(),
    randAugment: randAugmentSchema.nullish(),
    erasing: erasingSchema.nullish(),
    mixing: mixingSchema.nullish(),
  })
  .transform(leaveOut);

export type Augmentation = z.output<typeof augmentationSchema>;

/** Two ways of asking for one thing are one run: without a border its kind says nothing, and what is null is absent. */
function leaveOut<Fields extends { translate: number; padding: string }>(fields: Fields) {
  const said = fields.translate === 0 ? { ...fields, padding: 'zero' } : fields;
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value != null)) as {
    [Field in keyof Fields]: Exclude<Fields[Field], null>;
  };
}

/** @throws UserError if images of this shape are too small for it, or have not the channels that it changes */
export function checkAugmentation(augmentation: Augmentation, shape: Shape, where: string): void {
  const { translate, cutout, colorJitter, randAugment } = augmentation;
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
  if (shape.channels === 3) return;
  for (const [field, value] of Object.entries({ colorJitter, randAugment })) {
    if (value === undefined || shape.channels === 1) continue;
    throw new UserError(
      `${where}: augmentation: expected images of 1 or 3 channels for ${field}, found ${formatShape(shape)}. Leave it out.`,
    );
  }
  for (const field of ['saturation', 'hue'] as const) {
    const found = colorJitter?.[field] ?? 0;
    if (found === 0) continue;
    throw new UserError(
      `${where}: augmentation: colorJitter: expected a ${field} of 0 for images without colours (${formatShape(shape)}), found ${found}. ` +
        'Leave it out.',
    );
  }
}

/** Whether images have a transform each. */
export function transforms({ flip, translate, cutout, erasing }: Augmentation): boolean {
  return flip !== 'none' || translate > 0 || cutout > 0 || erasing !== undefined;
}

/** Draws how images are transformed: a pure function of seed, epoch and sample. */
export class TransformDraws {
  readonly #augmentation: Augmentation;
  readonly #shape: Shape;
  readonly #draws: AugmentationDraws;

  /** @param shape of an image */
  constructor(augmentation: Augmentation, shape: Shape, seed: number) {
    this.#augmentation = augmentation;
    this.#shape = shape;
    this.#draws = new AugmentationDraws(seed);
  }

  /** Overwrites the words of the mini-batch's i-th image, which is that sample of the data. */
  draw(epoch: number, sample: number, transforms: Int32Array, i: number): void {
    const { translate, cutout, erasing } = this.#augmentation;
    const draws = this.#draws;
    const at = i * TRANSFORM_WORDS;
    transforms[at + TRANSFORM.flip] = this.#drawFlip(epoch, sample);
    if (translate > 0) {
      draws.begin('translation', sample, epoch);
      transforms[at + TRANSFORM.dy] = draws.nextBelow(2 * translate + 1) - translate;
      transforms[at + TRANSFORM.dx] = draws.nextBelow(2 * translate + 1) - translate;
    }
    if (cutout > 0) {
      const before = Math.floor(cutout / 2);
      draws.begin('cutout', sample, epoch);
      transforms[at + TRANSFORM.cutTop] = draws.nextBelow(this.#shape.height) - before;
      transforms[at + TRANSFORM.cutLeft] = draws.nextBelow(this.#shape.width) - before;
      transforms[at + TRANSFORM.cutSize] = cutout;
    }
    if (erasing !== undefined) {
      draws.begin('erasing', sample, epoch);
      drawErasing(erasing, this.#shape, draws, transforms, at);
    }
  }

  #drawFlip(epoch: number, sample: number): number {
    const { flip } = this.#augmentation;
    if (flip === 'none') return 0;
    const alternates = flip === 'alternating';
    this.#draws.begin('flip', sample, alternates ? 0 : epoch);
    return (this.#draws.nextWord() >>> 31) ^ (alternates ? epoch % 2 : 0);
  }
}
