import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../../core/paths.js';
import type { Chart } from '../charts/render.js';
import type { Block, Document, Images, Picture, Section, Table } from './blocks.js';
import { escapeText } from './escape.js';

/** Shades of a table's cells that the style sheet knows: shade-1 to shade-5. */
const SHADES = 5;

/**
 * Writes a document as one HTML page: no scripts, no requests, also well-formed XML. The style sheet is in it.
 */
export function formatHtml(document: Document): string {
  const style = readFileSync(join(findPackageRoot(), 'src/report/document/page.css'), 'utf8');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${escapeText(document.title)}</title>
<style>
${style}</style>
</head>
<body>
<header>
<h1>${escapeText(document.title)}</h1>
<p class="subtitle">${formatInline(document.subtitle)}</p>
</header>
${formatContents(document.sections)}
<main>
${document.sections.map(formatSection).join('\n')}
</main>
</body>
</html>
`;
}

function formatContents(sections: readonly Section[]): string {
  const items = sections.map(
    ({ id, title }) => `<li><a href="#${escapeText(id)}">${escapeText(title)}</a></li>`,
  );
  return `<nav aria-label="Contents"><ul>${items.join('')}</ul></nav>`;
}

function formatSection({ id, title, blocks }: Section): string {
  const heading = `<h2 id="${escapeText(id)}-title">${escapeText(title)}</h2>`;
  const lines = [heading, ...blocks.map(formatBlock)].join('\n');
  return `<section id="${escapeText(id)}" aria-labelledby="${escapeText(id)}-title">\n${lines}\n</section>`;
}

function formatBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h3>${escapeText(block.text)}</h3>`;
    case 'paragraph':
      return `<p>${formatInline(block.text)}</p>`;
    case 'question':
      return `<blockquote><p>${formatInline(block.text)}</p></blockquote>`;
    case 'warning':
      return `<p class="warning" role="note">${formatInline(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${formatInline(item)}</li>`).join('')}</ul>`;
    case 'table':
      return formatTable(block);
    case 'chart':
      return formatChart(block.chart);
    case 'images':
      return formatImages(block);
    case 'picture':
      return formatPicture(block);
  }
}

function formatChart({ svg, title, note }: Chart): string {
  const caption = note === undefined ? `${title}.` : `${title}. ${note}`;
  return `<figure><div class="scroll" tabindex="0">${svg}</div>${formatCaption(caption)}</figure>`;
}

function formatTable({ caption, columns, rows, shades }: Table): string {
  const titles = columns.map(
    ({ title, align }) => `<th scope="col"${classOf(align)}>${formatInline(title)}</th>`,
  );
  const lines = rows.map((row, y) => {
    const cells = row.map((cell, x) => {
      if (x === 0) return `<th scope="row"${classOf(columns[0]!.align)}>${formatInline(cell)}</th>`;
      return `<td${classOf(columns[x]!.align, shades?.[y]?.[x])}>${formatInline(cell)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<figure>${formatCaption(caption)}<div class="scroll" tabindex="0"><table>
<thead><tr>${titles.join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table></div></figure>`;
}

function classOf(align: 'left' | 'right', shade = 0): string {
  const names = [
    ...(align === 'right' ? ['number'] : []),
    ...(shade > 0 ? [`shade-${Math.max(1, Math.ceil(Math.min(1, shade) * SHADES))}`] : []),
  ];
  return names.length > 0 ? ` class="${names.join(' ')}"` : '';
}

function formatImages({ caption, items }: Images): string {
  const figures = items.map(({ source, text, label }) => {
    const picture =
      source === null
        ? ''
        : `<img src="${source}" alt="${escapeText(text)}" title="${escapeText(text)}" width="56" height="56"/>`;
    return `<li>${picture}<span>${escapeText(label)}</span></li>`;
  });
  return `<figure>${formatCaption(caption)}<ul class="images">${figures.join('')}</ul></figure>`;
}

function formatPicture({ file, caption, height, width }: Picture): string {
  const source = encodeURIComponent(file);
  return `<figure><div class="scroll" tabindex="0"><a href="${source}"><img src="${source}" alt="${escapeText(caption)}" width="${width}" height="${height}"/></a></div>${formatCaption(caption)}</figure>`;
}

function formatCaption(text: string): string {
  return `<figcaption>${formatInline(text)}</figcaption>`;
}

/** Text with `code` between backticks. */
function formatInline(text: string): string {
  return text
    .split('`')
    .map((part, i) => (i % 2 === 1 ? `<code>${escapeText(part)}</code>` : escapeText(part)))
    .join('');
}
