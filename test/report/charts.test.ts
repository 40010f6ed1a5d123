import { describe, expect, it } from 'vitest';
import { drawCurves } from '../../src/report/charts/curves.js';
import { drawDots } from '../../src/report/charts/dots.js';
import { drawTrend } from '../../src/report/charts/trend.js';
import { findMarkupErrors, findRequests, readHtmlText } from '../helpers/markup.js';

const TEXT = { id: 'chart', title: 'Title & more', description: 'What there is to see.' };
const POINTS = [
  { x: 500, value: 7, low: 6.5, high: 7.5, label: '7.00' },
  { x: 60_000, value: 0.8, low: 0.6, high: 1, label: '0.80' },
];
const CHARTS = {
  curves: () =>
    drawCurves(
      TEXT,
      [
        {
          name: 'A',
          points: [
            [1, 8],
            [2, 3],
            [3, 0],
          ],
        },
        {
          name: 'B',
          points: [
            [1, 9],
            [2, null],
            [3, 1],
          ],
          line: 'dotted',
        },
      ],
      { title: 'error, %', floor: 0.5 },
    ),
  dots: () =>
    drawDots(
      TEXT,
      POINTS.map((point) => ({ ...point, name: `first ${point.x}` })),
      { xTitle: 'test error, %', reference: { value: 2, low: 1, high: 3 } },
    ),
  trend: () =>
    drawTrend(TEXT, POINTS, { xTitle: 'examples', xScale: 'log', yTitle: 'error, %', yScale: 'log' }),
};

describe.each(Object.entries(CHARTS))('a chart of %s', (_, draw) => {
  it('is one well-formed svg element without scripts, styles or requests', () => {
    const { svg } = draw();
    expect(findMarkupErrors(svg)).toEqual([]);
    expect(findRequests(svg)).toEqual([]);
    expect(svg).toMatch(/^<svg role="img" aria-labelledby="chart-title chart-desc" viewBox="0 0 720 \d+"/);
    expect(svg).not.toMatch(/<style|<script|class=|ecmeta|NaN|undefined/);
  });

  it('has title and description', () => {
    expect(draw().svg).toContain(
      '<title id="chart-title">Title &#38; more</title><desc id="chart-desc">What there',
    );
  });

  it('has the colours of the page and no others', () => {
    const colors = [...draw().svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map(([, color]) => color!);
    const own = colors.filter((color) => !color.startsWith('var(--') && color !== 'none');
    // What ECharts draws without paint: clip paths, the legend's ground.
    expect(own.filter((color) => !['#000', 'rgb(0,0,0)', '#b7b9be', '#fff'].includes(color))).toEqual([]);
  });

  it('is the same each time', () => {
    expect(draw()).toEqual(draw());
  });
});

describe('a chart of many curves', () => {
  it('has its names over the axis, in columns as wide as they are', () => {
    const names = Array.from({ length: 8 }, (_, i) => `SK-0.${i} learning rate 0.01 batch size 10`);
    const curves = names.map((name, i) => ({ name, points: [[1, 9 - i] as const, [2, 1] as const] }));
    const { svg } = drawCurves(TEXT, curves, { title: 'error, %', floor: 0.5 });
    const placeOf = (text: string) => {
      const [, x, y] = new RegExp(`translate\\(([\\d.]+) ([\\d.]+)\\)[^>]*>${text}<`).exec(svg)!;
      return [Number(x), Number(y)] as const;
    };
    const places = names.map(placeOf);
    const [[left, first], [right]] = places as [readonly [number, number], readonly [number, number]];
    expect(places.map(([x]) => x)).toEqual(names.map((_, i) => (i % 2 === 0 ? left : right)));
    expect(right - left).toBeGreaterThan(7 * names[0]!.length);
    expect(placeOf('5')[1]).toBeGreaterThan(places.at(-1)![1] + 20);
    expect(places.at(-1)![1]).toBeGreaterThan(first);
  });
});

describe('a logarithmic axis', () => {
  it('has round numbers on it', () => {
    const text = readHtmlText(CHARTS.trend().svg.replace(/<\/text>/g, ' '));
    expect(text).toContain('500 1,000 2,000 5,000 10,000 20,000 50,000');
    expect(text).toContain('1 2 5 ');
  });

  it('has finer ones for a narrow range', () => {
    const narrow = [1.4, 1.6].map((value, x) => ({
      x,
      value,
      low: value - 0.1,
      high: value + 0.1,
      label: '',
    }));
    const { svg } = drawTrend(TEXT, narrow, { xTitle: 'x', xScale: 'linear', yTitle: 'y', yScale: 'log' });
    expect(svg).toMatch(/>1\.5<\/text>/);
  });
});
