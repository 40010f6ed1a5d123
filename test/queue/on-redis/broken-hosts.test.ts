import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CAN_MOUNT, SmallDisk } from '../../helpers/small-disk.js';
import { countOf } from '../../helpers/soak.js';
import { describeSweeps, expectEnd, LONG, openField } from './describe-sweeps.js';
import { CAN_MAKE_NETWORKS, type NetworkHost } from './hosts.js';

describeSweeps('a sweep on hosts that are cut off, frozen or full', () => {
  it.runIf(CAN_MAKE_NETWORKS)('gets over a cable that is pulled for a while', async () => {
    const { field, hosts, alone, startHead } = await openField(countOf({ share: 2, whole: 20 }), LONG);
    const [first, second] = hosts as [NetworkHost, NetworkHost];
    const head = startHead();
    const cut = field.startWorker({ host: second });
    await cut.waitFor('begun');
    field.startWorker({ host: first });
    second.pullCable();
    await sleep(countOf({ share: 10_000, whole: 60_000 }));
    second.plugIn();
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it('counts nothing of a worker that wakes up when its point is another one’s', async () => {
    const { field, hosts, alone, startHead } = await openField(2, LONG);
    const head = startHead();
    const frozen = field.startWorker({ host: hosts[0] });
    await frozen.waitFor('begun');
    await head.waitFor('epoch 1 of');
    frozen.kill('SIGSTOP');
    const [run] = /run \d of 2/.exec(head.printed)!;
    const other = field.startWorker({ host: hosts[1] });
    // It may begin the point too early, and leave it again: what is the other one's has epochs, though the first one is stopped.
    await other.waitFor('begun');
    const epochs = new RegExp(`${run}, .*: epoch`);
    await head.waitFor(epochs, head.printed.split(epochs).length);
    frozen.kill('SIGCONT');
    await frozen.waitFor('left: ');
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(CAN_MOUNT)('leaves a worker alone whose disk is full, which says so', async () => {
    const { field, hosts, alone, startHead } = await openField(2, LONG);
    const disk = new SmallDisk(2 ** 22);
    disk.fill(100_000);
    const head = startHead();
    const full = field.startWorker({ host: hosts[0], args: ['--folder', disk.folder] });
    await full.waitFor(/expected room for \d+ bytes of checkpoints, found \d+ free/);
    await head.waitFor(/expected room for \d+ bytes of checkpoints/);
    field.startWorker({ host: hosts[1] });
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(CAN_MOUNT)('gives a point back when the disk fills up while it is trained', async () => {
    const { field, hosts, alone, startHead } = await openField(2, LONG);
    const disk = new SmallDisk(2 ** 22);
    const head = startHead();
    const filling = field.startWorker({ host: hosts[0], args: ['--folder', disk.folder] });
    await head.waitFor('epoch 2 of');
    // Again and again: a state that takes an earlier one's place gives the room of that back.
    const printed = () => {
      disk.fill();
      return filling.printed;
    };
    await expect.poll(printed, { timeout: 60_000 }).toContain('expected room for');
    disk.empty();
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });
});
