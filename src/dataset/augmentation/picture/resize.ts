import type { Rectangle } from '../rectangle.js';
import type { Canvas } from './canvas.js';

/** Weights are whole numbers of 2⁻²², so that the sum for a byte fits into 32 bits. */
const WEIGHT_BITS = 22;
const HALF = 1 << (WEIGHT_BITS - 1);

/** For each place of an axis, the two pixels that it lies between and their weights. */
interface Axis {
  readonly firsts: Int32Array;
  readonly seconds: Int32Array;
  readonly firstWeights: Int32Array;
  readonly secondWeights: Int32Array;
}

/** Enlarges rectangles of an image to its whole size, by linear interpolation: along rows first, then along columns, each rounded to bytes. */
export class Enlarger {
  readonly #rows: Axis;
  readonly #columns: Axis;

  constructor({ height, width }: { readonly height: number; readonly width: number }) {
    this.#rows = makeAxis(height);
    this.#columns = makeAxis(width);
  }

  /**
   * Overwrites the canvas.
   *
   * @param first where the image begins in `images`
   */
  enlarge(images: Uint8Array, first: number, rectangle: Rectangle, { pixels, spare, shape }: Canvas): void {
    const { height, width, channels } = shape;
    const row = width * channels;
    const [rows, columns] = [this.#rows, this.#columns];
    fillAxis(columns, rectangle.width);
    fillAxis(rows, rectangle.height);
    for (let y = 0; y < rectangle.height; y++) {
      const from = first + (rectangle.top + y) * row + rectangle.left * channels;
      for (let x = 0; x < width; x++) {
        const left = from + columns.firsts[x]! * channels;
        const right = from + columns.seconds[x]! * channels;
        const [leftWeight, rightWeight] = [columns.firstWeights[x]!, columns.secondWeights[x]!];
        const to = y * row + x * channels;
        for (let c = 0; c < channels; c++)
          spare[to + c] = weigh(images[left + c]!, leftWeight, images[right + c]!, rightWeight);
      }
    }
    for (let y = 0; y < height; y++) {
      const above = rows.firsts[y]! * row;
      const below = rows.seconds[y]! * row;
      const [aboveWeight, belowWeight] = [rows.firstWeights[y]!, rows.secondWeights[y]!];
      for (let i = 0; i < row; i++)
        pixels[y * row + i] = weigh(spare[above + i]!, aboveWeight, spare[below + i]!, belowWeight);
    }
  }
}

function weigh(a: number, aWeight: number, b: number, bWeight: number): number {
  return (a * aWeight + b * bWeight + HALF) >> WEIGHT_BITS;
}

function makeAxis(size: number): Axis {
  const words = () => new Int32Array(size);
  return { firsts: words(), seconds: words(), firstWeights: words(), secondWeights: words() };
}

/** Places i of the axis lie evenly over `size` pixels; pixel k's middle is at k + ½. Beyond the first and the last one their own value goes on. */
function fillAxis({ firsts, seconds, firstWeights, secondWeights }: Axis, size: number): void {
  const scale = size / firsts.length;
  for (let i = 0; i < firsts.length; i++) {
    const middle = (i + 0.5) * scale;
    const first = Math.floor(middle - 0.5);
    firsts[i] = Math.max(0, first);
    seconds[i] = Math.min(size - 1, first + 1);
    firstWeights[i] = Math.floor((1 - (middle - (first + 0.5))) * 2 ** WEIGHT_BITS + 0.5);
    secondWeights[i] = Math.floor((1 - (first + 1.5 - middle)) * 2 ** WEIGHT_BITS + 0.5);
  }
}
