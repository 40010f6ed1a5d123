import { describe, expect, it } from 'vitest';
import { makeFolder } from './experiment/fake-runs.js';
import { commandsOf, readPage, runCommand, writePageFiles } from './helpers/page.js';

/** Need files and servers of their own. */
const TESTED_ELSEWHERE = new Map([
  ['docs/own-images.md', 'test/own-images.test.ts'],
  ['docs/serving.md', 'test/checkpoint/serving-page.test.ts'],
]);

/** The pages that the index lists as how-tos. */
const [, list] = /^## How to\n(.*?)^## /ms.exec(readPage('docs/README.md'))!;
const pages = [...list!.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => `docs/${page}`);

describe('the how-tos', () => {
  it.each(pages.filter((page) => !TESTED_ELSEWHERE.has(page)))(
    '%s shows commands that work, one after another',
    (path) => {
      const page = readPage(path);
      const folder = makeFolder();
      writePageFiles(page, folder);
      const commands = commandsOf(page);
      expect(commands).not.toEqual([]);
      for (const command of commands) runCommand(command, folder);
    },
  );
});
