import { type Shape, sizeOf } from '../../core/shape.js';
import type { Dataset, LabelledImages } from '../../dataset/dataset.js';
import type { DatasetStatistics } from '../../dataset/statistics.js';
import { describeTargets } from '../../dataset/target-ranges.js';
import type { Image } from '../../image/image.js';
import { drawLabelledSheet } from '../../image/labelled-sheet.js';
import { describeShown, showPixels } from '../../image/show-pixels.js';
import { formatCount } from '../../report/format-values.js';
import { formatTarget } from '../../report/measures.js';
import { formatMoments, formatSizes } from './text.js';

export interface SheetOptions {
  readonly half: 'train' | 'test';
  /** Images of each class, or by each target. */
  readonly each: number;
}

/** A contact sheet of a data set: a row of images of each class, the first ones, or by each target in its order, with names and counts, means and deviations. */
export function drawDataset(
  dataset: Dataset,
  statistics: DatasetStatistics,
  { half, each }: SheetOptions,
): Promise<Image> {
  const shown = describeShown(dataset.shape);
  const heading = [
    `${dataset.name}: ${half === 'train' ? 'training' : 'test'} images${shown && `, of each ${shown}`}`,
    `${formatSizes(dataset)}; training images: ${formatMoments(statistics)}`,
  ];
  const { shape, classNames, targetNames, [half]: images } = dataset;
  const draw = (samples: readonly number[]) => samples.map((i) => drawImage(images, i, shape));
  const rows = targetNames
    ? describeTargets(targetNames, images).map(({ name, least, greatest }, target) => ({
        title: name,
        note: `${formatTarget(least)} to ${formatTarget(greatest)}`,
        tiles: draw(takeByTarget(images, target, targetNames.length, each)),
      }))
    : classNames.map((title, label) => ({
        title,
        note: `${formatCount(statistics.trainCounts[label]!)} + ${formatCount(statistics.testCounts[label]!)}`,
        tiles: draw(takeOfClass(images, label, each)),
      }));
  return drawLabelledSheet(heading, rows);
}

/** The first images of a class. */
function takeOfClass({ labels }: LabelledImages, label: number, most: number): number[] {
  const taken: number[] = [];
  for (let i = labels.indexOf(label); i >= 0 && taken.length < most; i = labels.indexOf(label, i + 1)) {
    taken.push(i);
  }
  return taken;
}

/** Images from that with the least value of a target to that with the greatest, at even distances among all of them. */
function takeByTarget(
  { count, targets }: LabelledImages,
  target: number,
  targetCount: number,
  most: number,
): number[] {
  const readTarget = (i: number) => targets![i * targetCount + target]!;
  const sorted = Array.from({ length: count }, (_, i) => i).sort((a, b) => readTarget(a) - readTarget(b));
  const tiles = Math.min(most, count);
  return Array.from(
    { length: tiles },
    (_, i) => sorted[Math.round((i * (count - 1)) / Math.max(1, tiles - 1))]!,
  );
}

function drawImage({ pixels }: LabelledImages, i: number, shape: Shape): Image {
  const size = sizeOf(shape);
  return showPixels(pixels.subarray(i * size, (i + 1) * size), shape);
}
