import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/experiment/database.js';
import { prepareEpochs, writeManyRuns } from '../helpers/many-runs.js';
import { PageUnderTest } from './open-page.js';

let shown: PageUnderTest;

beforeAll(async () => {
  shown = await PageUnderTest.start((folder) => {
    const file = join(folder, 'curves.db');
    writeManyRuns(file, { runs: 30, running: 2 });
    return [file];
  });
});
afterAll(() => shown.close());
afterEach(() => expect(shown.complaints.splice(0)).toEqual([]));

async function openCurves(query: string): Promise<Page> {
  const page = await shown.open(`#/curves${query}`);
  await page.locator('.chart canvas').waitFor();
  return page;
}

const hash = (page: Page) => decodeURIComponent(new URL(page.url()).hash);
const values = (page: Page) => page.locator('.values tbody tr').allTextContents();
const caption = (page: Page) => page.locator('.values caption').textContent();

/** Pixels of the canvas that are not of its ground: how much is drawn. */
const countInk = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('.chart canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  })()`);

describe('the curves', () => {
  it('are of the selected runs, named by what differs between them', async () => {
    const page = await openCurves('?runs=1,6&sets=train,test');
    expect(await values(page)).toEqual([
      expect.stringMatching(/^1 SK-0\.2\d\.\d\d\d\.\d\d$/),
      expect.stringMatching(/^6 SK-0\.4\d\.\d\d\d\.\d\d$/),
    ]);
    expect(await countInk(page)).toBeGreaterThan(1000);
  });

  it('are of what runs now if none is selected', async () => {
    const page = await openCurves('');
    await page.getByText('these are the latest').waitFor();
    expect((await values(page)).map((row) => row.slice(0, 2))).toEqual(['29', '30']);
  });

  it('tell all values where one points', async () => {
    const page = await openCurves('?runs=1,6');
    expect(await caption(page)).toBe('error % at the end');
    const plot = (await page.locator('.u-over').boundingBox())!;
    await page.mouse.move(plot.x + 2, plot.y + plot.height / 2);
    await expect.poll(() => caption(page)).toBe('error % at epoch 1');
    // At the beginning the error is greatest.
    expect((await values(page))[0]).toMatch(/^1 SK-0\.2[1-9]\d\.\d\d$/);
  });

  it('are zoomed by a drag and shown whole again, which the address remembers', async () => {
    const page = await openCurves('?runs=1,6');
    const plot = (await page.locator('.u-over').boundingBox())!;
    const y = plot.y + plot.height / 2;
    await page.mouse.move(plot.x + plot.width * 0.4, y);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.8, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => hash(page)).toMatch(/zoom=4\.\d+\.\.8\.\d+/);
    await page.getByRole('button', { name: 'Whole length' }).click();
    expect(hash(page)).not.toContain('zoom');
  });

  it('stand over steps and times, on logarithmic axes, and are smoothed', async () => {
    const page = await openCurves('?runs=1,6');
    await page.getByLabel('by').selectOption('step');
    await page.getByLabel('log x').click();
    await page.getByLabel('log y').click();
    expect(hash(page)).toContain('x=step&log=x,y');
    const plain = await countInk(page);
    expect(plain).toBeGreaterThan(1000);
    await page.getByRole('slider').fill('0.9');
    await page.getByText('dots are what was measured').waitFor();
    expect(await caption(page)).toContain('(smoothed)');
    await page.getByLabel('by').selectOption('time');
    await page.getByLabel('Draw').selectOption('loss');
    expect(hash(page)).toMatch(/y=loss/);
  });

  it('are means with bands over seeds', async () => {
    const page = await openCurves('?runs=1,2,3,4,5,6,7,8,9,10');
    const lines = await countInk(page);
    await page.keyboard.press('b');
    await expect.poll(async () => (await values(page)).length).toBe(2);
    expect((await values(page))[0]).toMatch(/^1–5 SK-0\.2\d\.\d\d ± 0\.\d\d5$/);
    expect(await countInk(page)).not.toBe(lines);
  });

  it('grow as epochs land', async () => {
    const page = await openCurves('?runs=29');
    const db = openDatabase(join(shown.folder, 'curves.db'));
    try {
      const add = prepareEpochs(db);
      const delays: number[] = [];
      for (const epoch of [6, 7, 8]) {
        const begun = performance.now();
        add(29, epoch, epoch / 8);
        await expect
          .poll(async () => (await values(page))[0], { interval: 20 })
          .toContain((epoch / 8).toFixed(2));
        delays.push(performance.now() - begun);
      }
      // The least of them, since other programs may hold up one.
      expect(Math.min(...delays)).toBeLessThan(1000);
    } finally {
      db.close();
    }
  });

  it('are printed in colours for paper', async () => {
    const page = await openCurves('?runs=1,6');
    const paint = (before: string): Promise<string> =>
      page.evaluate(`(async () => {
        ${before};
        // A browser takes the page once its listeners have returned.
        await Promise.resolve();
        return document.querySelector('.chart canvas').toDataURL();
      })()`);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light');
    await page.waitForTimeout(200);
    const light = await paint('');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => paint('')).not.toBe(light);
    expect(await paint("dispatchEvent(new Event('beforeprint'))")).toBe(light);
    expect(await paint("dispatchEvent(new Event('afterprint'))")).not.toBe(light);
  });

  it('say which runs are no longer there', async () => {
    const page = await openCurves('?runs=1,77');
    await page.getByText('No longer there: run 77.').waitFor();
  });
});
