import { sizeOf } from '../../core/shape.js';
import { BUNDLE_IMAGES } from '../../kernels/constants.js';
import type { WindowGeometry } from '../../kernels/geometry.js';
import type { BoundLayer, LayerSite } from '../layer.js';
import { BAND_ROWS, countUnits, rowsOf, unitAt } from '../parts.js';
import type { Unit, UnitPass } from '../pass.js';

/** A piece of a bundle that is pooled by itself: where it begins in input and output, in floats, and its geometry. */
interface Piece {
  readonly input: number;
  readonly output: number;
  /** Its first window's place among the map's. */
  readonly firstWindow: number;
  readonly g: WindowGeometry;
}

/** A piece's arrays, which begin with it. */
export interface PieceArrays extends Pick<Piece, 'g' | 'firstWindow'> {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly dy: Float32Array;
  readonly dx: Float32Array;
}

/** A pooling kernel on images. */
export type Pool = (firstImage: number, images: number) => void;

/** Pooling kernels on one piece, seen as the only image of its arrays. */
export interface PiecePooling {
  bindForward(piece: PieceArrays): Pool;
  bindBackward(piece: PieceArrays): Pool;
  /** Called behind a unit's backward pass. */
  afterBackward?(unit: number): void;
  /** In place of the backward pass for a unit that has no piece: its part of the parameters' gradients is zero. */
  backwardOfNothing?(unit: number): void;
}

/**
 * Pooling on bundles of 16 images: to a pooling kernel, lanes are only more channels. Where windows do not overlap from row to row,
 * a unit pools its own rows of the input if they are whole windows, which it has in its cache then, or its own rows of the output; else the first
 * unit of a bundle pools it whole.
 */
export function bindPoolingLanes(g: WindowGeometry, site: LayerSite, pooling: PiecePooling): BoundLayer {
  const { input, output, batch, training } = site;
  const images = output.value.length / sizeOf(output.shape);
  const cut = { size: images, bands: batch.bands };
  // Sums for parameters stay in the parts of the output, on which their order depends.
  const ownsInput = pooling.backwardOfNothing === undefined && fillsBands(g);
  const pieces = Array.from({ length: countUnits(cut) }, (_, index) => {
    const unit = unitAt(index, cut);
    const piece = pieceOf(g, unit, ownsInput);
    if (piece === null) return null;
    const inputOffset = unit.bundle * BUNDLE_IMAGES * sizeOf(input.shape) + piece.input;
    const outputOffset = unit.bundle * BUNDLE_IMAGES * sizeOf(output.shape) + piece.output;
    const arrays: PieceArrays = {
      g: piece.g,
      firstWindow: piece.firstWindow,
      x: input.value.subarray(inputOffset),
      dx: input.gradient.subarray(inputOffset),
      y: output.value.subarray(outputOffset),
      dy: output.gradient.subarray(outputOffset),
    };
    return {
      forward: pooling.bindForward(arrays),
      backward: training ? pooling.bindBackward(arrays) : null,
    };
  });
  // Rows of input and output are not the same fractions of their heights.
  const overPieces = (
    order: Pick<UnitPass, 'waits' | 'strays'>,
    run: (piece: (typeof pieces)[number], unit: number) => void,
  ): UnitPass => ({
    over: 'units',
    ...order,
    run: ({ index, bundle, band, bands }) => run(pieces[bundle * bands + band] ?? null, index),
  });
  return {
    prepare: [],
    forward: [overPieces({ waits: !ownsInput, strays: true }, (piece) => piece?.forward(0, 1))],
    backward: [
      overPieces({ waits: true, strays: !ownsInput }, (piece, unit) => {
        if (!piece) return pooling.backwardOfNothing?.(unit);
        piece.backward!(0, 1);
        pooling.afterBackward?.(unit);
      }),
    ],
  };
}

/** Whether windows do not overlap from row to row. */
function isDisjoint(g: WindowGeometry): boolean {
  return g.kernelHeight <= g.strideY && g.padTop === 0 && g.outputHeight * g.strideY <= g.inputHeight;
}

/** Whether each band of the input is whole windows. */
function fillsBands(g: WindowGeometry): boolean {
  return isDisjoint(g) && g.outputHeight * g.strideY === g.inputHeight && BAND_ROWS % g.strideY === 0;
}

/** A band's piece of a bundle; null if it has none. */
function pieceOf(g: WindowGeometry, unit: Unit, ownsInput: boolean): Piece | null {
  const channels = g.inputChannels * BUNDLE_IMAGES;
  const wide = { ...g, inputChannels: channels, outputChannels: channels };
  if (!isDisjoint(g)) return unit.band === 0 ? { input: 0, output: 0, firstWindow: 0, g: wide } : null;
  const rows = rowsOf(unit, ownsInput ? g.inputHeight : g.outputHeight);
  const scale = ownsInput ? g.strideY : 1;
  const [first, count] = [rows.first / scale, rows.count / scale];
  if (count === 0) return null;
  // The last rows of the input may belong to no window; they go with the last one's, so that their gradient becomes zero.
  const last = first + count === g.outputHeight;
  const inputRows = last ? g.inputHeight - first * g.strideY : count * g.strideY;
  return {
    input: first * g.strideY * g.inputWidth * channels,
    output: first * g.outputWidth * channels,
    firstWindow: first * g.outputWidth,
    g: { ...wide, inputHeight: inputRows, outputHeight: count },
  };
}
