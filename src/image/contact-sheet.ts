import type { Image } from './image.js';

/** A sheet is enlarged as long as it is no wider than this, in pixels. */
const WIDTH = 1000;
const MAX_SCALE = 24;
/** Around each tile, in pixels of the sheet. */
const GAP = 2;
/** Neither black nor white nor grey, which tiles are made of. */
const GAP_COLOUR = [70, 90, 130] as const;
const PAPER = 255;
/** Of a place where nothing can be: stripes that no tile has. */
const STRIPE_COLOUR = [200, 205, 215] as const;
const STRIPE_PIXELS = 4;

/** What is in one place of a sheet: a picture, nothing, or nothing since there can be none, which is striped. */
export type Tile = Image | 'blank' | 'striped';

/**
 * Pictures of one size side by side, row by row, with equal gaps; each pixel becomes a square of as many as make the sheet wide enough.
 *
 * @param tiles one picture at least
 */
export function drawContactSheet(tiles: readonly Tile[], columns: number): Image & { readonly channels: 3 } {
  const { height, width } = tiles.find((tile) => typeof tile !== 'string') as Image;
  const scale = Math.max(1, Math.min(MAX_SCALE, Math.floor((WIDTH / columns - GAP) / width)));
  const rows = Math.ceil(tiles.length / columns);
  const cell = { height: height * scale, width: width * scale };
  const [stepY, stepX] = [cell.height + GAP, cell.width + GAP];
  const sheet = { height: rows * stepY + GAP, width: columns * stepX + GAP, channels: 3 as const };
  const pixels = new Uint8Array(sheet.height * sheet.width * 3).fill(PAPER);
  tiles.forEach((tile, i) => {
    if (tile === 'blank') return;
    const top = GAP + Math.floor(i / columns) * stepY;
    const left = GAP + (i % columns) * stepX;
    const colourAt = tile === 'striped' ? stripe : enlarge(tile, scale);
    for (let y = -GAP; y < stepY; y++) {
      for (let x = -GAP; x < stepX; x++) {
        const inside = y >= 0 && y < cell.height && x >= 0 && x < cell.width;
        pixels.set(inside ? colourAt(y, x) : GAP_COLOUR, ((top + y) * sheet.width + left + x) * 3);
      }
    }
  });
  return { ...sheet, pixels };
}

/** The colour at a place of a tile, enlarged. */
type ColourAt = (y: number, x: number) => ArrayLike<number>;

function enlarge({ width, channels, pixels }: Image, scale: number): ColourAt {
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  return (y, x) => {
    const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
    return [pixels[from]!, pixels[from + green]!, pixels[from + blue]!];
  };
}

const stripe: ColourAt = (y, x) =>
  (y + x) % (2 * STRIPE_PIXELS) < STRIPE_PIXELS ? STRIPE_COLOUR : [PAPER, PAPER, PAPER];

/** Columns that make a sheet of so many tiles about as wide as high. */
export function chooseColumns(tiles: number): number {
  return Math.ceil(Math.sqrt(tiles));
}
