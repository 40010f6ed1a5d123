/** Reading of HTML and Markdown, as far as tests need it. */

/** What is wrong with a page that should be HTML and well-formed XML alike; empty if nothing is. */
export function findMarkupErrors(html: string): string[] {
  const errors: string[] = [];
  const open: string[] = [];
  const ids = new Map<string, number>();
  const references: string[] = [];
  const body = html.replace(/^<!DOCTYPE html>\n/, '').replace(/<style>[^<]*<\/style>/g, '');
  for (const [text] of body.matchAll(/<[^>]*>|[^<]+/g)) {
    if (!text.startsWith('<')) {
      if (/&(?!#\d+;)|>/.test(text)) errors.push(`not escaped: ${text.slice(0, 60)}`);
      continue;
    }
    const [, slash, name, attributes, end] =
      /^<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>$/.exec(text) ?? [];
    if (name === undefined) {
      errors.push(`no tag: ${text.slice(0, 80)}`);
    } else if (slash) {
      const last = open.pop();
      if (last !== name) errors.push(`</${name}> closes <${last}>`);
    } else if (!end) {
      open.push(name);
    }
    for (const [, key, value] of (attributes ?? '').matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (key === 'id') ids.set(value!, (ids.get(value!) ?? 0) + 1);
      if (key === 'aria-labelledby') references.push(...value!.split(' '));
      if (key === 'href' && value!.startsWith('#')) references.push(value!.slice(1));
      for (const [, reference] of value!.matchAll(/url\(#([^)]*)\)/g)) references.push(reference!);
    }
  }
  errors.push(...open.map((name) => `<${name}> is not closed`));
  for (const [id, count] of ids) if (count > 1) errors.push(`the id ${id} is used ${count} times`);
  errors.push(...references.filter((id) => !ids.has(id)).map((id) => `there is no id ${id}`));
  return errors;
}

/** Addresses that opening the page would load, but for those that it brings along. */
export function findRequests(html: string): string[] {
  const attributes = [...html.matchAll(/\s(?:src|href|xlink:href|srcset|action|data|poster)="([^"]*)"/g)].map(
    ([, url]) => url!,
  );
  const styles = [...html.matchAll(/url\(\s*['"]?([^)'"]*)|@import\s+['"]([^'"]*)/g)].map(
    ([, url, imported]) => url ?? imported!,
  );
  return [...attributes, ...styles].filter((url) => !url.startsWith('#') && !url.startsWith('data:'));
}

/** The texts of a page's tables, row by row, titles first. */
export function readHtmlTables(html: string): string[][][] {
  return [...html.matchAll(/<table>(.*?)<\/table>/gs)].map(([, table]) =>
    [...table!.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
      [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => readHtmlText(cell!)),
    ),
  );
}

/** The text of some HTML, without its tags. */
export function readHtmlText(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

/** The texts of the tables of some Markdown, row by row, titles first. */
export function readMarkdownTables(markdown: string): string[][][] {
  const tables = markdown.split('\n\n').filter((block) => block.startsWith('|'));
  return tables.map((table) => {
    const [titles, , ...rows] = table.trimEnd().split('\n').map(readMarkdownRow);
    return [titles!, ...rows];
  });
}

function readMarkdownRow(line: string): string[] {
  return line
    .replace(/^\| | \|$/g, '')
    .split(/ \| /)
    .map((cell) => cell.replace(/`([^`]*)`/g, '$1').replace(/\\(.)/g, '$1'));
}
