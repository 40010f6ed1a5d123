import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SlowSweep } from '../helpers/slow-sweep.js';
import { PageUnderTest } from './open-page.js';

/** For processes that begin while others have the machine. */
const PATIENCE_MS = 90_000;

let shown: PageUnderTest;
let sweep: SlowSweep;

beforeAll(async () => {
  shown = await PageUnderTest.start((folder) => {
    sweep = new SlowSweep(folder, { pauseMs: 60, epochs: 6, seeds: 2 });
    return [sweep.database];
  });
});
afterAll(() => shown.close());

/** In a group of its own, so that all of it can be killed. */
function start(): { readonly ended: Promise<number | null>; kill(): void } {
  const child = spawn('sh', ['-c', sweep.command], { detached: true, stdio: 'ignore' });
  return {
    ended: new Promise((resolve) => child.once('exit', resolve)),
    kill: () => process.kill(-child.pid!, 'SIGKILL'),
  };
}

it(
  'shows a sweep from before its database is there, through its end by SIGKILL, to the end of the one that goes on',
  async () => {
    const page = await shown.open('#/runs?sort=run');
    const curves = await shown.open('#/curves?runs=1');
    await page.getByRole('alert').first().waitFor();
    const states = () => page.locator('tbody td .state').allTextContents();

    const first = start();
    await expect
      .poll(states, { timeout: PATIENCE_MS })
      .toContainEqual(expect.stringMatching(/^running [2-5]\/6$/));
    first.kill();
    await first.ended;
    await curves.reload();
    await expect.poll(() => curves.locator('.values tbody tr').count(), { timeout: PATIENCE_MS }).toBe(1);

    const second = start();
    expect(await second.ended).toBe(0);
    await expect.poll(states, { timeout: PATIENCE_MS }).toEqual(['done', 'done']);
    await expect.poll(() => page.locator('.head .live').textContent()).toBe('live');
    // The curve ends where the table says.
    const row = (await page.locator('tbody tr.row').first().textContent())!;
    const error = () => curves.locator('.values tbody td').first().textContent();
    await expect.poll(async () => row.includes((await error())!), { timeout: PATIENCE_MS }).toBe(true);
    expect(await error()).toMatch(/^\d+\.\d\d$/);
  },
  4 * PATIENCE_MS,
);
