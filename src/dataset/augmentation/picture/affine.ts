import type { Canvas } from './canvas.js';

/** The pixel at (y, x) shows what was at (yByY·y + yByX·x + dy, xByY·y + xByX·x + dx), from the upper left corner of the picture. */
export interface AffineMap {
  readonly yByY: number;
  readonly yByX: number;
  readonly dy: number;
  readonly xByY: number;
  readonly xByX: number;
  readonly dx: number;
}

const IDENTITY: AffineMap = { yByY: 1, yByX: 0, dy: 0, xByY: 0, xByX: 1, dx: 0 };

/** Rows move sideways, each by `slope` less than the one above it. */
export const shearX = (canvas: Canvas, slope: number) => applyMap(canvas, { ...IDENTITY, xByY: slope });
/** Columns move up, each by `slope` more than the one left of it. */
export const shearY = (canvas: Canvas, slope: number) => applyMap(canvas, { ...IDENTITY, yByX: slope });
/** To the right, by whole pixels. */
export const translateX = (canvas: Canvas, pixels: number) => applyMap(canvas, { ...IDENTITY, dx: -pixels });
/** Down. */
export const translateY = (canvas: Canvas, pixels: number) => applyMap(canvas, { ...IDENTITY, dy: -pixels });

/** Counter-clockwise about the middle. */
export function rotate(canvas: Canvas, degrees: number): void {
  const { height, width } = canvas.shape;
  const radians = (degrees * Math.PI) / 180;
  const [sine, cosine] = [computeSine(radians), computeCosine(radians)];
  const [y, x] = [height / 2, width / 2];
  applyMap(canvas, {
    yByY: cosine,
    yByX: sine,
    dy: y - (cosine * y + sine * x),
    xByY: -sine,
    xByX: cosine,
    dx: x - (cosine * x - sine * y),
  });
}

/** Engines compute sines in ways of their own; this is the same in all, to some 1e-16 for angles up to a right one. */
function computeSine(x: number): number {
  return x * sumSeries(x, 1);
}

function computeCosine(x: number): number {
  return sumSeries(x, 0);
}

/** 1 − x²/((k + 1)(k + 2))·(1 − x²/((k + 3)(k + 4))·(1 − …)) */
function sumSeries(x: number, k: number): number {
  let sum = 1;
  for (let n = 24; n > 0; n -= 2) sum = 1 - ((x * x) / ((k + n - 1) * (k + n))) * sum;
  return sum;
}

/** Positions are in units of 2⁻¹⁶ of a pixel. */
const UNIT = 65536;
const toUnits = (value: number) => Math.floor(value * UNIT + 0.5);

/** The nearest pixel from where the middle of each was; black from outside. */
function applyMap({ pixels, spare, shape: { height, width, channels } }: Canvas, map: AffineMap): void {
  const [yByY, yByX, xByY, xByX] = [map.yByY, map.yByX, map.xByY, map.xByX].map(toUnits) as [
    number,
    number,
    number,
    number,
  ];
  let rowY = toUnits(map.dy + (map.yByY + map.yByX) * 0.5);
  let rowX = toUnits(map.dx + (map.xByX + map.xByY) * 0.5);
  spare.set(pixels);
  let at = 0;
  for (let row = 0; row < height; row++) {
    let [fromY, fromX] = [rowY, rowX];
    for (let column = 0; column < width; column++) {
      const y = Math.floor(fromY / UNIT);
      const x = Math.floor(fromX / UNIT);
      const isInside = y >= 0 && y < height && x >= 0 && x < width;
      const from = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) pixels[at++] = isInside ? spare[from + c]! : 0;
      fromY += yByX;
      fromX += xByX;
    }
    rowY += yByY;
    rowX += xByY;
  }
}
