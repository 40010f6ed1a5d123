import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { countOf } from '../../helpers/soak.js';
import { describeSweeps, expectEnd, findAddress, openField } from './describe-sweeps.js';
import { Field } from './field.js';

/** So that a run goes on for longer than two processes take to begin. */
const OVER_STARTS = { epochs: 200 };

describeSweeps('a sweep whose heads die, or are several', () => {
  it('serves two heads of one database, and one of another, on one queue', async () => {
    const { field, hosts, alone, startHead } = await openField(countOf({ share: 4, whole: 20 }));
    const heads = [
      startHead('queue.db', undefined, ['--parallel', '3']),
      startHead('queue.db'),
      startHead('other.db'),
    ];
    for (const host of hosts) field.startWorker({ host });
    await Promise.all(heads.map((head) => expectEnd(head)));
    expect(field.readRuns('queue.db')).toEqual(alone);
    expect(field.readRuns('other.db')).toEqual(alone);
  });

  it('waits for a head that has died with one of the jobs that it left, not with each', async () => {
    const field = await Field.open();
    field.writeGrid(countOf({ share: 5, whole: 20 }), { epochs: 7 });
    const dead = field.startHead('dead.db');
    await dead.waitFor('points are in the queue');
    await sleep(2000);
    dead.kill();
    await dead.ended;
    field.writeGrid(2);
    const alone = await field.trainHere();
    const head = field.startHead('queue.db');
    const worker = field.startWorker();
    await expectEnd(head);
    expect(worker.printed).toContain('expected the head of the points, found no answer (ECONNREFUSED)');
    expect(worker.printed.match(/begun/g)).toHaveLength(1 + 2);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it('goes over to a head with another database, as on another host, once its own is dead', async () => {
    const { field, hosts, alone, startHead } = await openField(1, OVER_STARTS);
    const killed = startHead('first.db');
    const worker = field.startWorker({ host: hosts[1] });
    await killed.waitFor('epoch 2 of');
    killed.kill();
    await killed.ended;
    const elsewhere = startHead('second.db');
    await expectEnd(elsewhere);
    expect(elsewhere.printed).toMatch(/goes on in epoch ([3-9]|[1-9]\d)/);
    expect(worker.printed.match(/begun/g)).toHaveLength(1);
    expect(field.readRuns('second.db')).toEqual(alone);
  });

  it('goes on with a head that is killed and started again, there or elsewhere, and with the worker that trains meanwhile', async () => {
    const { field, hosts, alone, startHead } = await openField(2, OVER_STARTS);
    const killed = startHead();
    const worker = field.startWorker({ host: hosts[1] });
    const address = await findAddress(killed);
    await killed.waitFor('epoch 2 of');
    killed.kill();
    await killed.ended;
    const again = startHead('queue.db', address);
    await again.waitFor(/goes on in epoch ([3-9]|[1-9]\d)/);
    again.kill();
    await again.ended;
    const elsewhere = startHead();
    await expectEnd(elsewhere);
    expect(await findAddress(elsewhere)).not.toBe(address);
    expect(elsewhere.printed).toMatch(/goes on in epoch ([3-9]|[1-9]\d)/);
    expect(worker.printed.match(/begun/g)).toHaveLength(2);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });
});
