import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { makeLastingFolder } from '../helpers/lasting-folder.js';
import { PageUnderTest } from './open-page.js';
import { MARKED_UP, recordSweeps } from './recorded-sweeps.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What each view is to show; a new one is shown as it opens. */
const ADDRESSES: Readonly<Record<string, string>> = {
  run: '#/run/1',
  compare: '#/compare?runs=1,2,5',
  curves: '#/curves?runs=1,2,5',
  grid: `#/grid?sweep=${encodeURIComponent(MARKED_UP)}`,
  search: '#/search/rates',
};
/** As text, since what it imports is for a browser. */
const list = readFileSync(join(findPackageRoot(), 'page/src/views.ts'), 'utf8');
const views = [...list.matchAll(/\bname: '(\w+)'/g)].map(([, name]) => ({
  name: name!,
  hash: ADDRESSES[name!] ?? `#/${name}`,
}));

let shown: PageUnderTest;
const folder = makeLastingFolder();

beforeAll(async () => {
  const file = await recordSweeps(folder);
  shown = await PageUnderTest.start(() => [file]);
});
afterAll(() => shown.close());

/** Opens a view and waits until nothing of it is on its way. */
async function open(hash: string, options: Parameters<PageUnderTest['open']>[1] = {}): Promise<Page> {
  const page = await shown.open(hash, options);
  await page.locator('h1').first().waitFor();
  // Not by a function within the page, whose policy lets no text become a script.
  await expect.poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
  return page;
}

/** What axe finds, each with the first element that it is about. */
async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
}

/** Pixels that a reader would have to scroll sideways for. */
const measureOverflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

describe.each(views)('the view $name', ({ hash }) => {
  it('can be read by a screen reader, wide and light', async () => {
    const page = await open(hash, { viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
    expect(await findViolations(page)).toEqual([]);
    expect(await page.locator('h1').count()).toBe(1);
  });

  it('fits a telephone of 390 pixels, and can be read in the dark', async () => {
    const page = await open(hash, {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
      hasTouch: true,
    });
    expect(await measureOverflow(page)).toBe(0);
    expect(await findViolations(page)).toEqual([]);
  });

  it('prints on white paper without what can only be clicked', async () => {
    const page = await open(hash, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light');
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect((await page.pdf()).length).toBeGreaterThan(1000);
  });

  it('has all of its state in its address', async () => {
    const page = await open(hash);
    const text = await page.locator('main').innerText();
    await page.reload();
    await expect.poll(() => page.locator('main').innerText()).toBe(text);
  });
});

it('shows names with markup as text', async () => {
  const page = await open(ADDRESSES.grid!);
  await page.getByRole('heading', { level: 1, name: MARKED_UP }).waitFor();
  expect(await page.locator('main img[src="x"]').count()).toBe(0);
});

it('broke no rule of its policy for content, and threw nothing', () => {
  expect(shown.complaints).toEqual([]);
});
