import type { Canvas } from './canvas.js';

const LEVELS = 256;

/** Fills in what becomes of each level of a channel, by how many pixels have it; false for no change. */
type MakeTable = (counts: Uint32Array, table: Uint8Array) => boolean;

/** The least level becomes 0 and the greatest 255. */
export const autocontrast = (canvas: Canvas) => mapChannels(canvas, stretch);
/** As many pixels on each part of the scale, as far as that goes. */
export const equalize = (canvas: Canvas) => mapChannels(canvas, spread);

/** Keeps so many of the upper bits. */
export function posterize({ pixels }: Canvas, bits: number): void {
  const mask = LEVELS - (1 << (8 - bits));
  for (let i = 0; i < pixels.length; i++) pixels[i]! &= mask;
}

/** Inverts what is not below the threshold. */
export function solarize({ pixels }: Canvas, threshold: number): void {
  for (let i = 0; i < pixels.length; i++) {
    const level = pixels[i]!;
    if (level >= threshold) pixels[i] = 255 - level;
  }
}

function stretch(counts: Uint32Array, table: Uint8Array): boolean {
  const least = counts.findIndex((count) => count > 0);
  const greatest = counts.findLastIndex((count) => count > 0);
  if (greatest <= least) return false;
  const scale = 255 / (greatest - least);
  const offset = -least * scale;
  for (let level = 0; level < LEVELS; level++)
    table[level] = Math.min(255, Math.max(0, Math.trunc(level * scale + offset)));
  return true;
}

function spread(counts: Uint32Array, table: Uint8Array): boolean {
  const greatest = counts.findLastIndex((count) => count > 0);
  const below = counts.reduce((sum, count) => sum + count, 0) - counts[greatest]!;
  const step = Math.floor(below / 255);
  if (step === 0) return false;
  let sum = Math.floor(step / 2);
  for (let level = 0; level < LEVELS; level++) {
    table[level] = Math.min(255, Math.floor(sum / step));
    sum += counts[level]!;
  }
  return true;
}

function mapChannels({ pixels, shape: { channels } }: Canvas, makeTable: MakeTable): void {
  const counts = new Uint32Array(LEVELS);
  const table = new Uint8Array(LEVELS);
  for (let c = 0; c < channels; c++) {
    counts.fill(0);
    for (let i = c; i < pixels.length; i += channels) counts[pixels[i]!]!++;
    if (!makeTable(counts, table)) continue;
    for (let i = c; i < pixels.length; i += channels) pixels[i] = table[pixels[i]!]!;
  }
}
