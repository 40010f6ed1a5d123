import type { Block, Document, Images, Section, Table } from './blocks.js';

/** Writes a document as Markdown (with the tables of GitHub's dialect). Charts are told in words. */
export function formatMarkdown({ title, subtitle, sections }: Document): string {
  return [`# ${escapeLine(title)}`, formatInline(subtitle), ...sections.map(formatSection)]
    .join('\n\n')
    .concat('\n');
}

function formatSection({ title, blocks }: Section): string {
  return [`## ${escapeLine(title)}`, ...blocks.map(formatBlock)].join('\n\n');
}

function formatBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `### ${escapeLine(block.text)}`;
    case 'paragraph':
      return formatInline(block.text);
    case 'question':
      return `> ${formatInline(block.text)}`;
    case 'warning':
      return `**${formatInline(block.text)}**`;
    case 'list':
      return block.items.map((item) => `- ${formatInline(item)}`).join('\n');
    case 'table':
      return formatTable(block);
    case 'chart':
      return `*Chart: ${escapeLine(block.chart.title)}.* ${formatInline(block.chart.description)}`;
    case 'images':
      return formatImages(block);
    case 'picture':
      return `![${escapeLine(block.caption)}](${encodeURIComponent(block.file)})`;
  }
}

function formatTable({ caption, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rules = columns.map(({ align }) => (align === 'right' ? '--:' : ':--'));
  const lines = [columns.map(({ title }) => title), ...rows].map((row) => line(row.map(formatInline)));
  return [`*${formatInline(caption)}*`, [lines[0], line(rules), ...lines.slice(1)].join('\n')].join('\n\n');
}

function formatImages({ caption, items }: Images): string {
  return [`*${formatInline(caption)}*`, items.map(({ text }) => `- ${formatInline(text)}`).join('\n')].join(
    '\n\n',
  );
}

/** Text with `code` between backticks, which Markdown has too. */
function formatInline(text: string): string {
  return text
    .split('`')
    .map((part, i) => (i % 2 === 1 ? `\`${part}\`` : escapeLine(part)))
    .join('');
}

/** Characters that would mean something in Markdown or end a cell. */
function escapeLine(text: string): string {
  return text.replace(/[\\*_[\]<>|#`]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}
