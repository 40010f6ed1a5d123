import sharp from 'sharp';
import { drawContactSheet } from './contact-sheet.js';
import type { Image } from './image.js';

/** One row of a sheet: pictures of one kind, and what they are. */
export interface SheetRow {
  readonly title: string;
  readonly note: string;
  readonly tiles: readonly Image[];
}

const TITLE_PIXELS = 17;
const NOTE_PIXELS = 13;
const LINE_PIXELS = 22;
const MARGIN = 10;
/** Of a letter in a note, in the widest of the fonts. */
const LETTER_PIXELS = 7.6;
/** Left of the pictures, for the rows' titles. */
const LABEL_WIDTH = 150;
const FONT = "font-family='DejaVu Sans, Liberation Sans, Arial, Helvetica, sans-serif'";

/**
 * A contact sheet with a row of pictures for each kind, its title beside it, and a heading.
 *
 * @param heading lines above the pictures, the first one bold
 * @param rows of pictures of one size; a row with fewer than others ends earlier
 */
export async function drawLabelledSheet(
  heading: readonly string[],
  rows: readonly SheetRow[],
): Promise<Image> {
  const columns = Math.max(...rows.map((row) => row.tiles.length));
  const [{ height, width, channels }] = rows.find((row) => row.tiles.length > 0)!.tiles as [Image];
  const blank = { height, width, channels, pixels: new Uint8Array(height * width * channels).fill(255) };
  const grid = drawContactSheet(
    rows.flatMap(({ tiles }) => Array.from({ length: columns }, (_, i) => tiles[i] ?? blank)),
    columns,
  );
  const top = MARGIN + heading.length * LINE_PIXELS + MARGIN / 2;
  const textWidth = Math.ceil(LETTER_PIXELS * Math.max(...heading.map((line) => line.length)));
  const size = {
    height: top + grid.height + MARGIN,
    width: Math.max(LABEL_WIDTH + grid.width, MARGIN + textWidth) + MARGIN,
  };
  const texts = [
    ...heading.map((line, i) =>
      drawText(line, MARGIN, MARGIN + (i + 0.8) * LINE_PIXELS, i === 0 ? TITLE_PIXELS : NOTE_PIXELS, i === 0),
    ),
    ...rows.flatMap(({ title, note }, i) => {
      const middle = top + ((i + 0.5) * grid.height) / rows.length;
      return [
        drawText(title, MARGIN, middle, TITLE_PIXELS, true),
        drawText(note, MARGIN, middle + LINE_PIXELS, NOTE_PIXELS, false),
      ];
    }),
  ];
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' width='${size.width}' height='${size.height}'>${texts.join('')}</svg>`;
  const pixels = await sharp({ create: { ...size, channels: 3, background: 'white' } })
    .composite([
      {
        input: Buffer.from(grid.pixels.buffer),
        raw: { height: grid.height, width: grid.width, channels: 3 },
        left: LABEL_WIDTH,
        top,
      },
      { input: Buffer.from(svg), left: 0, top: 0 },
    ])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { ...size, channels: 3, pixels: new Uint8Array(pixels) };
}

function drawText(text: string, x: number, y: number, sizePixels: number, bold: boolean): string {
  const weight = bold ? " font-weight='bold'" : '';
  return `<text x='${x}' y='${y}' font-size='${sizePixels}'${weight} ${FONT}>${escapeXml(text)}</text>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
