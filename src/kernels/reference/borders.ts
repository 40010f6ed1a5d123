import { BORDER_CONSTANT, BORDER_REPLICATE } from '../constants.js';
import type { BorderFrame } from '../interface/borders.js';
import type { Kernels } from '../kernels.js';

/** The row or column of the image at that place, which may lie beside it; null for the constant. */
function findSource(place: number, size: number, fill: number): number | null {
  if (place >= 0 && place < size) return place;
  if (fill === BORDER_CONSTANT) return null;
  if (fill === BORDER_REPLICATE) return Math.min(Math.max(place, 0), size - 1);
  return place < 0 ? -place : 2 * (size - 1) - place;
}

/** For each element of a padded image the element that it shows, h×w×c; null for the constant. */
function listSources(f: BorderFrame): (number | null)[] {
  const sources: (number | null)[] = [];
  for (let y = -f.top; y < f.height + f.bottom; y++) {
    for (let x = -f.left; x < f.width + f.right; x++) {
      const row = findSource(y, f.height, f.fill);
      const column = findSource(x, f.width, f.fill);
      for (let c = 0; c < f.channels; c++) {
        const shows = row !== null && column !== null;
        sources.push(shows ? (row * f.width + column) * f.channels + c : null);
      }
    }
  }
  return sources;
}

export const bindFillBorder: Kernels['bindFillBorder'] = ({ x, value, y, ...f }) => {
  const sources = listSources(f);
  const rowFloats = (f.left + f.width + f.right) * f.channels;
  return (firstRow, rows) => {
    for (let i = firstRow * rowFloats; i < (firstRow + rows) * rowFloats; i++) {
      const image = Math.floor(i / sources.length);
      const source = sources[i % sources.length]!;
      y[i] = source === null ? value : x[image * f.height * f.width * f.channels + source]!;
    }
  };
};

export const bindFoldBorder: Kernels['bindFoldBorder'] = ({ dy, dx, ...f }) => {
  const sources = listSources(f);
  const rowFloats = f.width * f.channels;
  const imageFloats = f.height * rowFloats;
  return (firstRow, rows) => {
    for (let row = firstRow; row < firstRow + rows; row++) {
      const image = Math.floor(row / f.height);
      const sums = new Float64Array(imageFloats);
      sources.forEach((source, i) => {
        if (source !== null) sums[source]! += dy[image * sources.length + i]!;
      });
      const first = (row % f.height) * rowFloats;
      dx.set(sums.subarray(first, first + rowFloats), row * rowFloats);
    }
  };
};
