import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/experiment/database.js';
import { listStopRequests } from '../../src/experiment/stop-requests.js';
import { PageUnderTest } from './open-page.js';

let shown: PageUnderTest;
let file: string;

beforeAll(async () => {
  shown = await PageUnderTest.start(
    (folder) => {
      file = makeDatabase(join(folder, 'one.db'));
      return [file];
    },
    { allowControl: true },
  );
});
afterAll(() => shown.close());

/** With a run of a process that has ended. */
function makeDatabase(file: string): string {
  const db = openDatabase(file);
  db.exec(`
    INSERT INTO sweeps (name, created_at) VALUES ('test', '');
    INSERT INTO processes (host, boot_id, pid_namespace, pid, start_marker, lock_name, seen_at) VALUES ('box', '', '', 1, '', 'none.lock', '');
    INSERT INTO runs (sweep_id, identity, numerics, dataset_sha256, spec, label, seed, state, process_id, environment, queued_at, started_at)
    VALUES (1, hex(zeroblob(32)), 1, hex(zeroblob(32)), '{"model":"SK","epochs":3}', '<i>SK</i>', 4, 'running', 1, '{}', '', '');
  `);
  db.close();
  return file;
}

describe('control', () => {
  it('lists what is under way by the stream, stops it, and says what came of that', async () => {
    const page = await shown.open('#/control');
    await page.getByText('<i>SK</i>, seed 4, 0 of 3 epochs').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await expect.poll(() => asked, { timeout: 10_000 }).toContain('/api/control/queue');
    expect(asked).not.toContain('/api/sql');

    const said = page.locator('main [role=status]').first();
    await page.getByRole('button', { name: 'Stop run 1' }).click();
    await expect.poll(() => said.textContent()).toContain('stopped, it loses its progress');
    await page.getByRole('button', { name: 'Stop run 1 and lose its progress' }).click();
    await expect.poll(() => said.textContent()).toContain('Run 1 ends after its step');
    const db = openDatabase(file);
    await expect.poll(() => listStopRequests(db)).toEqual([1]);
    db.exec("UPDATE runs SET state = 'interrupted', reason = 'of a test'");
    db.close();
    await expect.poll(() => said.textContent()).toContain('Run 1 is interrupted');
    await page.getByText('Nothing is trained now').waitFor();
  });

  it('says why a run is not queued, and keeps what was typed in the address', async () => {
    const page = await shown.open('#/control?run=1');
    await page.getByRole('textbox').fill('sede=3');
    await page.getByRole('button', { name: 'Queue it' }).click();
    await expect
      .poll(() => page.locator('main [role=status]').last().textContent(), { timeout: 20_000 })
      .toContain('seed');
    expect(new URLSearchParams(page.url().split('?')[1]).get('set')).toBe('sede=3');
  });
});

it('is a view that says so where nothing may be changed', async () => {
  const other = await PageUnderTest.start((folder) => [makeDatabase(join(folder, 'one.db'))]);
  try {
    const page = await other.open('#/control');
    await page.getByText('This page may change nothing').waitFor();
    expect(await page.getByRole('button', { name: /Stop|Queue/ }).count()).toBe(0);
  } finally {
    await other.close();
  }
});
