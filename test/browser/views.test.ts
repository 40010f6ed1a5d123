import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLastingFolder } from '../helpers/lasting-folder.js';
import { PageUnderTest } from './open-page.js';
import { recordSweeps } from './recorded-sweeps.js';

let shown: PageUnderTest;
const folder = makeLastingFolder();

beforeAll(async () => {
  const file = await recordSweeps(folder);
  shown = await PageUnderTest.start(() => [file]);
});
afterAll(() => shown.close());

const choice = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name });

describe('one run', () => {
  it('shows spec, network, answers and record', async () => {
    const page = await shown.open('#/run/5');
    await heading(page, 'Run 5: SK-0.2').waitFor();
    await page.getByText(/^Test error \d+\.\d\d% \(95% interval .*\); done\. Seed 0/).waitFor();
    const spec = page.getByRole('region', { name: /^Fields of the spec/ });
    expect(await spec.getByRole('row', { name: /^width/ }).innerText()).toMatch(/^width\s+0\.2\s+1$/);
    expect(await spec.getByRole('row', { name: /^balanced/ }).count()).toBe(0);
    await page.getByRole('button', { name: /fields that are as by default/ }).click();
    expect(await spec.getByRole('row', { name: /^balanced/ }).count()).toBe(1);
    expect(
      await page.getByRole('region', { name: 'Layers of SK-0.2' }).getByRole('row').count(),
    ).toBeGreaterThan(10);
    expect(await page.getByRole('region', { name: 'Confusion matrix' }).getByRole('row').count()).toBe(11);
  });

  it('shows what it gets wrong, and the kernels of its first layer', async () => {
    const page = await shown.open('#/run/5');
    const wrong = page.getByRole('img', { name: /^Test image \d+: \d, taken for \d$/ });
    await wrong.first().waitFor();
    const kernels = page.getByRole('img', { name: /^convolution1, kernels of 3×3/ });
    for (const image of [wrong.first(), kernels]) {
      await image.scrollIntoViewIfNeeded();
      await expect
        .poll(() =>
          image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth),
        )
        .toBeGreaterThan(0);
    }
  });

  it('hands out its spec as the file that its commands take', async () => {
    const page = await shown.open('#/run/5');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'run-5.json' }).click();
    expect((await download).suggestedFilename()).toBe('run-5.json');
    await page.getByText('runs.js verify 5 --db').waitFor();
  });

  it('says that there is none', async () => {
    const page = await shown.open('#/run/99');
    await page.getByRole('alert').getByText('there is no run 99').waitFor();
    shown.complaints.splice(0);
  });
});

describe('a comparison', () => {
  it('tests pair by pair, and shows which images one gets right and the other wrong', async () => {
    const page = await shown.open('#/compare?runs=1,5');
    const row = page
      .getByRole('region', { name: /^Images that both/ })
      .getByRole('row')
      .nth(1);
    await row.waitFor();
    const counts = (await row.getByRole('cell').allInnerTexts())
      .filter((text) => /^\d+$/.test(text))
      .map(Number);
    expect(counts.reduce((sum, count) => sum + count)).toBe(300);
    const [, first, second] = counts;
    await heading(page, `Only run 1 is right (${first})`).waitFor();
    await heading(page, `Only run 5 is right (${second})`).waitFor();
    const differences = page.getByRole('region', { name: /^Fields in which the runs differ/ });
    expect(await differences.getByRole('row', { name: /^width/ }).innerText()).toMatch(
      /^width\s+spec\s+0\.1\s+0\.2$/,
    );
  });

  it('shows curves, and of too many runs says where these are shown', async () => {
    const page = await shown.open('#/compare?runs=1,5');
    await page.getByRole('img', { name: /^Curves of error %/ }).waitFor();
    await page.getByLabel('Numbers of runs').fill([...Array(13).keys()].map((i) => i + 1).join());
    await page.keyboard.press('Enter');
    await page.getByText('At most 12 runs are compared at once, and 13 are selected').waitFor();
  });

  it('takes the numbers of runs, and the chosen pair, into its address', async () => {
    const page = await shown.open('#/compare');
    await page.getByLabel('Numbers of runs').fill('1 2, 5');
    await page.keyboard.press('Enter');
    await choice(page, 'Pair').selectOption('1,5');
    expect(new URL(page.url()).hash).toBe('#/compare?runs=1%2C2%2C5&pair=1%2C5');
    await heading(page, /^Only run 5 is right/).waitFor();
  });
});

describe('the grid', () => {
  const open = async (parameters = '') => {
    const page = await shown.open(`#/grid?${parameters}`);
    await heading(page, 'All settings, the best first').waitFor();
    return page;
  };

  it('says in one click which value wins, and whether that is more than chance', async () => {
    const page = await shown.open('#/search');
    await page.getByRole('link', { name: 'Grid', exact: true }).click();
    await heading(page, /^Which (width|batch size) wins\?$/).waitFor();
    await page
      .getByText(
        /has the best test error %, .* The runner-up, .* is .* behind: that (is more than|may be) chance \(p/,
      )
      .first()
      .waitFor();
  });

  it('shows a dot with an interval for each setting, a heat map of two fields, and all of it in numbers', async () => {
    const page = await open('x=width&y=batchSize');
    expect(await page.locator('circle.dot').count()).toBe(4);
    expect(await page.locator('line.interval').count()).toBe(4);
    const map = page.getByRole('region', { name: 'test error % by batch size and width' });
    expect(await map.getByRole('cell').filter({ hasText: /\d/ }).count()).toBe(4);
    expect(await page.getByRole('region', { name: '4 settings', exact: true }).getByRole('row').count()).toBe(
      5,
    );
  });

  it('takes field and measure into its address', async () => {
    const page = await open();
    await choice(page, 'Field').selectOption('batchSize');
    await heading(page, 'Which batch size wins?').waitFor();
    await choice(page, 'Compared by').selectOption('test_loss');
    await heading(page, /^test loss against batch size/).waitFor();
    expect(new URL(page.url()).hash).toMatch(/x=batchSize.*measure=test_loss/);
  });

  it('brushes an axis by keys and by hand, which leaves the settings that pass', async () => {
    const page = await open();
    const settings = (count: number) =>
      page.getByRole('region', { name: new RegExp(`^${count} of 4 settings`) });
    const handle = page.getByRole('slider', { name: 'width: from' });
    await handle.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp');
    await settings(2).waitFor();
    expect(await handle.getAttribute('aria-valuenow')).toBe('15');
    await page.reload();
    await settings(2).waitFor();
    // A click without a stretch frees the axis.
    await page.locator('rect.strip[data-axis="width"]').click();
    await page.getByRole('region', { name: '4 settings', exact: true }).waitFor();
    const strip = (await page.locator('rect.strip[data-axis="batchSize"]').boundingBox())!;
    const x = strip.x + strip.width / 2;
    await page.mouse.move(x, strip.y + strip.height - 2);
    await page.mouse.down();
    await page.mouse.move(x, strip.y + strip.height / 2, { steps: 4 });
    await page.mouse.up();
    await settings(2).waitFor();
  });

  it('leaves out what is malformed in its address', async () => {
    await open('brush=%25~0~500');
  });

  it('begins anew where the address asks for what these runs do not have', async () => {
    const page = await shown.open('#/grid?x=dropout');
    await page.getByRole('alert').getByText('expected x=').waitFor();
    await page.getByRole('button', { name: 'Begin anew' }).click();
    await heading(page, 'All settings, the best first').waitFor();
    shown.complaints.splice(0);
  });
});

describe('a search', () => {
  it('shows its history, what matters, and its trials with their states', async () => {
    const page = await shown.open('#/search');
    await heading(page, 'Search rates').waitFor();
    await page
      .getByText('9 of 12 trials complete, 2 given up, 1 running. The best so far is trial')
      .waitFor();
    expect(await page.locator('.chart circle.dot').count()).toBe(11);
    const trials = page.getByRole('region', { name: /^Trials/ });
    expect(await trials.getByRole('row').count()).toBe(13);
    expect(await trials.getByRole('row').nth(1).innerText()).toMatch(/^★/);
    expect(await trials.getByText('given up').count()).toBe(2);
  });
});

it('broke no rule of its policy for content, and threw nothing', () => {
  expect(shown.complaints).toEqual([]);
});
