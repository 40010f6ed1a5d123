import { createRequire } from 'node:module';
import type * as Echarts from 'echarts';
import { escapeText } from '../document/escape.js';

/** What a chart shows, in words: for those who do not see it, and for the page's text. */
export interface ChartText {
  /** Unique in its page. */
  readonly id: string;
  readonly title: string;
  /** What there is to see, in a sentence or two. */
  readonly description: string;
  /** What signs mean that the drawing does not explain, for the line under it. */
  readonly note?: string;
}

export interface Chart extends ChartText {
  /** An `svg` element to stand in an HTML page, whose custom properties are its colours. */
  readonly svg: string;
}

/** The drawing's own units; the page scales it. */
export const CHART_WIDTH = 720;

/**
 * Draws a chart by Apache ECharts. Equal options give equal text.
 *
 * @param option as `setOption` takes it
 */
export function renderChart(text: ChartText, heightPixels: number, option: object): Chart {
  const chart = loadEcharts().init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: CHART_WIDTH,
    height: heightPixels,
  });
  try {
    chart.setOption({ ...option, animation: false });
    return { ...text, svg: tidySvg(chart.renderToSVGString(), text, heightPixels) };
  } finally {
    chart.dispose();
  }
}

/**
 * What ECharts adds for scripts goes: hover styles, marks, a white ground. Title and description come in, and ids that no other chart
 * of the page has.
 */
function tidySvg(svg: string, { id, title, description }: ChartText, height: number): string {
  const inner = svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<style.*?<\/style>/gs, '')
    .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/<rect width="[\d.]+" height="[\d.]+" x="0" y="0" fill="none"><\/rect>/, '')
    .replace(/<(\w+)((?: [\w-]+="[^"]*")*) ?><\/\1>/g, '<$1$2/>')
    .replace(/>\s+</g, '><')
    .trim();
  const heading =
    `<title id="${id}-title">${escapeText(title)}</title>` +
    `<desc id="${id}-desc">${escapeText(description)}</desc>`;
  return (
    `<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${CHART_WIDTH} ${height}" ` +
    `xmlns="http://www.w3.org/2000/svg">${heading}${inner}</svg>`
  );
}

/** `require` gets ECharts as one file; its hundreds of modules would take half a second to load. */
function loadEcharts(): typeof Echarts {
  return createRequire(import.meta.url)('echarts') as typeof Echarts;
}
