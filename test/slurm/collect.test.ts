import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLUSTER_LIMIT_MS } from './cluster.js';
import { IS_ASKED, LIMIT_MS, Site } from './site.js';

describe.runIf(IS_ASKED)('collecting from Slurm', { timeout: LIMIT_MS }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(1001);
  }, CLUSTER_LIMIT_MS);
  afterAll(() => site?.close());

  it('takes each point once, while tasks run, twice and at once', async () => {
    const sweep = site.writeGrid('twice', { epochs: 2, seeds: 8 });
    expect(await sweep.submit()).toMatchObject({ code: 0 });
    const list = () => site.convoy(['runs', 'ls', '--db', sweep.db]);
    const ended = [];
    // At the last one all tasks have ended.
    for (let areDone = false; !areDone; ) {
      areDone = (await site.cluster.listTasks()).length === 0;
      ended.push(...(await Promise.all([sweep.collect(), list(), sweep.collect(), list()])));
    }
    expect(ended.slice(-4).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(ended.every(({ code }) => code === 0 || code === 3)).toBe(true);
    const recorded = ended.flatMap(({ err }) =>
      [...err.matchAll(/(\d+) results? recorded/g)].map(([, n]) => Number(n)),
    );
    expect(recorded.reduce((sum, n) => sum + n, 0)).toBe(8);
    expect(sweep.readRows().runs).toHaveLength(8);
  });
});
