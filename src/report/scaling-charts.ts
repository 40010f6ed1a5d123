import type { Figure } from '../bench/figure.js';
import type { Series } from '../bench/scaling-cases.js';
import type { Chart } from './charts/render.js';
import { drawScaling, type ScalingPoint } from './charts/scaling.js';
import { formatNumber } from './format-values.js';

/**
 * A chart a series: microseconds an image, and dashed what they would be if each point did as many operations a second and core as the best
 * one does. Its id is the series' axis. A series of which nothing was measured has none.
 */
export function chartScaling(series: readonly Series[], figures: readonly Figure[], cores: number): Chart[] {
  return series.flatMap((one) => {
    const points = findPoints(one, figures, cores);
    if (points.length === 0) return [];
    const times = points.map(({ x, time }) => `${formatNumber(time, 1)} at ${x}`).join(', ');
    const text = {
      id: one.axis,
      title: `Time of an image's training step against ${one.title}`,
      description: `Microseconds an image by ${one.axis} (${one.conditions}): ${times}.`,
    };
    return [drawScaling(text, points, { xTitle: `${one.title} (${one.conditions})`, yTitle: 'µs an image' })];
  });
}

function findPoints({ points }: Series, figures: readonly Figure[], cores: number): ScalingPoint[] {
  const measured = points.flatMap(({ x, case: { name, threads, flops } }) => {
    const figure = figures.find((candidate) => candidate.name === name && candidate.threads === threads);
    if (figure?.imagesPerSecond === undefined) return [];
    return [{ x, time: 1e6 / figure.imagesPerSecond, work: flops / Math.min(threads, cores) }];
  });
  const best = Math.min(...measured.map(({ time, work }) => time / work));
  return measured.map(({ x, time, work }) => ({ x, time, ideal: best * work }));
}
