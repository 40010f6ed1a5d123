import { sizeOf } from '../../core/shape.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { DatasetStatistics } from '../../dataset/statistics.js';
import type { Image } from '../../image/image.js';
import { drawLabelledSheet } from '../../image/labelled-sheet.js';
import { formatCount } from '../../report/format-values.js';
import { formatMoments, formatSizes } from './text.js';

export interface SheetOptions {
  readonly half: 'train' | 'test';
  /** Images of each class. */
  readonly each: number;
}

/** A contact sheet of a data set: the first images of each class in a row, with the classes' names and counts, means and deviations. */
export function drawDataset(
  dataset: Dataset,
  statistics: DatasetStatistics,
  { half, each }: SheetOptions,
): Promise<Image> {
  const heading = [
    `${dataset.name}: ${half === 'train' ? 'training' : 'test'} images`,
    `${formatSizes(dataset)}; training images: ${formatMoments(statistics)}`,
  ];
  const rows = dataset.classNames.map((title, label) => ({
    title,
    note: `${formatCount(statistics.trainCounts[label]!)} + ${formatCount(statistics.testCounts[label]!)}`,
    tiles: takeImages(dataset, half, label, each),
  }));
  return drawLabelledSheet(heading, rows);
}

function takeImages(
  { shape, ...halves }: Dataset,
  half: 'train' | 'test',
  label: number,
  most: number,
): Image[] {
  const { pixels, labels } = halves[half];
  const tiles: Image[] = [];
  for (let i = labels.indexOf(label); i >= 0 && tiles.length < most; i = labels.indexOf(label, i + 1)) {
    tiles.push({
      height: shape.height,
      width: shape.width,
      channels: shape.channels === 1 ? 1 : 3,
      pixels: pixels.subarray(i * sizeOf(shape), (i + 1) * sizeOf(shape)),
    });
  }
  return tiles;
}
