import { formatShape, type Shape } from '../core/shape.js';
import { chooseColumns, type Tile } from '../image/contact-sheet.js';
import type { Image } from '../image/image.js';
import { drawLabelledSheet, type SheetRow } from '../image/labelled-sheet.js';
import { describeShown, showPixels } from '../image/show-pixels.js';
import { measureGreatest, toneValues } from '../image/tone.js';
import type { FeatureMaps } from '../run/feature-maps.js';
import type { LayerKernels } from '../run/layer-kernels.js';
import { formatTarget } from './measures.js';

/** More tiles in a row or column would be too small to see. */
const MAX_TILES = 64;
const MAX_MAPS = 256;
/** For `255–256`. */
const LABEL_WIDTH = 80;

/** A contact sheet that is yet to be drawn. */
export interface FeatureSheet {
  /** In words, what it shows, and what its brightness means. */
  readonly caption: string;
  readonly legend: string;
  readonly rows: readonly SheetRow[];
  readonly columnTitles: readonly string[];
}

/** @param title above it: of which network and layer it is */
export function drawFeatureSheet(
  title: string,
  { caption, legend, rows, columnTitles }: FeatureSheet,
): Promise<Image> {
  const heading = [title, caption, legend].filter((line) => line !== '');
  return drawLabelledSheet(heading, rows, { columnTitles, labelWidth: LABEL_WIDTH });
}

/**
 * The kernels of a layer: a tile a filter where it sees a grey or a coloured picture, else a row a filter and a column an input channel. Grey
 * is 0; white and black are the layer's greatest size. A channel that a filter is not connected to is striped.
 */
export function layOutKernels(layer: LayerKernels): FeatureSheet {
  const { height, width, values, connected } = layer;
  const greatest = measureGreatest(values);
  const size = height * width;
  const seesPicture = layer.inputs === 1 || layer.inputs === 3;
  const filters = Math.min(layer.filters, seesPicture ? MAX_MAPS : MAX_TILES);
  const inputs = Math.min(layer.inputs, MAX_TILES);
  const toneKernel = (filter: number, input: number) => {
    const first = (filter * layer.inputs + input) * size;
    return toneValues(values.subarray(first, first + size), 'signed', greatest);
  };
  const isConnected = (filter: number, input: number) =>
    connected === null || connected[filter * layer.inputs + input] === 1;
  const tiles = Array.from({ length: filters }, (_, filter): Tile[] => {
    const planes = Array.from({ length: inputs }, (_, input) => toneKernel(filter, input));
    if (inputs === 3) return [{ height, width, channels: 3, pixels: interleave(planes) }];
    return planes.map((pixels, input) =>
      isConnected(filter, input) ? { height, width, channels: 1, pixels } : 'striped',
    );
  });
  const scale = `grey 0, white ${formatTarget(greatest)}, black −${formatTarget(greatest)}`;
  const caption =
    `kernels of ${height}×${width}: ${countShown(filters, layer.filters, 'filter')}, ` +
    countShown(inputs, layer.inputs, layer.groups > 1 ? 'input channel of each group' : 'input channel');
  if (seesPicture) return { caption, legend: scale, rows: splitRows(tiles.flat()), columnTitles: [] };
  const striped = tiles.flat().includes('striped') ? '; striped: not connected' : '';
  return {
    caption,
    legend: `a row a filter, a column an input channel; ${scale}${striped}`,
    rows: tiles.map((row, filter) => ({ title: String(filter), note: '', tiles: row })),
    columnTitles: Array.from({ length: inputs }, (_, input) => String(input)),
  };
}

/**
 * A layer's feature maps, each stretched to its own greatest size: from black for 0 to white, or from black over grey for 0 to white where the
 * layer gives numbers below 0.
 */
export function layOutMaps({ shape, values }: FeatureMaps): FeatureSheet {
  const { height, width, channels } = shape;
  const maps = Math.min(channels, MAX_MAPS);
  const tone = values.some((value) => value < 0) ? 'signed' : 'positive';
  const tiles = Array.from({ length: maps }, (_, channel): Image => {
    const map = values.filter((_, i) => i % channels === channel);
    return { height, width, channels: 1, pixels: toneValues(map, tone) };
  });
  return {
    caption: `${countShown(maps, channels, 'feature map')} of ${height}×${width}`,
    legend: `each on its own scale: ${tone === 'signed' ? 'grey 0, white and black its greatest size' : 'black 0, white its greatest'}`,
    rows: splitRows(tiles),
    columnTitles: [],
  };
}

/** An image of h×w×c bytes. */
export function layOutPicture(pixels: Uint8Array, shape: Shape): FeatureSheet {
  return {
    caption: `the image itself, ${formatShape(shape)}`,
    legend: describeShown(shape),
    rows: [{ title: '', note: '', tiles: [showPixels(pixels, shape)] }],
    columnTitles: [],
  };
}

/** As many rows as columns, about; each titled by the numbers of its tiles, from 0 as a spec's `connections` has them. */
function splitRows(tiles: readonly Tile[]): SheetRow[] {
  const columns = chooseColumns(tiles.length);
  return Array.from({ length: Math.ceil(tiles.length / columns) }, (_, row) => {
    const first = row * columns;
    const some = tiles.slice(first, first + columns);
    const last = first + some.length - 1;
    return { title: some.length > 1 ? `${first}–${last}` : String(last), note: '', tiles: some };
  });
}

/** `20 filters`, or `64 of 512 filters`. */
function countShown(shown: number, all: number, noun: string): string {
  const [first, ...rest] = noun.split(/(?= of )/);
  return `${shown === all ? all : `${shown} of ${all}`} ${first}${all === 1 ? '' : 's'}${rest.join('')}`;
}

/** Planes of one colour each as pixels of all of them. */
function interleave(planes: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from({ length: planes[0]!.length * planes.length }, (_, i) => {
    return planes[i % planes.length]![Math.floor(i / planes.length)]!;
  });
}
