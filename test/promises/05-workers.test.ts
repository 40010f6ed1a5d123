import { execFile, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { openDatabaseReadOnly } from '../../src/experiment/database.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import type { WrittenLayer } from '../../src/network/written-layer.js';
import { WorkerPool } from '../../src/parallel/pool.js';
import { findModule } from '../../src/parallel/threads.js';
import { train } from '../../src/train.js';
import { isAlive } from '../helpers/processes.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';
import { makePlugin, makePluginFolder } from '../plugins/fake-plugin.js';
import { FAULTS } from './faults.js';

/** What a fault may cost, beyond the time of a healthy run: by the clock in the soak, which has the machine for itself. */
const LIMIT_S = 10;

interface Case {
  readonly how: string;
  readonly reason: RegExp;
  /** Burns a core until it is found out. */
  readonly isHot?: boolean;
}

// Any worker may take the task that comes to harm.
const SILENT = String.raw`has been silent for [\d.]+ s`;
const CASES: readonly Case[] = [
  {
    how: 'hangs',
    reason: new RegExp(`^worker [12] of 2 ${SILENT} in fault1 forward \\(epoch 1, step 3\\)$`),
  },
  {
    how: 'sleeps-at-first',
    reason: new RegExp(`^its process was ended, as its event loop ${SILENT.replace('has', 'had')}$`),
  },
  {
    how: 'sleeps',
    reason: new RegExp(`^worker [12] of 2 ${SILENT} in fault1 forward \\(epoch 1, step 3\\)$`),
  },
  { how: 'throws', reason: /^the layer cannot go on$/ },
  {
    how: 'exits',
    reason: /^worker [12]: expected its thread to go on, found that it ended with exit code 7$/,
  },
  { how: 'aborts', reason: /^its process was ended by SIGABRT/ },
  { how: 'is-ended-by-segv', reason: /^its process was ended by SIGSEGV/ },
  { how: 'is-killed', reason: /^its process was ended by SIGKILL, by hand or by the system/ },
  { how: 'exits-at-first', reason: /^its process ended with exit code 5$/ },
  { how: 'fills-the-heap', reason: /ran out of memory for JavaScript.*--max-old-space-size/, isHot: true },
  {
    how: 'fills-the-heap-at-first',
    reason: /ran out of memory for JavaScript.*--max-old-space-size/,
    isHot: true,
  },
  { how: 'spins', reason: new RegExp(`^worker [12] of 2 ${SILENT} in fault1 forward`), isHot: true },
  {
    how: 'spins-at-first',
    reason: new RegExp(`^its process was ended, as its event loop ${SILENT.replace('has', 'had')}$`),
    isHot: true,
  },
];

interface Row {
  readonly state: string;
  readonly reason: string | null;
  readonly seconds: number;
  readonly spec: string;
}

/** The tests run side by side, so what one has made goes when all are done. */
const removals: (() => void)[] = [];
afterAll(() => {
  for (const remove of removals) remove();
});
const makeFolder = () => makePluginFolder((remove) => removals.push(remove));
const makeFaults = () => makePlugin(FAULTS, 'plugin.mjs', makeFolder());

/** A network with a layer that comes to harm, in a folder of its own. */
function makeFaultyNetwork() {
  const folder = makeFolder();
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const layers: WrittenLayer[] = [
    { kind: 'convolution', kernel: 5, filters: 2 },
    { kind: 'fault', pipe },
    { kind: 'max-pooling', kernel: 4 },
    { kind: 'fully-connected', units: 10 },
  ];
  const network: WrittenNetwork = { name: 'faulty', input: [28, 28, 1], layers };
  return { folder, pipe, network };
}

/** Sweeps over faults, with a healthy run behind them; each run is told by what its layer does. */
async function sweepFaults(cases: readonly Case[], parallel: number): Promise<ReadonlyMap<string, Row>> {
  const { folder, network } = makeFaultyNetwork();
  const grid = {
    base: {
      network,
      trainCount: 400,
      testCount: 100,
      epochs: 1,
    },
    grid: { 'network.layers.1.how': [...cases.map(({ how }) => how), 'nothing'] },
  };
  writeFileSync(join(folder, 'grid.json'), JSON.stringify(grid));
  const args = [
    'grid.json',
    '--db',
    'runs.db',
    '--plugin',
    makeFaults(),
    '--workers',
    '2',
    '--parallel',
    String(parallel),
  ];
  const ended = await promisify(execFile)(
    process.execPath,
    [join(findPackageRoot(), 'scripts', 'sweep.js'), ...args],
    { cwd: folder, env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=64' } },
  ).catch((error: { code: number; stderr: string }) => error);
  expect('code' in ended && ended.code, ended.stderr).toBe(1);
  const db = openDatabaseReadOnly(join(folder, 'runs.db'));
  try {
    const rows = db
      .prepare(
        `SELECT state, reason, spec, (julianday(finished_at) - julianday(started_at)) * 86400 AS seconds FROM runs`,
      )
      .all() as Row[];
    return new Map(rows.map((row) => [JSON.parse(row.spec).network.layers[1].how, row]));
  } finally {
    db.close();
  }
}

// All that takes long sleeps, and processes begin, which on a busy machine takes its time. The soak's figures are of one test at a time.
vi.setConfig({ testTimeout: 600_000 });
const groups = IS_SOAK ? describe : describe.concurrent;

groups('promise 5: a dead or mute worker is a named failure', () => {
  it.each([
    ['dies or sleeps', 4, CASES.filter(({ isHot }) => !isHot)],
    // On a core of its own, since what gets no core is not called silent.
    ...(IS_SOAK ? [['burns a core', 1, CASES.filter(({ isHot }) => isHot)] as const] : []),
  ] as const)('where it %s, and other runs go on', async (_, parallel, cases) => {
    const rows = await sweepFaults(cases, parallel);
    const healthy = rows.get('nothing')!;
    expect(healthy.state, healthy.reason ?? '').toBe('done');
    for (const { how, reason } of cases) {
      expect(rows.get(how), how).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) });
    }
    const silences = [...rows.values()].map(({ reason }) =>
      Number(/ ([\d.]+) s\b/.exec(reason ?? '')?.[1] ?? 0),
    );
    expect(Math.max(...silences)).toBeLessThan(LIMIT_S);
    const delays = [...rows].map(([how, { seconds }]) => ({ how, delayS: seconds - healthy.seconds }));
    const longest = Math.max(...delays.map(({ delayS }) => delayS));
    if (IS_SOAK) expect(longest, JSON.stringify(delays)).toBeLessThan(LIMIT_S);
    reportFigure(
      5,
      `${cases.length} ways to fail named, the slowest ${longest.toFixed(1)} s beyond a healthy run`,
    );
  });

  // A thread in native code cannot be ended, and would keep this process from its end: here the pipe lets it go at last.
  it('in a program as well, where the pool can be closed and its other runs go on', async () => {
    const { pipe, network } = makeFaultyNetwork();
    const dataset = makeTinyDataset({ train: 400, test: 20 });
    const plugins = [makeFaults()];
    const pool = WorkerPool.create(2);
    const run = (how: string) =>
      train(
        {
          network: {
            ...network,
            layers: network.layers.map((layer) => (layer.kind === 'fault' ? { ...layer, how } : layer)),
          },
          epochs: 1,
        },
        { dataset, plugins, pool },
      );
    const failed = run('hangs');
    await expect(failed).rejects.toThrow(/^worker [12] of 2 has been silent for [\d.]+ s in fault1 forward/);
    expect((await run('nothing')).state).toBe('done');
    await pool.close();
    closeSync(openSync(pipe, 'r+'));
  });

  it.runIf(existsSync('/proc'))('and no process outlives its command', async ({ expect }) => {
    const { folder, network } = makeFaultyNetwork();
    writeFileSync(join(folder, 'net.json'), JSON.stringify(network));
    const args = ['net.json', '--db', 'runs.db', '--plugin', makeFaults(), '--epochs', '1000'];
    const command = spawn(process.execPath, [join(findPackageRoot(), 'scripts', 'train.js'), ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const children = () => readFileSync(`/proc/${command.pid}/task/${command.pid}/children`, 'utf8').trim();
    // The second epoch's line: it trains.
    let told = '';
    command.stderr!.on('data', (text) => {
      told += text;
    });
    await expect.poll(() => told, { timeout: 120_000 }).toContain('1/1000');
    const child = Number(children());
    expect(child).toBeGreaterThan(0);
    command.kill('SIGKILL');
    await expect.poll(() => isAlive(child), { timeout: 30_000 }).toBe(false);
  });
});

groups('promise 5: a pool closed while its threads still load', () => {
  // Where V8 aborts, it ends the whole process, so the rounds have one of their own. The fatal moments lie where a thread has almost loaded, which
  // takes longer on a busy machine: a round without a close says how long.
  it('ends at any moment', async () => {
    const rounds = countOf({ share: 8, whole: 100 });
    const code = `
      import { setTimeout } from 'node:timers/promises';
      import { Threads } from ${JSON.stringify(pathToFileURL(findModule('src', 'parallel', 'threads')))};
      const open = () => new Threads(2, ${JSON.stringify(findModule('workers', 'train'))});
      const start = performance.now();
      const whole = open();
      await whole.begun();
      const loadMs = performance.now() - start;
      await whole.close();
      for (let round = 0; round < ${rounds}; round++) {
        const threads = open();
        await setTimeout((loadMs * round) / ${rounds});
        await threads.close();
      }
      console.log('closed');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
    expect(stdout).toBe('closed\n');
    reportFigure(5, `${rounds} pools closed while their threads loaded`);
  });
});
