import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESULT_FILE } from '../../src/remote/find-results.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { listSubmissions } from '../../src/remote/slurm/submission.js';
import { CLUSTER_LIMIT_MS } from './cluster.js';
import { IS_ASKED, LIMIT_MS, Site } from './site.js';

describe.runIf(IS_ASKED)('what fails by Slurm', { timeout: LIMIT_MS }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(1001);
  }, CLUSTER_LIMIT_MS);
  afterAll(() => site?.close());

  it('a partition that there is not leaves nothing behind', async () => {
    const sweep = site.writeGrid('refused', { epochs: 1, seeds: 2 });
    const { code, err } = await sweep.submit(['--partition', 'long']);
    expect(code).toBe(2);
    expect(err.trim().split('\n').at(-1)).toMatch(
      /^sbatch: expected Slurm to take it, found: .*nvalid partition .*\. Mend that, and run it again\.$/,
    );
    expect(readdirSync(join(sweep.shared, 'submissions'))).toEqual([]);
    expect(existsSync(`${sweep.db}-submitted`)).toBe(false);
  });

  it('Ctrl-C in the wait leaves the jobs to Slurm, whose controller may be gone for a while', async () => {
    const sweep = site.writeGrid('left', { epochs: 400, seeds: 4 });
    const stop = new AbortController();
    const waiting = sweep.submit(['--wait'], { signal: stop.signal });
    const isTraining = async () => (await site.cluster.listTasks()).some(({ state }) => state === 'RUNNING');
    while (!(await isTraining())) await sleep(200);
    stop.abort();
    const { code, err } = await waiting;
    expect(code).toBe(130);
    expect(err).toContain('Interrupted: the jobs go on. Collect their results with: ');
    const again = sweep.submit(['--wait']);
    await site.cluster.restartController(5_000);
    expect(await again).toMatchObject({ code: 0 });
    expect(sweep.readRows().runs).toHaveLength(4);
    // All is recorded, so that nobody misses the folder.
    rmSync(sweep.shared, { recursive: true });
    expect(await site.convoy(['runs', 'ls', '--db', sweep.db])).toMatchObject({ code: 0, err: '' });
  });

  it('a result that is torn is told in one line, and trained again', async () => {
    const sweep = site.writeGrid('torn', { epochs: 1, seeds: 2 });
    expect(await sweep.submit()).toMatchObject({ code: 0 });
    await site.drainQueue();
    const shared = new SharedFolder(sweep.shared);
    const [submission] = await listSubmissions(shared);
    const [attempt] = await shared.listAttempts(submission!.identities[1]!);
    const file = join(attempt!.folder, RESULT_FILE);
    writeFileSync(file, '{"format":"convoy-res');
    const { code, err } = await sweep.collect();
    expect(code).toBe(1);
    const lines = err.split('\n').filter((line) => line.includes(file));
    expect(lines).toEqual([
      `torn: ${file}: expected a convoy-result, found no JSON. It is another kind of file, or was cut off: remove it.`,
    ]);
    expect((await sweep.submit(['--wait'])).code).toBe(0);
    expect(sweep.readRows().runs).toHaveLength(2);
  });

  it('a shared folder that has gone takes nothing with it that cannot be trained again', async () => {
    const sweep = site.writeGrid('gone', { epochs: 1, seeds: 2 });
    expect(await sweep.submit(['--sbatch=--hold'])).toMatchObject({ code: 0 });
    await site.cluster.ask('scancel', '--user=root');
    rmSync(sweep.shared, { recursive: true });
    const { code, err } = await sweep.collect();
    expect(code).toBe(2);
    expect(err).toBe(`--folder: expected a folder, found nothing at ${sweep.shared}. Check the path.\n`);
    expect((await sweep.submit(['--wait'])).code).toBe(0);
  });
});
