import { z } from 'zod';
import type { AugmentationDraws } from './draws.js';
import type { Canvas } from './picture/canvas.js';
import { changeBrightness, changeContrast, changeSaturation } from './picture/enhance.js';
import { turnHue } from './picture/hue.js';

const strength = z.number().min(0).default(0);

/** torchvision's ColorJitter: each of them is changed by a drawn factor, in a drawn order. */
export const colorJitterSchema = z
  .strictObject({
    /** By a factor of 1 ± this at most, and at least 0. */
    brightness: strength,
    contrast: strength,
    saturation: strength,
    /** Turned by this part of the circle of colours at most, either way. */
    hue: z.number().min(0).max(0.5).default(0),
  })
  .refine(
    (jitter) => Object.values(jitter).some((value) => value > 0),
    'expected a brightness, contrast, saturation or hue above 0',
  );

export type ColorJitter = z.output<typeof colorJitterSchema>;

const CHANGES: readonly (readonly [keyof ColorJitter, (canvas: Canvas, drawn: number) => void])[] = [
  ['brightness', changeBrightness],
  ['contrast', changeContrast],
  ['saturation', changeSaturation],
  ['hue', (canvas, turn) => turnHue(canvas, Math.trunc(turn * 255))],
];

export function jitterColors(jitter: ColorJitter, canvas: Canvas, draws: AugmentationDraws): void {
  // As many numbers whatever is asked for: turning one on does not shift another's.
  const changes = CHANGES.map(([field, change]) => ({
    field,
    change,
    at: draws.nextWord(),
    word: draws.nextBetween(0, 1),
  }));
  changes.sort((a, b) => a.at - b.at);
  for (const { field, change, word } of changes) {
    const reach = jitter[field];
    if (reach === 0) continue;
    const [low, high] = field === 'hue' ? [-reach, reach] : [Math.max(0, 1 - reach), 1 + reach];
    change(canvas, low + (high - low) * word);
  }
}
