import { describe, expect, it } from 'vitest';
import { makeFolder } from './experiment/fake-runs.js';
import { commandsOf, readPage, runCommand, writePageFiles } from './helpers/page.js';

/** The pages that the index lists as how-tos. */
const [, list] = /^## How to\n(.*?)^## /ms.exec(readPage('docs/README.md'))!;
const pages = [...list!.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => `docs/${page}`);

describe('the how-tos', () => {
  it.each(pages)('%s shows commands that work, one after another', (path) => {
    const page = readPage(path);
    const folder = makeFolder();
    writePageFiles(page, folder);
    const commands = commandsOf(page);
    expect(commands).not.toEqual([]);
    for (const command of commands) runCommand(command, folder);
  });
});
