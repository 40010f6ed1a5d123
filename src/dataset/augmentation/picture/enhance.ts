import type { Canvas } from './canvas.js';

/** Luma of ITU-R 601 in units of 2⁻¹⁶. */
const RED = 19595;
const GREEN = 38470;
const BLUE = 7471;

/** How bright a pixel is that begins there. */
function luminance(pixels: Uint8Array, at: number, channels: number): number {
  if (channels === 1) return pixels[at]!;
  return (RED * pixels[at]! + GREEN * pixels[at + 1]! + BLUE * pixels[at + 2]! + 0x8000) >> 16;
}

/** From a pale value through the one that is there, and beyond it for factors above 1; in single precision, cut off towards 0. */
function enhance(pale: number, value: number, factor: number): number {
  const enhanced = Math.fround(pale + Math.fround(factor * (value - pale)));
  return Math.trunc(Math.min(255, Math.max(0, enhanced)));
}

/** Black for a factor of 0. */
export function changeBrightness({ pixels }: Canvas, factor: number): void {
  const single = Math.fround(factor);
  for (let i = 0; i < pixels.length; i++) pixels[i] = enhance(0, pixels[i]!, single);
}

/** For a factor of 0 the mean luminance everywhere. */
export function changeContrast({ pixels, shape: { channels } }: Canvas, factor: number): void {
  const single = Math.fround(factor);
  let sum = 0;
  for (let at = 0; at < pixels.length; at += channels) sum += luminance(pixels, at, channels);
  const mean = Math.floor(sum / (pixels.length / channels) + 0.5);
  for (let i = 0; i < pixels.length; i++) pixels[i] = enhance(mean, pixels[i]!, single);
}

/** Grey for a factor of 0. */
export function changeSaturation({ pixels, shape: { channels } }: Canvas, factor: number): void {
  const single = Math.fround(factor);
  for (let at = 0; at < pixels.length; at += channels) {
    const grey = luminance(pixels, at, channels);
    for (let c = at; c < at + channels; c++) pixels[c] = enhance(grey, pixels[c]!, single);
  }
}

/** Smoothed for a factor of 0: each pixel five times with its eight neighbours. The outermost pixels stay. */
export function changeSharpness(
  { pixels, spare, shape: { height, width, channels } }: Canvas,
  factor: number,
): void {
  const single = Math.fround(factor);
  const row = width * channels;
  spare.set(pixels);
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + channels; i < (y + 1) * row - channels; i++) {
      let sum = 4 * spare[i]!;
      for (let above = i - row; above <= i + row; above += row)
        sum += spare[above - channels]! + spare[above]! + spare[above + channels]!;
      // sum / 13, rounded: 13 is odd, so that no half can arise.
      pixels[i] = enhance(Math.floor((2 * sum + 13) / 26), spare[i]!, single);
    }
  }
}
