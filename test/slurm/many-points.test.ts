import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_SOAK } from '../helpers/soak.js';
import { CLUSTER_LIMIT_MS } from './cluster.js';
import { IS_ASKED, IS_LONG, LIMIT_MS, Site } from './site.js';

describe.runIf(IS_ASKED)('a grid of many points by Slurm', { timeout: LIMIT_MS }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(IS_LONG ? 1001 : 51);
  }, CLUSTER_LIMIT_MS);
  afterAll(() => site?.close());

  it('is submitted as arrays of the size that the site wants, and once', async () => {
    const points = IS_LONG ? 2000 : 120;
    const sweep = site.writeGrid('many', { epochs: 1, seeds: points });
    const submit = () => sweep.submit(['--sbatch=--hold', '--json']);
    const { code, out } = await submit();
    expect(code).toBe(0);
    const jobs = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(jobs.map(({ tasks }) => tasks)).toEqual(IS_LONG ? [1001, 999] : [51, 51, 18]);
    expect(await submit()).toMatchObject({ code: 0, out: '' });
    await site.cluster.ask('scancel', ...jobs.map(({ job }) => job));
    expect((await submit()).err).toContain(`${points} to submit`);
    await site.cluster.ask('scancel', '--user=root');
  });

  it('is trained several points a task', async () => {
    const points = IS_LONG ? 2000 : 13;
    const [each, tasks] = IS_LONG ? [25, 80] : [5, 3];
    const sweep = site.writeGrid('together', { epochs: 1, seeds: points });
    const startMs = performance.now();
    const { code, err } = await sweep.submit(['--points-per-task', String(each), '--wait']);
    expect(code).toBe(0);
    expect(err).toContain(`${tasks} tasks of ${points.toLocaleString('en-US')} points`);
    tell(points, each, startMs);
    expect(await sweep.trainHere()).toMatchObject({ code: 0 });
    expect(sweep.readRows()).toEqual(sweep.readRows('here'));
  });

  it.runIf(IS_SOAK)('is trained one point a task', async () => {
    const sweep = site.writeGrid('all', { epochs: 1, seeds: 2000 });
    const startMs = performance.now();
    expect(await sweep.submit(['--wait'])).toMatchObject({ code: 0 });
    tell(2000, 1, startMs);
    expect(await sweep.trainHere()).toMatchObject({ code: 0 });
    expect(sweep.readRows()).toEqual(sweep.readRows('here'));
  });
});

function tell(points: number, each: number, startMs: number): void {
  const seconds = Math.round((performance.now() - startMs) / 1000);
  process.stdout.write(`slurm: ${points} points, ${each} a task, recorded in ${seconds} s\n`);
}
