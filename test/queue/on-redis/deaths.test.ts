import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RandomStream } from '../../../src/core/rng.js';
import { countOf, IS_SOAK } from '../../helpers/soak.js';
import { describeSweeps, expectEnd, LONG, openField } from './describe-sweeps.js';

const FAKETIME = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));

describeSweeps('a sweep whose workers and Redis die', () => {
  it('comes to the weights of one machine, whoever is killed: each point once', async () => {
    const points = countOf({ share: 8, whole: 60 });
    const deaths = countOf({ share: 2, whole: 16 });
    const { field, hosts, alone, startHead } = await openField(points);
    const random = new RandomStream([IS_SOAK ? Date.now() : 1, 7]);
    const head = startHead();
    const workers = hosts.map((host) => field.startWorker({ host }));
    let killed = 0;
    const kill = async () => {
      for (let death = 0; death < deaths && head.isAlive; death++) {
        await sleep(500 + random.nextBelow(3500));
        killed++;
        const victim = random.nextBelow(workers.length);
        workers[victim]!.kill();
        workers[victim] = field.startWorker({ host: hosts[victim]! });
        if (death !== Math.floor(deaths / 2)) continue;
        await field.killRedis();
        await sleep(random.nextBelow(3000));
        await field.startRedis();
      }
    };
    await Promise.all([expectEnd(head), kill()]);
    expect(field.readRuns('queue.db')).toEqual(alone);
    expect(killed).toBe(deaths);
    const resumed = head.printed.match(/goes on in epoch/g)?.length ?? 0;
    process.stdout.write(
      `queue: ${points} points, ${killed} workers killed, Redis once; ${resumed} runs gone on with\n`,
    );
  });

  it('goes on when Redis is emptied in the middle', async () => {
    const { field, hosts, alone, startHead } = await openField(countOf({ share: 4, whole: 30 }));
    const head = startHead();
    for (const host of hosts) field.startWorker({ host });
    for (let ended = 1; ended <= countOf({ share: 2, whole: 10 }); ended++) {
      await head.waitFor(/: done/, ended);
      await field.flush();
    }
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it('ends politely: a worker gives back what it is at, saved; the head says that it was interrupted', async () => {
    const { field, hosts, alone, startHead } = await openField(2, LONG);
    const first = startHead();
    const worker = field.startWorker({ host: hosts[0] });
    await first.waitFor('epoch 2 of');
    worker.kill('SIGTERM');
    await expectEnd(worker, 143);
    expect(worker.printed).toContain('given back');
    const other = field.startWorker({ host: hosts[1] });
    await first.waitFor(/goes on in epoch/);
    first.kill('SIGTERM');
    await expectEnd(first, 143);
    const second = startHead();
    await expectEnd(second);
    other.kill('SIGTERM');
    await expectEnd(other, 143);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(FAKETIME)('does not care what time a worker’s clock shows', async () => {
    const { field, hosts, alone, startHead } = await openField(countOf({ share: 4, whole: 20 }));
    const head = startHead();
    for (const [i, host] of hosts.entries()) {
      const env = { LD_PRELOAD: FAKETIME!, FAKETIME: ['+1h', '-1h'][i]!, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
      const worker = field.startWorker({ host, env });
      await worker.waitFor('begun');
      if (i === 0) worker.kill();
    }
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });
});
