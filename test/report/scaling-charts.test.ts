import { describe, expect, it } from 'vitest';
import type { Figure } from '../../src/bench/figure.js';
import { listScalingSeries } from '../../src/bench/scaling-cases.js';
import { drawScaling } from '../../src/report/charts/scaling.js';
import { formatStandalone } from '../../src/report/charts/standalone.js';
import { chartScaling } from '../../src/report/scaling-charts.js';
import { findMarkupErrors, findRequests } from '../helpers/markup.js';

const CORES = 2;
const series = listScalingSeries(CORES);

/** Figures of all points, at so many operations a second and core. */
function measure(flopsPerCore: (x: number) => number): Figure[] {
  return series.flatMap(({ points }) =>
    points.map(({ x, case: { name, threads, flops } }): Figure => {
      const gflops = (flopsPerCore(x) * Math.min(threads, CORES)) / 1e9;
      return {
        name,
        threads,
        kernels: 'avx2',
        imagesPerSecond: (1e9 * gflops) / flops,
        gflops,
        shareOfPeak: null,
      };
    }),
  );
}

/** The lines of a chart, as lists of coordinates. */
const linesOf = (svg: string) =>
  [...svg.matchAll(/<path d="M([^"Z]*)" fill="none" stroke="[^"]*" stroke-width="2"/g)].map(
    ([, path]) => path,
  );

describe('charts of scaling', () => {
  it('are one a series of which something was measured', () => {
    const charts = chartScaling(
      series,
      measure(() => 1e10),
      CORES,
    );
    expect(charts.map(({ id }) => id)).toEqual(['width', 'batch', 'workers']);
    const some = measure(() => 1e10).filter(({ name }) => name === 'scaling/batch/32');
    expect(chartScaling(series, some, CORES).map(({ id }) => id)).toEqual(['batch']);
  });

  it('have one line over the other where all points are as fast', () => {
    for (const { svg } of chartScaling(
      series,
      measure(() => 1e10),
      CORES,
    )) {
      const [measured, ideal] = linesOf(svg);
      expect(measured).toMatch(/^\d/);
      expect(ideal).toBe(measured);
    }
  });

  it('have the line of the best point under the others', () => {
    const best = 512;
    const [, batch] = chartScaling(
      series,
      measure((x) => (x === best ? 2e10 : 1e10)),
      CORES,
    );
    const [measured, ideal] = linesOf(batch!.svg).map((path) => path!.split(/[L ]/).map(Number));
    const heights = (line: number[]) => line.filter((_, i) => i % 2 === 1);
    const flat = heights(ideal!);
    expect(new Set(flat).size).toBe(1);
    // Downwards is more in SVG, and less time.
    expect(heights(measured!).map((y) => Math.sign(flat[0]! - y))).toEqual([1, 1, 1, 1, 0, 1]);
  });

  it('say in words what they show', () => {
    const [width] = chartScaling(
      series,
      measure(() => 1e10),
      CORES,
    );
    expect(width!.svg).toContain('Microseconds an image by width (mini-batches of 100, 2 workers): ');
  });
});

describe('a chart as a file of its own', () => {
  const text = { id: 'chart', title: 'A & B', description: 'What there is to see.' };
  const svg = formatStandalone(
    drawScaling(text, [{ x: 1, time: 3, ideal: 2 }], { xTitle: 'workers', yTitle: 'µs' }),
  );

  it('is an SVG document that needs nothing else', () => {
    expect(findMarkupErrors(svg)).toEqual([]);
    expect(findRequests(svg)).toEqual([]);
    expect(svg).toMatch(/^<svg width="720" height="\d+" /);
  });

  it('has colours that any viewer knows, on paper', () => {
    expect(svg).not.toMatch(/var\(|inherit|undefined/);
    expect(svg).toContain('fill="#ffffff"');
  });
});
