import { join } from 'node:path';
import { writePng } from '../../image/write-png.js';
import type { Block, Section } from '../../report/document/blocks.js';
import { formatHtml } from '../../report/document/html.js';
import { drawFeatureSheet, type FeatureSheet } from '../../report/feature-sheets.js';
import { writeTextFile } from '../write-text-file.js';

/** Sheets of one layer, or of the input. */
export interface LayerSheets {
  /** Of the layer in the network, from 1; 0 for the input. */
  readonly number: number;
  readonly name: string;
  /** What it is: `convolution, 20; 5×5; p=0, st=1`. */
  readonly description: string;
  /** By what they show: `kernels`. */
  readonly sheets: Readonly<Record<string, FeatureSheet>>;
}

/** Of a pattern, which is its own name: a title is one line. */
const MAX_NAME = 60;

/** What all sheets of a folder are of. */
export interface SheetSubject {
  /** Of the network. */
  readonly name: string;
  /** The example and what the network takes it for. */
  readonly example: string;
}

/**
 * Writes sheets as PNG files into a folder, and a page with all of them, `index.html`.
 *
 * @returns the files with what they show
 * @throws UserError if they cannot be written there
 */
export async function writeSheets(
  folder: string,
  { name, example }: SheetSubject,
  layers: readonly LayerSheets[],
): Promise<[file: string, caption: string][]> {
  const network = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  const files: [string, string][] = [];
  const sections: Section[] = [];
  for (const { number, name: layer, description, sheets } of layers) {
    const blocks: Block[] = [];
    for (const [what, sheet] of Object.entries(sheets)) {
      const file = `${String(number).padStart(2, '0')}-${layer.replace(/[^\w.-]+/g, '_')}-${what}.png`;
      const image = await drawFeatureSheet(`${network}: ${layer}`, sheet);
      await writePng(join(folder, file), image);
      files.push([join(folder, file), sheet.caption]);
      const { height, width } = image;
      blocks.push({
        kind: 'picture',
        file,
        caption: [sheet.caption, sheet.legend].filter((text) => text !== '').join('; '),
        height,
        width,
      });
    }
    if (blocks.length > 0)
      sections.push({ id: `layer-${number}`, title: `${layer}: ${description}`, blocks });
  }
  const page = join(folder, 'index.html');
  const document = { title: `What ${network} sees`, subtitle: example, sections };
  await writeTextFile(page, formatHtml(document), '--out');
  return [...files, [page, 'all of these on one page']];
}
