import { type Shape, sizeOf } from '../../core/shape.js';
import type { Augmentation } from '../augmentation.js';
import { TRANSFORM, TRANSFORM_WORDS } from '../transform.js';
import { jitterColors } from './color-jitter.js';
import { AugmentationDraws } from './draws.js';
import { type Canvas, makeCanvas } from './picture/canvas.js';
import { Enlarger } from './picture/resize.js';
import { shift } from './picture/shift.js';
import { randAugment } from './rand-augment.js';
import { drawCrop } from './resized-crop.js';

/** Whether images are painted anew, as bytes, before they become inputs. */
export function paints({ resizedCrop, colorJitter, randAugment }: Augmentation): boolean {
  return resizedCrop !== undefined || colorJitter !== undefined || randAugment !== undefined;
}

/** Paints images by what of an augmentation changes bytes: a pure function of seed, epoch and sample. */
export class Painter {
  readonly #augmentation: Augmentation;
  readonly #draws: AugmentationDraws;
  readonly #canvas: Canvas;
  readonly #enlarger: Enlarger;

  /** @param shape of an image */
  constructor(augmentation: Augmentation, shape: Shape, seed: number) {
    this.#augmentation = augmentation;
    this.#draws = new AugmentationDraws(seed);
    this.#canvas = makeCanvas(shape);
    this.#enlarger = new Enlarger(shape);
  }

  /**
   * Paints a sample of `images` over the i-th image of `painted`. Colours come after shift and mirroring, as in the chains of others, so these two are
   * painted as well, and taken out of the i-th image's words in `transforms`.
   */
  paint(
    { epoch, sample, images }: { epoch: number; sample: number; images: Uint8Array },
    { transforms, painted, i }: { transforms: Int32Array; painted: Uint8Array; i: number },
  ): void {
    const { resizedCrop, padding, colorJitter, randAugment: policy } = this.#augmentation;
    const canvas = this.#canvas;
    const draws = this.#draws;
    const size = sizeOf(canvas.shape);
    const at = i * TRANSFORM_WORDS;
    if (resizedCrop === undefined) {
      canvas.pixels.set(images.subarray(sample * size, (sample + 1) * size));
    } else {
      draws.begin('crop', sample, epoch);
      this.#enlarger.enlarge(images, sample * size, drawCrop(resizedCrop, canvas.shape, draws), canvas);
    }
    shift(canvas, {
      dy: transforms[at + TRANSFORM.dy]!,
      dx: transforms[at + TRANSFORM.dx]!,
      flip: transforms[at + TRANSFORM.flip] !== 0,
      reflect: padding === 'reflect',
    });
    transforms[at + TRANSFORM.dy] = transforms[at + TRANSFORM.dx] = transforms[at + TRANSFORM.flip] = 0;
    if (colorJitter !== undefined) {
      draws.begin('colors', sample, epoch);
      jitterColors(colorJitter, canvas, draws);
    }
    if (policy !== undefined) {
      draws.begin('policy', sample, epoch);
      randAugment(policy, canvas, draws);
    }
    painted.set(canvas.pixels, i * size);
  }
}
