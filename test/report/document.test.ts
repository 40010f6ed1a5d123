import { describe, expect, it } from 'vitest';
import type { Document } from '../../src/report/document/blocks.js';
import { formatHtml } from '../../src/report/document/html.js';
import { formatMarkdown } from '../../src/report/document/markdown.js';
import {
  findMarkupErrors,
  findRequests,
  readHtmlTables,
  readHtmlText,
  readMarkdownTables,
} from '../helpers/markup.js';

const TABLE = {
  kind: 'table',
  caption: 'Errors of a*b',
  columns: [
    { title: 'name', align: 'left' },
    { title: 'error %', align: 'right' },
  ],
  rows: [
    ['A | B', '1.25'],
    ['<i>"C" & D</i>', ''],
  ],
  shades: [
    [0, 1],
    [0, 0.1],
  ],
} as const;

const DOCUMENT: Document = {
  title: 'A <b> & "c"',
  subtitle: 'With `code <x>` in it',
  sections: [
    {
      id: 'one',
      title: 'One',
      blocks: [
        { kind: 'heading', text: 'H' },
        { kind: 'question', text: 'Why?' },
        { kind: 'warning', text: 'Run `sweep *`.' },
        { kind: 'list', items: ['first', 'second'] },
        TABLE,
        {
          kind: 'images',
          caption: 'Two',
          items: [
            { source: 'data:image/png;base64,AAAA', text: 'a 4, taken for a 9', label: '4 → 9' },
            { source: null, text: 'an 8', label: '8' },
          ],
        },
      ],
    },
  ],
};

describe('a document', () => {
  it('is well-formed HTML without requests', () => {
    const html = formatHtml(DOCUMENT);
    expect(findMarkupErrors(html)).toEqual([]);
    expect(findRequests(html)).toEqual([]);
    expect(html).toContain('<p class="warning" role="note">Run <code>sweep *</code>.</p>');
    expect(html).toContain('alt="a 4, taken for a 9"');
    expect(html).toContain('class="number shade-5"');
    expect(html).toContain('class="number shade-1"');
    expect(readHtmlText(html)).toContain('A <b> & "c"');
  });

  it('has the same tables as HTML and as Markdown, whatever is in them', () => {
    const expected = [['name', 'error %'], ...TABLE.rows.map((row) => [...row])];
    expect(readHtmlTables(formatHtml(DOCUMENT))).toEqual([expected]);
    expect(readMarkdownTables(formatMarkdown(DOCUMENT).replace('A \\| B', 'A / B'))).toEqual([
      expected.map((row) => row.map((cell) => cell.replace('A | B', 'A / B'))),
    ]);
  });

  it('is Markdown that means no more than it says', () => {
    const markdown = formatMarkdown(DOCUMENT);
    expect(markdown).toContain(
      '# A \\<b\\> & "c"\n\nWith `code <x>` in it\n\n## One\n\n### H\n\n> Why?\n\n**Run `sweep *`.**',
    );
    expect(markdown).toContain('*Errors of a\\*b*\n\n| name | error % |\n| :-- | --: |\n| A \\| B | 1.25 |');
    expect(markdown).toContain('- first\n- second');
    expect(markdown).toContain('*Two*\n\n- a 4, taken for a 9\n- an 8\n');
  });
});

describe('the check of a page', () => {
  it.each([
    ['<p>a', '<p> is not closed'],
    ['<p><b>a</p></b>', '</p> closes <b>'],
    ['<p>a & b</p>', 'not escaped'],
    ['<p class=x>a</p>', 'no tag'],
    ['<i id="a"/><i id="a"/>', 'the id a is used 2 times'],
    ['<a href="#b">a</a>', 'there is no id b'],
  ])('finds what is wrong with %s', (html, error) => {
    expect(findMarkupErrors(html).join()).toContain(error);
  });

  it('finds requests', () => {
    expect(
      findRequests('<img src="http://x/y.png"/><style>@import "z.css"; a { b: url(q.png) }</style>'),
    ).toEqual(['http://x/y.png', 'z.css', 'q.png']);
  });
});
