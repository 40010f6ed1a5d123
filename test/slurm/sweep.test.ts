import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/rng.js';
import { Blows } from './blows.js';
import { CLUSTER_LIMIT_MS } from './cluster.js';
import { IS_ASKED, IS_LONG, LIMIT_MS, Site } from './site.js';

describe.runIf(IS_ASKED)('Slurm on two nodes', { timeout: LIMIT_MS }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(1001);
  }, CLUSTER_LIMIT_MS);
  afterAll(() => site?.close());

  it('writes the rows that one machine writes, whatever happens to tasks and nodes', async () => {
    const points = IS_LONG ? 60 : 12;
    const sweep = site.writeGrid('blows', { epochs: 200, seeds: points });
    expect(await sweep.trainHere()).toMatchObject({ code: 0 });
    const startMs = performance.now();
    const stream = new RandomStream([IS_LONG ? Date.now() % 1000 : 1, 16]);
    const blows = new Blows(site, sweep, stream, IS_LONG ? 10 : 2);
    // What was killed is not in the queue any more, until the command is run again.
    let submissions = 0;
    for (let code: number | null = null; code !== 0; submissions++) {
      expect(await sweep.submit()).toMatchObject({ code: 0 });
      await site.drainQueue(() => blows.deal());
      ({ code } = await sweep.collect());
      expect(code === 0 || code === 3).toBe(true);
      expect(submissions).toBeLessThan(points);
    }
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const trainers = sweep.readTrainers();
    const attempts = trainers.reduce((sum, { attempt }) => sum + attempt, 0);
    process.stdout.write(
      `slurm: ${points} points, ${JSON.stringify(blows.counts)}, ${submissions} submissions, ${attempts} attempts, ${seconds} s\n`,
    );
    expect(sweep.readRows()).toEqual(sweep.readRows('here'));
    expect(trainers).toHaveLength(points);
    expect(new Set(trainers.map(({ host }) => host))).toEqual(new Set(['n1', 'n2']));
    expect(Object.values(blows.counts).every((count) => count > 0)).toBe(true);
    expect(trainers.some(({ resumptions }) => resumptions > 0)).toBe(true);
  });

  it('goes on where a time limit cuts its tasks', async () => {
    const points = IS_LONG ? 6 : 1;
    // Slurm looks at its limits every 30 seconds, within which some machines train a lot.
    for (let epochs = 3_000; ; epochs *= 2) {
      const sweep = site.writeGrid(`cut-${epochs}`, { epochs, seeds: points });
      // On a busy machine a limit may come before a task has begun to listen; then the same command submits it again.
      const trainThere = async () => {
        for (;;) {
          expect(await sweep.submit(['--time', '1', '--grace', '50'])).toMatchObject({ code: 0 });
          await site.drainQueue();
          const ended = await sweep.collect();
          if (ended.code !== 3) return ended;
        }
      };
      const ended = await Promise.all([sweep.trainHere(), trainThere()]);
      expect(ended).toMatchObject([{ code: 0 }, { code: 0 }]);
      expect(sweep.readRows()).toEqual(sweep.readRows('here'));
      const cuts = sweep.readTrainers().map(({ resumptions }) => resumptions);
      process.stdout.write(`slurm: ${points} points, cut by their time limit ${cuts.join(', ')} times\n`);
      if (cuts.every((count) => count > 0)) break;
    }
  });

  it('is waited for with --wait, and recorded as it goes on', async () => {
    const sweep = site.writeGrid('waited', { epochs: 5, seeds: 4 });
    const ended = await sweep.submit(['--wait']);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err.match(/epoch 5 of 5/g)).toHaveLength(4);
    expect(await sweep.trainHere()).toMatchObject({ code: 0 });
    expect(sweep.readRows()).toEqual(sweep.readRows('here'));
    expect(await site.convoy(['runs', 'ls', '--db', sweep.db])).toMatchObject({ code: 0, err: '' });
  });
});
