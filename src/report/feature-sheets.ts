import { formatShape, type Shape } from '../core/shape.js';
import { chooseColumns, drawContactSheet } from '../image/contact-sheet.js';
import type { Image } from '../image/image.js';
import { measureGreatest, toneValues } from '../image/tone.js';
import type { FeatureMaps } from '../run/feature-maps.js';
import type { LayerKernels } from '../run/layer-kernels.js';

/** More tiles in a row or column would be too small to see. */
const MAX_TILES = 64;
const MAX_MAPS = 256;

/** A contact sheet, and in words what it shows. */
export interface FeatureSheet {
  readonly image: Image;
  readonly caption: string;
}

/**
 * The kernels of a layer: a tile a filter where it sees a grey or a coloured picture, else a row a filter and a column an input channel. Grey
 * is 0; white and black are the layer's greatest size.
 */
export function drawKernels(layer: LayerKernels): FeatureSheet {
  const { height, width, values } = layer;
  const greatest = measureGreatest(values);
  const size = height * width;
  const seesPicture = layer.inputs === 1 || layer.inputs === 3;
  const filters = Math.min(layer.filters, seesPicture ? MAX_MAPS : MAX_TILES);
  const inputs = Math.min(layer.inputs, MAX_TILES);
  const toneKernel = (filter: number, input: number) => {
    const first = (filter * layer.inputs + input) * size;
    return toneValues(values.subarray(first, first + size), 'signed', greatest);
  };
  const tiles = Array.from({ length: filters }, (_, filter): Image[] => {
    const planes = Array.from({ length: inputs }, (_, input) => toneKernel(filter, input));
    if (inputs === 3) return [{ height, width, channels: 3, pixels: interleave(planes) }];
    return planes.map((pixels) => ({ height, width, channels: 1, pixels }));
  });
  const columns = seesPicture ? chooseColumns(filters) : inputs;
  return {
    image: drawContactSheet(tiles.flat(), columns),
    caption:
      `kernels of ${height}×${width}: ${countShown(filters, layer.filters, 'filter')}, ` +
      countShown(inputs, layer.inputs, 'input channel'),
  };
}

/**
 * A layer's feature maps, each stretched to its own greatest size: from black for 0 to white, or from black over grey for 0 to white where the
 * layer gives numbers below 0.
 */
export function drawMaps({ shape, values }: FeatureMaps): FeatureSheet {
  const { height, width, channels } = shape;
  const maps = Math.min(channels, MAX_MAPS);
  const tone = values.some((value) => value < 0) ? 'signed' : 'positive';
  const tiles = Array.from({ length: maps }, (_, channel): Image => {
    const map = values.filter((_, i) => i % channels === channel);
    return { height, width, channels: 1, pixels: toneValues(map, tone) };
  });
  return {
    image: drawContactSheet(tiles, chooseColumns(maps)),
    caption: `${countShown(maps, channels, 'feature map')} of ${height}×${width}`,
  };
}

/** An image of h×w×c bytes, enlarged; of more channels than three, the first alone. */
export function drawPicture(pixels: Uint8Array, { height, width, channels }: Shape): FeatureSheet {
  const coloured = channels === 3;
  const tile: Image = {
    height,
    width,
    channels: coloured ? 3 : 1,
    pixels: coloured ? pixels : pixels.filter((_, i) => i % channels === 0),
  };
  return {
    image: drawContactSheet([tile], 1),
    caption: `the image itself, ${formatShape({ height, width, channels })}`,
  };
}

/** `20 filters`, or `64 of 512 filters`. */
function countShown(shown: number, all: number, noun: string): string {
  return `${shown === all ? all : `${shown} of ${all}`} ${noun}${all === 1 ? '' : 's'}`;
}

/** Planes of one colour each as pixels of all of them. */
function interleave(planes: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from({ length: planes[0]!.length * planes.length }, (_, i) => {
    return planes[i % planes.length]![Math.floor(i / planes.length)]!;
  });
}
