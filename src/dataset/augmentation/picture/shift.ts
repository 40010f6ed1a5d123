import type { Canvas } from './canvas.js';

/** Shows a picture as the assembly kernels do: row y shows row y + dy, column x column x + dx, then left is right. */
export function shift(
  { pixels, spare, shape: { height, width, channels } }: Canvas,
  { dy, dx, flip, reflect }: { dy: number; dx: number; flip: boolean; reflect: boolean },
): void {
  if (dy === 0 && dx === 0 && !flip) return;
  spare.set(pixels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = findSource(y + dy, height, reflect);
    for (let x = 0; x < width; x++) {
      const column = findSource((flip ? width - 1 - x : x) + dx, width, reflect);
      const isInside = row >= 0 && column >= 0;
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) pixels[at++] = isInside ? spare[from + c]! : 0;
    }
  }
}

/** What is seen at i, less than `size` outside; −1 for black. */
function findSource(i: number, size: number, reflect: boolean): number {
  if (i >= 0 && i < size) return i;
  if (!reflect) return -1;
  return i < 0 ? -i : 2 * (size - 1) - i;
}
