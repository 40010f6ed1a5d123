import { join } from 'node:path';
import type { Request } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DashboardServer } from '../../src/dashboard/server.js';
import { PageUnderTest } from './open-page.js';

let shown: PageUnderTest;

beforeAll(async () => {
  shown = await PageUnderTest.start((folder) => [join(folder, 'none.db')]);
});
afterAll(() => shown.close());

it('opens by the printed address, which leaves no token behind', async () => {
  const page = await shown.open('#/sql');
  await page.getByRole('navigation').waitFor();
  expect(new URL(page.url()).search).toBe('');
  expect(new URL(page.url()).hash).toBe('#/sql');
  expect(shown.complaints).toEqual([]);
});

it('says why a database cannot be read', async () => {
  const page = await shown.open('#/sql');
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('there is no such database');
});

it('lists its keys', async () => {
  const page = await shown.open('#/sql');
  await page.getByRole('navigation').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('shows this list').waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
});

it('keeps the colours that were chosen', async () => {
  const page = await shown.open('#/sql', { colorScheme: 'light' });
  const colours = () => page.locator('html').getAttribute('data-theme');
  await page.getByRole('button', { name: 'Colours' }).click();
  await page.getByRole('button', { name: 'Colours' }).click();
  expect(await colours()).toBe('dark');
  await page.reload();
  await page.getByRole('navigation').waitFor();
  expect(await colours()).toBe('dark');
});

it('holds no connection while it is hidden, and goes on when it is shown', async () => {
  const page = await shown.open('#/sql');
  const streams = new Set<Request>();
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/events') streams.add(request);
  });
  page.on('requestfailed', (request) => streams.delete(request));
  const hide = (isHidden: boolean) =>
    page.evaluate(
      `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
       document.dispatchEvent(new Event('visibilitychange'));`,
    );
  await page.reload();
  await expect.poll(() => streams.size).toBe(1);
  await hide(true);
  await expect.poll(() => streams.size).toBe(0);
  await hide(false);
  await expect.poll(() => streams.size).toBe(1);
  await page.getByRole('alert').waitFor();
});

it('says what to do once the command was started anew, with another token', async () => {
  const files = [join(shown.folder, 'none.db')];
  const start = (port: number) => DashboardServer.start({ files, place: { host: '127.0.0.1', port } });
  const first = await start(0);
  const page = await shown.open('#/sql');
  await page.goto(`${first.url}#/sql`);
  await page.getByText('waiting').waitFor();
  await first.close();
  await page.getByText('not connected').waitFor();
  // What has not been loaded yet is tried again by itself.
  await page.getByRole('link', { name: 'Grid' }).click();
  await page.getByText('This view could not be loaded').waitFor();
  const second = await start(Number(new URL(first.url).port));
  try {
    await page.getByText('Open the address that the command has printed').first().waitFor();
  } finally {
    await second.close();
  }
});
