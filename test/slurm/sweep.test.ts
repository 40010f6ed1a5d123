import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { RandomStream } from '../../src/core/rng.js';
import { openStore } from '../../src/experiment/open-store.js';
import { JournalReader } from '../../src/remote/journal.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { readSubmission } from '../../src/remote/slurm/submission.js';
import { IS_SOAK } from '../helpers/soak.js';
import { CLUSTER_LIMIT_MS, Cluster, hasSlurm, type ListedTask } from './cluster.js';

/** Asked for by `npm run test:slurm`, which makes sure that Slurm is there. */
const IS_ASKED = process.env.CONVOY_SLURM === '1' || (IS_SOAK && hasSlurm());
const TINY = { model: 'SK', width: 0.1, trainCount: 200, testCount: 100, batchSize: 20 };
const LIMIT_MS = IS_SOAK ? 6 * 3_600_000 : 600_000;
const BLOWS = ['requeued', 'killed', 'ended', 'drained'] as const;
/** How often something is done to the tasks. */
const BLOW_INTERVAL_MS = 700;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe.runIf(IS_ASKED)('Slurm on two nodes', { timeout: LIMIT_MS }, () => {
  let folder: string;
  let cluster: Cluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slurm-'));
    await chmod(folder, 0o755);
    cluster = await Cluster.start(join(folder, 'cluster'), IS_SOAK ? 1001 : 51);
    // Where commands find MNIST.
    symlinkSync(join(findPackageRoot(), 'data'), join(folder, 'data'));
  }, CLUSTER_LIMIT_MS);
  afterAll(async () => {
    await cluster?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A command of Convoy's, in the folder, which both nodes see. */
  function convoy(...args: string[]): Promise<Ended> {
    const script = join(findPackageRoot(), 'scripts', 'convoy.js');
    return new Promise((resolve) => {
      const options = { cwd: folder, env: cluster.environment, maxBuffer: 2 ** 26 };
      execFile(process.execPath, [script, ...args], options, (error, out, err) => {
        resolve({ code: error === null ? 0 : ((error.code as unknown as number) ?? null), out, err });
      });
    });
  }

  function writeGrid(name: string, epochs: number, seeds: number): string {
    const grid = {
      name,
      base: { ...TINY, epochs },
      grid: { seed: Array.from({ length: seeds }, (_, i) => i) },
    };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(grid));
    return `${name}.json`;
  }

  /** What must be equal whoever has trained. */
  function readRows(db: string) {
    using store = openStore(join(folder, db));
    const runs =
      store.query(`SELECT identity, seed, label, state, numerics, weights_sha256, completed_epochs, test_error_percent, best_test_error_percent,
      train_loss, parameters, sweep FROM all_runs ORDER BY identity`);
    const epochs =
      store.query(`SELECT identity, epoch, train_loss, test_loss, test_error_percent, learning_rate
      FROM epochs JOIN runs USING (run_id) ORDER BY identity, epoch`);
    const predicted = store.query(`SELECT identity, count(*) AS images, sum(predicted * example) AS sum
      FROM test_predictions JOIN runs USING (run_id) GROUP BY identity ORDER BY identity`);
    return { runs, epochs, predicted };
  }

  function readTrainers(db: string) {
    using store = openStore(join(folder, db));
    type Row = { host: string; attempt: number; resumptions: number };
    return store.query<Row>(`SELECT environment ->> '$.remote.host' AS host, environment ->> '$.remote.attempt' AS attempt,
      environment ->> '$.remote.resumptions' AS resumptions FROM runs ORDER BY run_id`);
  }

  /** Whether a task has come to a state from which the next attempt goes on. */
  async function hasState({ id, jobName }: ListedTask): Promise<boolean> {
    const shared = new SharedFolder(join(folder, 'shared'));
    const { identities } = readSubmission(join(shared.submissions, jobName.replace('convoy-', '')));
    const attempt = (await shared.listAttempts(identities[Number(id.split('_')[1])]!)).at(-1);
    const entries = attempt ? await new JournalReader(attempt).read() : [];
    return entries.some(({ kind }) => kind === 'epochEnded');
  }

  async function drainQueue(blow: () => Promise<void>): Promise<void> {
    while ((await cluster.listTasks()).length > 0) {
      await blow();
      await cluster.hurry();
      await sleep(BLOW_INTERVAL_MS);
    }
  }

  /** Processes that train for a submission. */
  function listTrainers(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`train-task\0${folder}`);
        } catch {
          return false;
        }
      })
      .map(Number);
  }

  it('writes the rows that one machine writes, whatever happens to tasks and nodes', async () => {
    const points = IS_SOAK ? 60 : 12;
    const grid = writeGrid('blows', 200, points);
    expect(await convoy('sweep', grid, '--db', 'here.db', '--workers', '1')).toMatchObject({ code: 0 });
    const stream = new RandomStream([IS_SOAK ? Date.now() % 1000 : 1, 16]);
    let turn = 0;
    const counts = { requeued: 0, killed: 0, ended: 0, drained: 0 };
    const blow = async () => {
      const running = (await cluster.listTasks()).filter(({ state }) => state === 'RUNNING');
      const task = running[stream.nextBelow(Math.max(1, running.length))];
      if (!task || !(await hasState(task))) return;
      const kind = BLOWS[turn++ % BLOWS.length]!;
      if (counts[kind] >= points / 4) return;
      const done = await deal(kind, task.id).then(
        () => true,
        // It has ended meanwhile.
        () => false,
      );
      if (done) counts[kind]++;
    };
    const deal = async (kind: keyof typeof counts, id: string): Promise<void> => {
      if (kind === 'requeued') await cluster.ask('scontrol', 'requeue', id);
      // As Slurm does before a time limit.
      if (kind === 'ended') await cluster.ask('scancel', '--batch', '--signal=TERM', id);
      if (kind === 'killed') {
        const trainers = listTrainers();
        process.kill(trainers[stream.nextBelow(trainers.length)]!, 'SIGKILL');
      }
      if (kind === 'drained') {
        await cluster.ask('scontrol', 'update', 'NodeName=n1', 'State=DRAIN', 'Reason=test');
        await sleep(2 * BLOW_INTERVAL_MS);
        await cluster.ask('scontrol', 'update', 'NodeName=n1', 'State=RESUME');
      }
    };
    const submit = () => convoy('sweep', grid, '--db', 'there.db', '--folder', 'shared', '--slurm');
    // What was killed is not in the queue any more, until the command is run again.
    let submissions = 0;
    for (let code: number | null = null; code !== 0; submissions++) {
      expect(await submit()).toMatchObject({ code: 0 });
      await drainQueue(blow);
      ({ code } = await convoy('sweep', grid, '--db', 'there.db', '--folder', 'shared', '--collect'));
      expect(code === 0 || code === 3).toBe(true);
      expect(submissions).toBeLessThan(20);
    }
    expect(readRows('there.db')).toEqual(readRows('here.db'));
    const trainers = readTrainers('there.db');
    expect(trainers).toHaveLength(points);
    expect(new Set(trainers.map(({ host }) => host))).toEqual(new Set(['n1', 'n2']));
    expect(Object.values(counts).every((count) => count > 0)).toBe(true);
    expect(trainers.some(({ resumptions }) => resumptions > 0)).toBe(true);
    process.stdout.write(`slurm: ${JSON.stringify(counts)}, ${submissions} submissions\n`);
  });

  it('is waited for with --wait, and recorded as it goes on', async () => {
    const grid = writeGrid('waited', 5, 4);
    const ended = await convoy('sweep', grid, '--db', 'waited.db', '--folder', 'shared', '--slurm', '--wait');
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err.match(/epoch 5 of 5/g)).toHaveLength(4);
    expect(await convoy('sweep', grid, '--db', 'waited-here.db')).toMatchObject({ code: 0 });
    expect(readRows('waited.db')).toEqual(readRows('waited-here.db'));
    expect(await convoy('runs', 'ls', '--db', 'waited.db')).toMatchObject({ code: 0, err: '' });
  });

  it('collects twice and at once, each point once', async () => {
    const grid = writeGrid('twice', 2, 8);
    await convoy('sweep', grid, '--db', 'twice.db', '--folder', 'shared', '--slurm');
    await drainQueue(async () => {});
    const collect = () => convoy('sweep', grid, '--db', 'twice.db', '--folder', 'shared', '--collect');
    const list = () => convoy('runs', 'ls', '--db', 'twice.db');
    const ended = await Promise.all([collect(), list(), collect(), list()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const recorded = ended.flatMap(({ err }) =>
      [...err.matchAll(/(\d+) results? recorded/g)].map(([, n]) => Number(n)),
    );
    expect(recorded.reduce((sum, n) => sum + n, 0)).toBe(8);
    expect(readRows('twice.db').runs).toHaveLength(8);
  });

  it('takes a grid of many points, in arrays as the site wants them', async () => {
    const points = IS_SOAK ? 2000 : 120;
    const grid = writeGrid('many', 1, points);
    const submit = () =>
      convoy('sweep', grid, '--db', 'many.db', '--folder', 'shared', '--slurm', '--sbatch=--hold', '--json');
    const { code, out } = await submit();
    expect(code).toBe(0);
    const jobs = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(jobs.map(({ tasks }) => tasks)).toEqual(IS_SOAK ? [1001, 999] : [51, 51, 18]);
    expect(await submit()).toMatchObject({ code: 0, out: '' });
    await cluster.ask('scancel', ...jobs.map(({ job }) => job));
    const again = await submit();
    expect(again.err).toContain(`${points} to submit`);
    await cluster.ask('scancel', '--user=root');
  });

  it.runIf(IS_SOAK)('goes on where a time limit cuts its tasks', async () => {
    const grid = writeGrid('cut', 6_000, 2);
    expect(await convoy('sweep', grid, '--db', 'cut-here.db', '--workers', '1')).toMatchObject({ code: 0 });
    const more = ['--time', '1', '--grace', '20'];
    await convoy('sweep', grid, '--db', 'cut.db', '--folder', 'shared', '--slurm', ...more);
    await drainQueue(async () => {});
    expect(await convoy('sweep', grid, '--db', 'cut.db', '--folder', 'shared', '--collect')).toMatchObject({
      code: 0,
    });
    expect(readRows('cut.db')).toEqual(readRows('cut-here.db'));
    expect(readTrainers('cut.db').every(({ resumptions }) => resumptions > 0)).toBe(true);
  });

  it.runIf(IS_SOAK)('trains and records 2,000 points', async () => {
    const grid = writeGrid('all', 1, 2000);
    const ended = await convoy('sweep', grid, '--db', 'all.db', '--folder', 'shared', '--slurm', '--wait');
    expect(ended).toMatchObject({ code: 0 });
    expect(await convoy('sweep', grid, '--db', 'all-here.db', '--workers', '1')).toMatchObject({ code: 0 });
    expect(readRows('all.db')).toEqual(readRows('all-here.db'));
  });
});
