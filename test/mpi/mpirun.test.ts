import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../experiment/fake-runs.js';
import { hasMpi, MPIRUN, makeHostsIfAsked, root, run, writeImages } from './mpirun.js';

const hosts = makeHostsIfAsked();
const SMALL =
  'INPUT(32x32x3) -> CONV(5,8) -> BN -> RELU -> POOL(2) -> CONV(3,16) -> BN -> RELU -> DROPOUT(0.3) -> FC(10)';
/** A tenth of it on a machine that has nothing else to do. */
const VGG_TIMEOUT_MS = 240_000;
const data = hasMpi ? writeImages({ train: 160, test: 150 }) : '';

const trainArgs = (what: string, options: readonly string[], db: string) => [
  process.execPath,
  join(root, 'scripts', 'train.js'),
  ...[what, '--data', data, '--json', '--db', db, '--workers', '1'],
  ...options,
];

const sharded = (shards: number, { epochs = 2, more = [] as readonly string[] } = {}) => [
  ...['--set', `shards=${shards}`, '--set', 'batchSize=40', '--set', 'learningRate.rate=0.01'],
  ...['--epochs', String(epochs), ...more],
];

const trainOn = (
  ranks: number,
  what: string,
  options: readonly string[],
  db = join(makeFolder(), 'runs.db'),
) => run([...(ranks === 1 ? [] : [...MPIRUN, '-n', String(ranks)]), ...trainArgs(what, options, db)]);

describe.runIf(hasMpi)('mpirun', () => {
  it.each([
    [2, 4],
    [4, 4],
  ])('%i ranks give %i shards the weights that one process does', async (ranks, shards) => {
    const one = await trainOn(1, SMALL, sharded(shards));
    expect(one).toMatchObject({ code: 0, weights: expect.stringMatching(/^\w{64}$/) });
    const many = await trainOn(ranks, SMALL, sharded(shards));
    expect(many, many.err).toMatchObject({ code: 0, weights: one.weights });
  });

  it('has nothing to train that is recorded', async () => {
    const db = join(makeFolder(), 'runs.db');
    const first = await trainOn(2, SMALL, sharded(2), db);
    const second = await trainOn(2, SMALL, sharded(2), db);
    expect(second).toMatchObject({ code: 0, weights: first.weights });
    expect(second.err).toContain('nothing to train');
  });

  it('goes on from the last checkpoint when a rank has been killed', async () => {
    const db = join(makeFolder(), 'runs.db');
    const options = sharded(2, { epochs: 25, more: ['--set', 'testCount=10'] });
    const command = [...MPIRUN, '-n', '2', ...trainArgs(SMALL, [...options, '--checkpoint-steps', '3'], db)];
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
    let printed = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    await waitFor(() => hasState(join(db, '..', 'runs')));
    process.kill(findRank(child.pid!, 1), 'SIGKILL');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).not.toBe(0);
    expect(printed).toMatch(/process rank 1 .* exited on signal 9/);
    const rest = await run(command);
    expect(rest.err).toContain('goes on in epoch');
    const one = await trainOn(1, SMALL, options);
    expect(rest).toMatchObject({ code: 0, weights: one.weights });
  });

  it('refuses ranks that have been given different runs', async () => {
    const [db, other] = [join(makeFolder(), 'runs.db'), join(makeFolder(), 'runs.db')];
    const first = trainArgs(SMALL, sharded(2), db);
    const { code, err } = await run([
      ...MPIRUN,
      '-n',
      '1',
      ...first,
      ':',
      '-n',
      '1',
      ...trainArgs(SMALL, sharded(2, { more: ['--seed', '4'] }), other),
    ]);
    expect(code).toBe(2);
    expect(err).toContain("field 'seed': expected 0 as on rank 0, found 4 on rank 1");
    expect(existsSync(other)).toBe(false);
  });

  it('tells what one rank alone cannot do', async () => {
    const db = join(makeFolder(), 'runs.db');
    const lacking = trainArgs(SMALL, sharded(2), db).map((arg) => (arg === data ? `${data}.gone` : arg));
    const { code, err } = await run([
      ...MPIRUN,
      '-n',
      '1',
      ...trainArgs(SMALL, sharded(2), db),
      ':',
      '-n',
      '1',
      ...lacking,
    ]);
    expect(code).toBe(2);
    expect(err).toMatch(/^rank 1 \(.*noise\.npz\.gone/m);
  });

  it('refuses shards that the ranks cannot share evenly', async () => {
    const { code, err } = await trainOn(2, SMALL, ['--set', 'shards=3']);
    expect(code).toBe(2);
    expect(err).toContain('expected shards that 2 ranks can share evenly, found 3. Add --set shards=2');
  });

  it.runIf(hosts)(
    'trains VGG-16 on two hosts to the weights of one process',
    async () => {
      const options = sharded(2, { epochs: 1, more: ['--set', 'trainCount=40', '--set', 'testCount=2'] });
      const one = await trainOn(1, 'vgg16-cifar', options);
      const { prefix, options: where } = hosts!;
      const two = await run([
        ...prefix,
        ...MPIRUN,
        ...where,
        '-n',
        '2',
        ...trainArgs('vgg16-cifar', options, join(makeFolder(), 'runs.db')),
      ]);
      expect(two, two.err).toMatchObject({ code: 0, weights: one.weights });
    },
    VGG_TIMEOUT_MS,
  );
});

const STEP_MS = 20;

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, STEP_MS));
}

function hasState(folder: string): boolean {
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => /state.*\.safetensors$/.test(String(name)))
  );
}

/** The process of a rank below `mpirun`. */
function findRank(mpirun: number, rank: number): number {
  const children = readFileSync(`/proc/${mpirun}/task/${mpirun}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  const isRank = (pid: number) =>
    readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`OMPI_COMM_WORLD_RANK=${rank}`);
  return children.find(isRank)!;
}
