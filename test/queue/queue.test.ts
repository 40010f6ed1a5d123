import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/rng.js';
import { buildCifar10, writeFiles } from '../helpers/cifar10-builder.js';
import { CAN_MOUNT, SmallDisk } from '../helpers/small-disk.js';
import { countOf, IS_SOAK } from '../helpers/soak.js';
import { Field, findPort, Running } from './field.js';
import { CAN_MAKE_NETWORKS, HERE, type Host, NetworkHost } from './hosts.js';

/** Asked for by `npm run test:queue`, with all of it by `-- --long`, and by the soak. */
const IS_WANTED = Boolean(process.env.CONVOY_QUEUE) || IS_SOAK;
const IS_LONG = process.env.CONVOY_QUEUE === 'long' || IS_SOAK;
const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;
const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;
/** Of a test, most of which is waiting for locks to run out. */
const LIMIT_MS = countOf({ share: 240_000, whole: 3_600_000 });
/** So that a run is met in its middle. */
const LONG = { trainCount: 3000, epochs: 20 };
/** So that a run goes on for longer than a process takes to begin. */
const OVER_A_START = { epochs: 100 };
const FAKETIME = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));

const makeHosts = (): Host[] =>
  CAN_MAKE_NETWORKS ? [new NetworkHost('box-a'), new NetworkHost('box-b')] : [HERE, HERE];

/** A head that workers of all hosts reach, each by its own gateway's address: the head tells one, so it is a name that all know. */
async function openField(points: number, base: object = {}) {
  const hosts = makeHosts();
  const field = await Field.open(hosts);
  field.writeGrid(points, base);
  const alone = await field.trainHere();
  const port = await findPort();
  // Reached from all of them, as each host sends what it does not know by its gateway.
  const args =
    hosts[0] === HERE
      ? []
      : ['--listen', `0.0.0.0:${port}`, '--head-url', `http://${hosts[0]!.gateway}:${port}`];
  return {
    field,
    hosts,
    alone,
    startHead: (db = 'queue.db', more: string[] = []) => field.startHead(db, { args: [...args, ...more] }),
  };
}

async function expectEnd(head: Running, code = 0): Promise<void> {
  const found = await head.ended;
  expect(found, head.printed).toBe(code);
}

const title = HAS_REDIS ? 'with BullMQ on Redis' : 'with BullMQ, left out as there is no redis-server';
describe.runIf(IS_WANTED && HAS_REDIS)(`a sweep ${title}`, { timeout: LIMIT_MS }, () => {
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

  it.runIf(IS_LONG)('goes on when Redis is emptied in the middle', async () => {
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

  it.runIf(IS_LONG && CAN_MAKE_NETWORKS)('gets over a cable that is pulled for a while', async () => {
    const { field, hosts, alone, startHead } = await openField(countOf({ share: 2, whole: 20 }), LONG);
    const [first, second] = hosts as [NetworkHost, NetworkHost];
    const head = startHead();
    const cut = field.startWorker({ host: second });
    await cut.waitFor('begun');
    field.startWorker({ host: first });
    second.pullCable();
    await sleep(countOf({ share: 20_000, whole: 60_000 }));
    second.plugIn();
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(IS_LONG)('counts nothing of a worker that wakes up when its point is another one’s', async () => {
    const { field, hosts, alone, startHead } = await openField(2, LONG);
    const head = startHead();
    const frozen = field.startWorker({ host: hosts[0]! });
    await frozen.waitFor('begun');
    await head.waitFor('epoch 1 of');
    frozen.kill('SIGSTOP');
    const other = field.startWorker({ host: hosts[1]! });
    await other.waitFor('begun', 2);
    frozen.kill('SIGCONT');
    await frozen.waitFor('left: ');
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(IS_LONG && CAN_MOUNT)('leaves a worker alone whose disk is full, which says so', async () => {
    const { field, hosts, alone, startHead } = await openField(2, LONG);
    const disk = new SmallDisk(2 ** 22);
    disk.fill(100_000);
    const head = startHead();
    const full = field.startWorker({ host: hosts[0]!, args: ['--folder', disk.folder] });
    await full.waitFor(/expected room for \d+ bytes of checkpoints, found \d+ free/);
    await head.waitFor(/expected room for \d+ bytes of checkpoints/);
    field.startWorker({ host: hosts[1]! });
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(IS_LONG && CAN_MOUNT)(
    'gives a point back when the disk fills up while it is trained',
    async () => {
      const { field, hosts, alone, startHead } = await openField(2, LONG);
      const disk = new SmallDisk(2 ** 22);
      const head = startHead();
      const filling = field.startWorker({ host: hosts[0]!, args: ['--folder', disk.folder] });
      await head.waitFor('epoch 2 of');
      disk.fill();
      await filling.waitFor('expected room for');
      disk.empty();
      await expectEnd(head);
      expect(field.readRuns('queue.db')).toEqual(alone);
    },
  );

  it.runIf(IS_LONG)('serves two heads of one database, and one of another, on one queue', async () => {
    const { field, hosts, alone } = await openField(countOf({ share: 4, whole: 20 }));
    const port = async () => {
      const free = await findPort();
      return hosts[0] === HERE
        ? []
        : ['--listen', `0.0.0.0:${free}`, '--head-url', `http://${hosts[0]!.gateway}:${free}`];
    };
    const heads = [
      field.startHead('queue.db', { args: [...(await port()), '--parallel', '3'] }),
      field.startHead('queue.db', { args: await port() }),
      field.startHead('other.db', { args: await port() }),
    ];
    for (const host of hosts) field.startWorker({ host });
    await Promise.all(heads.map((head) => expectEnd(head)));
    expect(field.readRuns('queue.db')).toEqual(alone);
    expect(field.readRuns('other.db')).toEqual(alone);
  });

  it.runIf(IS_LONG)(
    'waits for a head that has died with one of the jobs that it left, not with each',
    async () => {
      const field = await Field.open();
      field.writeGrid(20, { epochs: 7 });
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
    },
  );

  it('goes on with a head that is killed and started again, and with the worker that trains meanwhile', async () => {
    const { field, hosts, alone, startHead } = await openField(2, OVER_A_START);
    const killed = startHead();
    const worker = field.startWorker({ host: hosts[1]! });
    await killed.waitFor('epoch 2 of');
    killed.kill();
    await killed.ended;
    const head = startHead();
    await expectEnd(head);
    expect(head.printed).toMatch(/goes on in epoch ([3-9]|[1-9]\d)/);
    expect(worker.printed.match(/begun/g)).toHaveLength(2);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(IS_LONG)(
    'ends politely: a worker gives back what it is at, saved; the head says that it was interrupted',
    async () => {
      const { field, hosts, alone, startHead } = await openField(2, LONG);
      const first = startHead();
      const worker = field.startWorker({ host: hosts[0]! });
      await first.waitFor('epoch 2 of');
      worker.kill('SIGTERM');
      await expectEnd(worker, 143);
      expect(worker.printed).toContain('given back');
      const other = field.startWorker({ host: hosts[1]!, args: ['--idle-exit', '8'] });
      await first.waitFor(/goes on in epoch/);
      first.kill('SIGTERM');
      await expectEnd(first, 143);
      const second = startHead();
      await expectEnd(second);
      await expectEnd(other);
      expect(field.readRuns('queue.db')).toEqual(alone);
    },
  );

  it.runIf(IS_LONG && FAKETIME)('does not care what time a worker’s clock shows', async () => {
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

  it('has no point trained by kernels whose bits are others, nor where its data are not, and both sides say so', async () => {
    const hosts = makeHosts();
    const field = await Field.open(hosts);
    field.writeGrid(2, {
      dataset: 'cifar10',
      model: 'cifar-quick',
      trainCount: 8,
      testCount: 2,
      epochs: 1,
      batchSize: 4,
    });
    await writeFiles(join(field.folder, 'data', 'cifar-10-batches-bin'), buildCifar10());
    const alone = await field.trainHere();
    const head = field.startHead('queue.db');
    await head.waitFor('points are in the queue');
    const elsewhere = join(field.folder, 'elsewhere');
    mkdirSync(elsewhere);
    const lacking = field.startWorker({ cwd: elsewhere, args: ['--idle-exit', '20'] });
    await expectEnd(lacking, 1);
    const other = field.startWorker({ env: { CONVOY_KERNELS: 'baseline' }, args: ['--idle-exit', '20'] });
    await expectEnd(other, 1);
    expect(lacking.printed).toMatch(/cifar10: expected .* get cifar10/);
    expect(other.printed).toMatch(
      /with the arithmetic 'fused', as its head has \(convoy .*\), found \d+ with 'baseline'/,
    );
    // Not again and again.
    expect(lacking.printed.match(/begun/g)!.length).toBeLessThan(8);
    expect(head.printed).toMatch(/cifar10: expected .* get cifar10/);
    expect(head.printed).toMatch(/found \d+ with 'baseline'/);
    field.startWorker();
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it.runIf(HAS_OPENSSL)('reaches Redis by TLS, once it knows who has signed the certificate', async () => {
    const field = await Field.open();
    field.writeGrid(2, { epochs: 2 });
    const alone = await field.trainHere();
    const [key, certificate] = [join(field.folder, 'key.pem'), join(field.folder, 'certificate.pem')];
    const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    expect(spawnSync('openssl', ['req', '-x509', ...curve, ...made]).status).toBe(0);
    const port = await findPort();
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    const only = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', '--save', ''];
    const redis = new Running(
      spawn('redis-server', [...only, ...files], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    await redis.waitFor('Ready to accept connections');
    const url = `rediss://127.0.0.1:${port}`;
    const stranger = field.run('work.js', ['--queue', url], {});
    await expectEnd(stranger, 2);
    expect(stranger.printed).toContain('NODE_EXTRA_CA_CERTS=FILE makes its signer known');
    const env = { NODE_EXTRA_CA_CERTS: certificate };
    const head = field.run('sweep.js', ['grid.json', '--db', 'queue.db', '--queue', url], { env });
    const folder = ['--folder', join(field.folder, 'scratch')];
    field.run('work.js', ['--queue', url, '--parallel', '1', '--workers', '1', ...folder], { env });
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it('says in a line that there is no Redis, and that a password is wrong', async () => {
    const field = await Field.open([], 'right');
    field.writeGrid(1);
    const nobody = field.run('work.js', ['--queue', `redis://user:secret@127.0.0.1:${await findPort()}`], {});
    await expectEnd(nobody, 2);
    expect(nobody.printed).toMatch(
      /^--queue: expected Redis at redis:\/\/127.0.0.1:\d+, found: nobody who listens there\. Start it there, or correct the address\.\n$/,
    );
    const wrong = field.run(
      'sweep.js',
      ['grid.json', '--db', 'x.db', '--queue', `redis://:secret@127.0.0.1:${field.port}`],
      {},
    );
    await expectEnd(wrong, 2);
    expect(wrong.printed).toMatch(/^--queue: expected Redis at .*, found: .*(AUTH|WRONGPASS)/);
    expect(wrong.printed).not.toContain('secret');
  });
});
