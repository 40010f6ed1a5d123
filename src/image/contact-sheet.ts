import type { Image } from './image.js';

/** A sheet is enlarged as long as it is no wider than this, in pixels. */
const WIDTH = 1000;
const MAX_SCALE = 24;
/** Between tiles, in pixels of the sheet. */
const GAP = 2;
/** Of the gaps: neither black nor white, which tiles are made of. */
const GAP_COLOUR = [70, 90, 130] as const;

/** Pictures of one size side by side, row by row, with equal gaps; each pixel becomes a square of as many as make the sheet wide enough. */
export function drawContactSheet(tiles: readonly Image[], columns: number): Image {
  const { height, width, channels } = tiles[0]!;
  const scale = Math.max(1, Math.min(MAX_SCALE, Math.floor((WIDTH / columns - GAP) / width)));
  const rows = Math.ceil(tiles.length / columns);
  const [stepY, stepX] = [height * scale + GAP, width * scale + GAP];
  const sheet = { height: rows * stepY + GAP, width: columns * stepX + GAP, channels: 3 as const };
  const pixels = new Uint8Array(sheet.height * sheet.width * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = GAP_COLOUR[i % 3]!;
  tiles.forEach((tile, i) => {
    const top = GAP + Math.floor(i / columns) * stepY;
    const left = GAP + (i % columns) * stepX;
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
        const to = ((top + y) * sheet.width + left + x) * 3;
        for (let c = 0; c < 3; c++) pixels[to + c] = tile.pixels[from + (channels === 1 ? 0 : c)]!;
      }
    }
  });
  return { ...sheet, pixels };
}

/** Columns that make a sheet of so many tiles about as wide as high. */
export function chooseColumns(tiles: number): number {
  return Math.ceil(Math.sqrt(tiles));
}
