import { z } from 'zod';
import type { AugmentationDraws } from './draws.js';
import { rotate, shearX, shearY, translateX, translateY } from './picture/affine.js';
import type { Canvas } from './picture/canvas.js';
import { changeBrightness, changeContrast, changeSaturation, changeSharpness } from './picture/enhance.js';
import { autocontrast, equalize, posterize, solarize } from './picture/levels.js';

const GREATEST_MAGNITUDE = 30;

/** RandAugment (Cubuk et al. 2020, arXiv 1909.13719) with torchvision's operations and strengths. */
export const randAugmentSchema = z.strictObject({
  /** That follow each other, each any one of all. */
  operations: z.int().min(1).max(16).default(2),
  magnitude: z.int().min(0).max(GREATEST_MAGNITUDE).default(9),
});

export type RandAugment = z.output<typeof randAugmentSchema>;

/** Changes a picture by that share of an operation's greatest strength, negative for the other direction. */
type Operation = (canvas: Canvas, strength: number) => void;

/** Of the image's side: 150 pixels of the 331 that the search of AutoAugment's policies on ImageNet was for. */
const GREATEST_TRANSLATION = 150 / 331;

/** All of them, with equal odds. Those that know no direction take the strength as it is. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  identity: () => {},
  'shear-x': (canvas, strength) => shearX(canvas, 0.3 * strength),
  'shear-y': (canvas, strength) => shearY(canvas, 0.3 * strength),
  'translate-x': (canvas, strength) =>
    translateX(canvas, Math.trunc(GREATEST_TRANSLATION * canvas.shape.width * strength)),
  'translate-y': (canvas, strength) =>
    translateY(canvas, Math.trunc(GREATEST_TRANSLATION * canvas.shape.height * strength)),
  rotate: (canvas, strength) => rotate(canvas, 30 * strength),
  brightness: (canvas, strength) => changeBrightness(canvas, 1 + 0.9 * strength),
  color: (canvas, strength) => changeSaturation(canvas, 1 + 0.9 * strength),
  contrast: (canvas, strength) => changeContrast(canvas, 1 + 0.9 * strength),
  sharpness: (canvas, strength) => changeSharpness(canvas, 1 + 0.9 * strength),
  posterize: (canvas, strength) => posterize(canvas, 8 - Math.round(4 * Math.abs(strength))),
  solarize: (canvas, strength) => solarize(canvas, 255 - 255 * Math.abs(strength)),
  autocontrast: (canvas) => autocontrast(canvas),
  equalize: (canvas) => equalize(canvas),
};
const ALL = Object.values(OPERATIONS);

export function randAugment(
  { operations, magnitude }: RandAugment,
  canvas: Canvas,
  draws: AugmentationDraws,
): void {
  for (let i = 0; i < operations; i++) {
    const operation = ALL[draws.nextBelow(ALL.length)]!;
    const strength = magnitude / GREATEST_MAGNITUDE;
    operation(canvas, draws.nextBelow(2) === 0 ? strength : -strength);
  }
}
