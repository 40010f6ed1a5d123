import type { Shape } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import { countBundles, imagesOfBundle, lanesInUse } from '../kernels/lanes.js';
import type { LayerSite, Layout } from './layer.js';
import { type Batch, overSlices, type Pass, type PassLabel, type Slice, type Unit } from './pass.js';

/** The images of a mini-batch and how they are cut. */
type Cut = Pick<Batch, 'size' | 'slices' | 'bands'>;

/** A slice: slices differ by at most one image, and one of a small mini-batch may be empty. */
export function sliceAt(index: number, { size, slices }: Pick<Batch, 'size' | 'slices'>): Slice {
  const first = Math.floor((index * size) / slices);
  return { index, first, count: Math.floor(((index + 1) * size) / slices) - first };
}

/** How many units a mini-batch has. */
export function countUnits({ size, bands }: Pick<Batch, 'size' | 'bands'>): number {
  return countBundles(size) * bands;
}

/**
 * A unit. Bands of a bundle follow each other; those of a last bundle that needs half its lanes cost half as much, so they are spread evenly
 * among the others: then runs of as many units are as much work.
 */
export function unitAt(index: number, { size, bands }: Pick<Batch, 'size' | 'bands'>): Unit {
  const last = countBundles(size) - 1;
  let place = index;
  if (lanesInUse(imagesOfBundle(last, size)) < BUNDLE_IMAGES) {
    const spread = last + 1;
    const band = Math.floor(index / spread);
    // One of the last bundle's bands in the middle of every `spread` units.
    const middle = band * spread + Math.floor(spread / 2);
    if (index === middle) return { index, bundle: last, images: imagesOfBundle(last, size), band, bands };
    place = index - band - (index > middle ? 1 : 0);
  }
  const bundle = Math.floor(place / bands);
  return { index, bundle, images: imagesOfBundle(bundle, size), band: place % bands, bands };
}

/** Bands begin at every so many rows, as the largest tiles do. */
export const BAND_ROWS = 4;

/** The rows of a tensor that a unit holds: [first, first + count). */
export function rowsOf(
  { band, bands }: Pick<Unit, 'band' | 'bands'>,
  height: number,
): { first: number; count: number } {
  const steps = Math.ceil(height / BAND_ROWS);
  const first = BAND_ROWS * Math.floor((band * steps) / bands);
  const end = BAND_ROWS * Math.floor(((band + 1) * steps) / bands);
  return { first, count: Math.min(height, end) - first };
}

/**
 * A part of a tensor in either layout, seen as rows × width: the width is a pixel's channels, times 16 lanes where images lie in
 * lanes.
 */
export interface Part {
  readonly index: number;
  readonly firstRow: number;
  readonly rows: number;
  /** Images whose numbers lie side by side in a row: 1, or as many as the unit's bundle holds. */
  readonly imagesPerRow: number;
}

/** Floats of one row of a tensor seen as rows × width. */
export function widthOf(shape: Shape, layout: Layout): number {
  return layout === 'lanes' ? shape.channels * BUNDLE_IMAGES : shape.channels;
}

/** How many parts a mini-batch has. */
export function countParts(layout: Layout, cut: Cut): number {
  return layout === 'lanes' ? countUnits(cut) : cut.slices;
}

export function partAt(index: number, shape: Shape, layout: Layout, cut: Cut): Part {
  return layout === 'lanes' ? partOfUnit(unitAt(index, cut), shape) : partOfSlice(sliceAt(index, cut), shape);
}

/** A pass over the parts of a tensor, each of which needs only itself. */
export function overParts(
  shape: Shape,
  layout: Layout,
  run: (part: Part) => void,
  label: PassLabel = {},
): Pass {
  return layout === 'lanes'
    ? { over: 'units', waits: false, ...label, run: (unit) => run(partOfUnit(unit, shape)) }
    : overSlices((slice) => run(partOfSlice(slice, shape)), label);
}

function partOfSlice({ index, first, count }: Slice, { height, width }: Shape): Part {
  return { index, firstRow: first * height * width, rows: count * height * width, imagesPerRow: 1 };
}

function partOfUnit(unit: Unit, { height, width }: Shape): Part {
  const { first, count } = rowsOf(unit, height);
  return {
    index: unit.index,
    firstRow: (unit.bundle * height + first) * width,
    rows: count * width,
    imagesPerRow: unit.images,
  };
}

/**
 * A backward pass over parts that begins the inputs' gradients. In lanes their places may be such that others still read for the layers
 * behind (see network/gradient-places.ts), so it waits, unless it works in place.
 */
export function overPartsBackward(
  { inputs, outputs, output, layout }: LayerSite,
  run: (part: Part) => void,
): Pass {
  const inPlace = inputs.every(({ gradient }) =>
    outputs.some((output) => output.gradient.byteOffset === gradient.byteOffset),
  );
  return { ...overParts(output.shape, layout, run), waits: layout === 'lanes' && !inPlace };
}
