import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/experiment/database.js';
import { PageUnderTest } from './open-page.js';

const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

let shown: PageUnderTest;

beforeAll(async () => {
  shown = await PageUnderTest.start((folder) => [
    makeDatabase(join(folder, 'one.db')),
    join(folder, 'two.db'),
  ]);
});
afterAll(() => shown.close());

function makeDatabase(file: string): string {
  const db = openDatabase(file);
  const sweep = db.prepare("INSERT INTO sweeps (name, created_at) VALUES (?, '2026-01-01')");
  for (const name of [MARKUP, 'widths', 'seeds']) sweep.run(name);
  db.close();
  return file;
}

const linkTo = (sql: string) => `#/sql?${new URLSearchParams({ q: sql })}`;

describe('SQL', () => {
  it('asks what the address says', async () => {
    const page = await shown.open(
      linkTo("SELECT name AS sweep, 2 + 2 AS four FROM sweeps WHERE name = 'widths'"),
    );
    await page.getByRole('cell', { name: 'widths' }).waitFor();
    expect(await page.getByRole('row').allTextContents()).toEqual(['sweepfour', 'widths4']);
    expect(await page.getByRole('textbox').inputValue()).toContain("WHERE name = 'widths'");
  });

  it('asks what is typed, and puts it into the address', async () => {
    const page = await shown.open('#/sql');
    await page.getByRole('heading', { name: 'Views' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('SELECT count(*) AS sweeps FROM sweeps');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('cell', { name: '3' }).waitFor();
    expect(new URLSearchParams(page.url().split('?')[1]).get('q')).toBe(
      'SELECT count(*) AS sweeps FROM sweeps',
    );
    await page.goBack();
    expect(page.url()).not.toContain('q=');
  });

  it('answers every ready-made question and shows every view', async () => {
    const page = await shown.open('#/sql');
    const choice = page.getByLabel('Ready-made');
    const questions = choice.locator('option:not([disabled])');
    await expect.poll(() => questions.count()).toBeGreaterThan(8);
    for (const label of await questions.allTextContents()) {
      const [answered] = await Promise.all([
        page.waitForResponse('**/api/sql*'),
        choice.selectOption({ label }),
      ]);
      expect(answered.status(), label).toBe(200);
    }
    const views = page.locator('details');
    await expect.poll(() => views.count()).toBe(13);
    await views.first().locator('summary').click();
    await views.first().getByText('One row a finished run').waitFor();
    await views.first().getByRole('button').click();
    await expect.poll(() => page.getByRole('textbox').inputValue()).toContain('FROM results');
  });

  it('shows markup as text', async () => {
    const page = await shown.open(linkTo('SELECT name FROM sweeps ORDER BY sweep_id'));
    await page.getByRole('cell', { name: MARKUP }).waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('SQL · Convoy');
  });

  it('says why not', async () => {
    const page = await shown.open(linkTo('DELETE FROM runs'));
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('Begin with SELECT');
  });

  it.each(['CSV', 'JSON'])('saves %s', async (format) => {
    const page = await shown.open('#/sql');
    await page.getByRole('textbox').fill("SELECT name FROM sweeps WHERE name = 'seeds'");
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `Save as ${format}` }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`rows.${format.toLowerCase()}`);
    expect(readFileSync(await download.path(), 'utf8')).toBe(
      format === 'CSV' ? 'name\r\nseeds\r\n' : '[\n{"name":"seeds"}\n]\n',
    );
  });

  it('asks the other database', async () => {
    const page = await shown.open(linkTo('SELECT 1'));
    await page.getByLabel('Database').selectOption({ index: 1 });
    await expect
      .poll(() => page.getByRole('alert').first().textContent())
      .toContain('two.db: there is no such database');
    expect(page.url()).toContain('db=1');
  });

  it('fits a telephone, sideways too', async () => {
    const page = await shown.open(linkTo('SELECT * FROM results'), { viewport: { width: 390, height: 844 } });
    await page.locator('caption').waitFor();
    const [inner, width] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    expect(inner).toBe(width);
  });
});

it('is all within the policy for content', () => {
  // What the server refuses the browser tells of, too.
  expect(shown.complaints.filter((line) => !line.includes('Failed to load resource'))).toEqual([]);
});
