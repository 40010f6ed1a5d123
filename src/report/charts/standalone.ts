import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../../core/paths.js';
import type { Chart } from './render.js';

const FONT = 'system-ui, sans-serif';

/** A chart as an SVG file of its own, for any viewer: in the colours that a page has by day, on their paper. */
export function formatStandalone({ svg }: Chart): string {
  const colors = readColors();
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!;
  const paper = `<rect width="${width}" height="${height}" fill="var(--paper)"/>`;
  return `${svg}\n`
    .replace('<svg ', `<svg width="${width}" height="${height}" `)
    .replace('</desc>', `</desc>${paper}`)
    .replace(/font-family(:\s*|=")inherit/g, `font-family$1${FONT}`)
    .replace(/var\(--([\w-]+)\)/g, (_, name: string) => colors.get(name)!);
}

/** The custom properties of the page's style sheet. */
function readColors(): ReadonlyMap<string, string> {
  const style = readFileSync(join(findPackageRoot(), 'src/report/document/page.css'), 'utf8');
  const [, root] = /:root \{([^}]*)\}/.exec(style)!;
  return new Map([...root!.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name!, value!]));
}
