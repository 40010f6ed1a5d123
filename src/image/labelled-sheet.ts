import { drawContactSheet, type Tile } from './contact-sheet.js';
import type { Image } from './image.js';
import { loadSharp } from './load-sharp.js';

/** One row of a sheet: pictures of one kind, and what they are. */
export interface SheetRow {
  readonly title: string;
  /** Under the title, in small letters. */
  readonly note: string;
  readonly tiles: readonly Tile[];
}

interface SheetLabels {
  /** Above the columns; none if it is absent. */
  readonly columnTitles?: readonly string[];
  /** Left of the pictures, for the rows' titles, in pixels. Default: what the longest of them needs, and not less than most do. */
  readonly labelWidth?: number;
}

const TITLE_PIXELS = 17;
const NOTE_PIXELS = 13;
const LINE_PIXELS = 22;
const MARGIN = 10;
/** Of a letter in a note, and of a bold one in a title, in the widest of the fonts. */
const LETTER_PIXELS = 7.6;
const TITLE_LETTER_PIXELS = 11;
const LABEL_WIDTH = 150;
const FONT = "font-family='DejaVu Sans, Liberation Sans, Arial, Helvetica, sans-serif'";

/**
 * A contact sheet with a row of pictures for each kind, its title beside it, and a heading. Of titles that have no room side by side some are left out.
 *
 * @param heading lines above the pictures, the first one bold
 * @param rows of pictures of one size; a row with fewer than others ends earlier
 */
export async function drawLabelledSheet(
  heading: readonly string[],
  rows: readonly SheetRow[],
  { columnTitles = [], labelWidth = measureLabels(rows) }: SheetLabels = {},
): Promise<Image> {
  const columns = Math.max(...rows.map((row) => row.tiles.length));
  const grid = drawContactSheet(
    rows.flatMap(({ tiles }) => Array.from({ length: columns }, (_, i) => tiles[i] ?? 'blank')),
    columns,
  );
  const headingHeight = MARGIN + heading.length * LINE_PIXELS + MARGIN / 2;
  const top = headingHeight + (columnTitles.length > 0 ? LINE_PIXELS : 0);
  const widths = heading.map(({ length }, i) => length * (i === 0 ? TITLE_LETTER_PIXELS : LETTER_PIXELS));
  const textWidth = Math.ceil(Math.max(...widths));
  const size = {
    height: top + grid.height + MARGIN,
    width: Math.max(labelWidth + grid.width, MARGIN + textWidth) + MARGIN,
  };
  const [rowHeight, columnWidth] = [grid.height / rows.length, grid.width / columns];
  const longest = Math.max(0, ...columnTitles.map(({ length }) => length));
  const texts = [
    ...heading.map((line, i) =>
      drawText(line, MARGIN, MARGIN + (i + 0.8) * LINE_PIXELS, i === 0 ? HEADING : NOTE),
    ),
    ...thin(columnTitles, columnWidth, (longest + 1) * LETTER_PIXELS).map(({ item, place }) =>
      drawText(item, labelWidth + (place + 0.5) * columnWidth, top - MARGIN / 2, CENTRED),
    ),
    ...thin(rows, rowHeight, LINE_PIXELS).flatMap(({ item: { title, note }, place }) => {
      const middle = top + (place + 0.5) * rowHeight;
      if (note === '') return [drawText(title, MARGIN, middle + NOTE_PIXELS / 3, NOTE)];
      return [drawText(title, MARGIN, middle, HEADING), drawText(note, MARGIN, middle + LINE_PIXELS, NOTE)];
    }),
  ];
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' width='${size.width}' height='${size.height}'>${texts.join('')}</svg>`;
  const sharp = await loadSharp();
  const pixels = await sharp({ create: { ...size, channels: 3, background: 'white' } })
    .composite([
      {
        input: Buffer.from(grid.pixels.buffer),
        raw: { height: grid.height, width: grid.width, channels: 3 },
        left: labelWidth,
        top,
      },
      { input: Buffer.from(svg), left: 0, top: 0 },
    ])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { ...size, channels: 3, pixels: new Uint8Array(pixels) };
}

function measureLabels(rows: readonly SheetRow[]): number {
  const widths = rows.flatMap(({ title, note }) => [
    title.length * TITLE_LETTER_PIXELS,
    note.length * LETTER_PIXELS,
  ]);
  return Math.max(LABEL_WIDTH, Math.ceil(Math.max(...widths)) + 2 * MARGIN);
}

/** Every so many of what stands in a line, so that there is room for each. */
function thin<Item>(items: readonly Item[], stepPixels: number, neededPixels: number) {
  const each = Math.max(1, Math.ceil(neededPixels / stepPixels));
  return items.map((item, place) => ({ item, place })).filter(({ place }) => place % each === 0);
}

const HEADING = `font-size='${TITLE_PIXELS}' font-weight='bold'`;
const NOTE = `font-size='${NOTE_PIXELS}'`;
const CENTRED = `${NOTE} text-anchor='middle'`;

function drawText(text: string, x: number, y: number, style: string): string {
  return `<text x='${x}' y='${y}' ${style} ${FONT}>${escapeXml(text)}</text>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
