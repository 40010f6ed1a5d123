import type { Canvas } from './canvas.js';

/**
 * Turns the colours of a picture of 3 channels around the circle.
 *
 * @param turn in 256ths of a full one, a whole number
 */
export function turnHue({ pixels }: Canvas, turn: number): void {
  for (let at = 0; at < pixels.length; at += 3) {
    const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    const value = Math.max(red, green, blue);
    const least = Math.min(red, green, blue);
    const [hue, saturation] = value === least ? [0, 0] : measureColour(red, green, blue, value, least);
    paint(pixels, at, (hue + turn) & 255, saturation, value);
  }
}

/** Hue and saturation in bytes, by Pillow's steps of single and double precision. */
function measureColour(
  red: number,
  green: number,
  blue: number,
  value: number,
  least: number,
): readonly [hue: number, saturation: number] {
  const { fround } = Math;
  const range = value - least;
  const saturation = fround(range / value);
  const r = fround((value - red) / range);
  const g = fround((value - green) / range);
  const b = fround((value - blue) / range);
  const sixth = fround(red === value ? fround(b - g) : green === value ? 2 + r - b : 4 + g - r);
  const hue = fround((sixth / 6 + 1) % 1);
  return [Math.trunc(hue * 255), Math.trunc(saturation * 255)];
}

function paint(pixels: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  if (saturation === 0) {
    pixels[at] = pixels[at + 1] = pixels[at + 2] = value;
    return;
  }
  const { fround } = Math;
  const turned = (hue * 6) / 255;
  const sector = Math.floor(turned);
  const f = fround(turned - sector);
  const s = fround(saturation / 255);
  const p = Math.round(value * (1 - s));
  const q = Math.round(value * (1 - s * f));
  const t = Math.round(value * (1 - s * (1 - f)));
  const [red, green, blue] = SECTORS[sector % 6]!(value, p, q, t);
  pixels[at] = red;
  pixels[at + 1] = green;
  pixels[at + 2] = blue;
}

type Colour = readonly [red: number, green: number, blue: number];

const SECTORS: readonly ((v: number, p: number, q: number, t: number) => Colour)[] = [
  (v, p, _, t) => [v, t, p],
  (v, p, q) => [q, v, p],
  (v, p, _, t) => [p, v, t],
  (v, p, q) => [p, q, v],
  (v, p, _, t) => [t, p, v],
  (v, p, q) => [v, p, q],
];
