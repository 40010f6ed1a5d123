import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { NUMERICS } from '../../../src/run/numerics.js';
import { buildCifar10, writeFiles } from '../../helpers/cifar10-builder.js';
import { describeSweeps, expectEnd } from './describe-sweeps.js';
import { Field } from './field.js';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

/** Makes a module with which the program takes itself for one of the next numerics version. */
function writeNextNumerics(folder: string): string {
  const hook = `export async function load(url, context, next) {
    const found = await next(url, context);
    if (!url.endsWith('/run/numerics.js')) return found;
    return { ...found, source: String(found.source).replace(/NUMERICS = [0-9]+/, 'NUMERICS = ${NUMERICS + 1}') };
  }`;
  const file = join(folder, 'next-numerics.mjs');
  const url = `data:text/javascript,${encodeURIComponent(hook)}`;
  writeFileSync(file, `import { register } from 'node:module';\nregister(${JSON.stringify(url)});\n`);
  return pathToFileURL(file).href;
}

describeSweeps('a sweep that something is wrong with', () => {
  it('has no point trained by kernels whose bits are others, nor where its data are not, and both sides say so', async () => {
    const field = await Field.open();
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
    const lacking = field.startWorker({ cwd: elsewhere, args: ['--idle-exit', '6'] });
    await expectEnd(lacking, 1);
    const other = field.startWorker({ env: { CONVOY_KERNELS: 'baseline' }, args: ['--idle-exit', '6'] });
    await expectEnd(other, 1);
    const newer = field.startWorker({
      env: { NODE_OPTIONS: `--import=${writeNextNumerics(field.folder)}` },
      args: ['--idle-exit', '6'],
    });
    await expectEnd(newer, 1);
    for (const { printed } of [newer, head])
      expect(printed).toContain(
        `expected numerics ${NUMERICS} with the arithmetic 'fused', as its head has (convoy `,
      );
    expect(newer.printed).toContain(`found ${NUMERICS + 1} with 'fused'`);
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
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    await field.killRedis();
    await field.startRedis(
      '--port',
      '0',
      '--tls-port',
      String(field.port),
      '--tls-auth-clients',
      'no',
      ...files,
    );
    const url = `rediss://127.0.0.1:${field.port}`;
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

  it('says that Redis is full, and goes on once it is not', async () => {
    const field = await Field.open();
    field.writeGrid(2, { epochs: 2 });
    const alone = await field.trainHere();
    await field.askRedis('CONFIG SET maxmemory 1');
    const head = field.startHead('queue.db');
    const worker = field.startWorker();
    await head.waitFor(/expected to put points into the queue, found: OOM .*'\. It is tried each second/);
    await worker.waitFor(/waits for points/);
    await field.askRedis('CONFIG SET maxmemory 0');
    await head.waitFor('points are in the queue again');
    await expectEnd(head);
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it('trains points whose jobs Redis has thrown out, and nobody takes that for a fault', async () => {
    const field = await Field.open();
    field.writeGrid(2, { epochs: 2 });
    const alone = await field.trainHere();
    const head = field.startHead('queue.db');
    await expect
      .poll(async () => (await field.askRedis('LLEN bull:convoy:wait')).trim(), { timeout: 60_000 })
      .toBe(':2');
    const ids = (await field.askRedis('LRANGE bull:convoy:wait 0 -1')).match(/[0-9a-f]{64}/g)!;
    for (const id of ids) expect((await field.askRedis(`DEL bull:convoy:${id}`)).trim()).toBe(':1');
    const worker = field.startWorker();
    await expectEnd(head);
    expect(worker.printed).not.toContain('queue: job');
    expect(head.printed).not.toContain('expected');
    expect(field.readRuns('queue.db')).toEqual(alone);
  });

  it('says in a line that there is no Redis, and that a password is wrong', async () => {
    const field = await Field.open([], 'right');
    field.writeGrid(1);
    const nobody = field.run('work.js', ['--queue', 'redis://user:secret@127.0.0.1:1'], {});
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
