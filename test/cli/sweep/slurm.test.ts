import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { carryFailure, writeResult } from '../../../src/remote/carried-result.js';
import { SharedFolder } from '../../../src/remote/shared-folder.js';
import { readSubmission } from '../../../src/remote/slurm/submission.js';
import { readTask } from '../../../src/remote/task.js';
import { makeFolder } from '../../experiment/fake-runs.js';
import { makeTraining } from '../../remote/fake-results.js';
import { sweep } from '../fake-command.js';

const GRID = {
  name: 'a grid',
  base: { model: 'SK', width: 0.2, epochs: 2 },
  grid: { seed: [0, 1, 2, 3, 4] },
};

/** Slurm's commands, which note what they are asked and answer what files in their folder say. */
const SBATCH = `#!/bin/sh
[ -e "$FAKE/refusal" ] && [ -e "$FAKE/job" ] && { cat "$FAKE/refusal" >&2; exit 1; }
for word; do echo "$word"; done >> "$FAKE/asked"
echo >> "$FAKE/job"
echo "$(wc -l < "$FAKE/job");cluster"
`;
const SCONTROL = '#!/bin/sh\necho "MaxArraySize            = $(cat "$FAKE/size")"\n';
const SQUEUE = '#!/bin/sh\ncat "$FAKE/queue"\n';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, text] of [
    ['sbatch', SBATCH],
    ['scontrol', SCONTROL],
    ['squeue', SQUEUE],
  ] as const) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  answer('size', '1001');
  answer('queue', '');
  writeFileSync(join(folder, 'grid.json'), JSON.stringify(GRID));
  vi.stubEnv('FAKE', folder);
  vi.stubEnv('PATH', [bin, process.env.PATH].join(delimiter));
  onTestFinished(() => void vi.unstubAllEnvs());
});

const answer = (name: string, text: string) => writeFileSync(join(folder, name), text);
const asked = () => (existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8') : '');
const submissions = () => readdirSync(join(folder, 'shared', 'submissions'));

/** `sweep grid.json` with a database and a shared folder of its own. */
function run(...args: string[]) {
  return sweep([join(folder, 'grid.json'), '--db', join(folder, 'e.db'), ...args]);
}

function submit(...args: string[]) {
  return run('--slurm', '--folder', join(folder, 'shared'), ...args);
}

describe('sweep --slurm', () => {
  it('submits what is missing as one array, with what was asked for', async () => {
    const more = ['--array-limit', '3', '--workers', '2', '--sbatch=--mem=4G', '--sbatch', '--account=lab'];
    const { exitCode, err } = await submit('--partition', 'p', '--time', '2:00:00', ...more);
    expect(exitCode).toBe(0);
    const [name] = submissions();
    expect(name).toMatch(/^a-grid-[\da-f]{8}$/);
    const place = join(folder, 'shared', 'submissions', name!);
    expect(asked().trim().split('\n')).toEqual([
      '--parsable',
      `--job-name=convoy-${name}`,
      '--array=0-4%3',
      `--output=${place}/task-%a.log`,
      '--open-mode=append',
      `--chdir=${process.cwd()}`,
      '--requeue',
      '--signal=B:TERM@120',
      '--partition=p',
      '--time=2:00:00',
      '--cpus-per-task=2',
      '--mem=4G',
      '--account=lab',
      join(place, 'job.sh'),
    ]);
    expect(readFileSync(join(place, 'job.sh'), 'utf8')).toMatch(
      /^#!\/bin\/sh\nexec '.*node' '.*convoy\.js' 'train-task' '.*' '--workers' '2'\n$/,
    );
    expect(readdirSync(join(place, 'tasks'))).toHaveLength(5);
    expect(err).toContain(`a grid: 5 points, 0 recorded in ${join(folder, 'e.db')}, 5 to submit\n`);
    expect(err).toContain(`a grid: job 1: 5 tasks, ${place}\n`);
    expect(err).toContain(`squeue --name=convoy-${name}\n`);
    const again = `${join(folder, 'grid.json')} --db ${join(folder, 'e.db')} --collect --folder ${join(folder, 'shared')}`;
    expect(err).toContain(`a grid: to collect: node scripts/sweep.js ${again}\n`);
  });

  it('splits them where the site wants smaller arrays, one after another if their number at once is limited', async () => {
    answer('size', '2');
    const { out } = await submit('--array-limit', '1', '--json');
    const jobs = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(jobs.map(({ job, tasks }) => [job, tasks])).toEqual([
      ['1', 2],
      ['2', 2],
      ['3', 1],
    ]);
    expect(asked().match(/^--(?:array|dependency)=.*$/gm)).toEqual([
      '--array=0-1%1',
      '--array=0-1%1',
      '--dependency=afterany:1',
      '--array=0-0%1',
      '--dependency=afterany:2',
    ]);
  });

  it('gives a task several points, those that were begun before last', async () => {
    answer('size', '2');
    const { out, err } = await submit('--points-per-task', '2', '--json');
    const jobs = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(jobs.map(({ tasks, points }) => [tasks, points])).toEqual([
      [2, 4],
      [1, 1],
    ]);
    expect(asked().match(/^--array=.*$/gm)).toEqual(['--array=0-1', '--array=0-0']);
    expect(err).toContain('a grid: job 1: 2 tasks of 4 points, ');
    const shared = new SharedFolder(join(folder, 'shared'));
    const [first, second, third] = readSubmission(jobs[0].folder).identities;
    // The second task of the first job is in the queue, and the first one has ended at its first point.
    answer('queue', `${jobs[0].name}|1|RUNNING\n`);
    await shared.beginAttempt(first!);
    const again = await submit('--points-per-task', '3', '--json');
    expect(again.err).toContain("2 in Slurm's queue, 3 to submit\n");
    expect(JSON.parse(again.out)).toMatchObject({ tasks: 1, points: 3 });
    const { identities } = readSubmission(JSON.parse(again.out).folder);
    expect(identities).not.toContain(third);
    expect([identities[0], identities.at(-1)]).toEqual([second, first]);
  });

  it('submits nothing twice that is in the queue', async () => {
    await submit();
    const [name] = submissions();
    answer('queue', [0, 1, 3].map((i) => `convoy-${name}|${i}|PENDING\n`).join(''));
    const { err } = await submit();
    expect(err).toContain('0 recorded in ');
    expect(err).toContain("3 in Slurm's queue, 2 to submit\n");
    expect(asked().match(/^--array=.*$/gm)).toEqual(['--array=0-4', '--array=0-1']);
  });

  it('says how far it came when Slurm refuses', async () => {
    answer('size', '2');
    answer('refusal', 'sbatch: error: Batch job submission failed: Job violates accounting/QOS policy\n');
    const { exitCode, err } = await submit();
    expect(exitCode).toBe(2);
    expect(err).toContain(
      'sbatch: expected Slurm to take it, found: sbatch: error: Batch job submission failed: Job violates accounting/QOS policy. Mend that, and run it again. 2 of 5 points are submitted.\n',
    );
    expect(submissions()).toHaveLength(1);
    expect(readdirSync(join(folder, 'e.db-submitted'))).toEqual(submissions());
  });

  it('submits nothing that it cannot note beside the database', async () => {
    const place = join(folder, 'e.db-submitted');
    symlinkSync(join(folder, 'a disk that has gone'), place);
    const { exitCode, err } = await submit();
    expect(exitCode).toBe(2);
    expect(err).toContain(`${place}: cannot be written: `);
    expect(asked()).toBe('');
    expect(submissions()).toEqual([]);
  });

  it('needs Slurm', async () => {
    vi.stubEnv('PATH', join(folder, 'nothing'));
    const { exitCode, err } = await submit();
    expect(exitCode).toBe(2);
    expect(err.trim().split('\n').at(-1)).toBe(
      "scontrol: expected Slurm's command on the PATH, found none. Run this on a login node of the cluster, or without --slurm.",
    );
  });

  it.each([
    [['--slurm', '--parallel', '2'], '--parallel: expected no --slurm beside it, found both. Leave one out.'],
    [['--slurm', '--no-wait'], '--no-wait: expected no --slurm beside it, found both. Leave one out.'],
    [['--slurm', '--dry-run'], '--dry-run: expected no --slurm beside it, found both. Leave one out.'],
    [
      ['--slurm', '--collect'],
      '--collect: expected no --slurm beside it, found both. Submit first, collect later.',
    ],
    [
      ['--partition', 'p'],
      '--partition: expected it with --slurm, found it alone. Give --slurm, or leave it out.',
    ],
    [['--folder', 'f'], '--folder: expected it with --slurm, found it alone. Give --slurm, or leave it out.'],
    [['--wait'], '--wait: expected it with --slurm, found it alone. Give --slurm, or leave it out.'],
    [
      ['--slurm', '--points-per-task', '0'],
      "--points-per-task: expected a whole number from 1 to 100000, found '0'.",
    ],
    [
      ['--collect', '--points-per-task', '2'],
      '--points-per-task: expected no --collect beside it, found both. Leave one out.',
    ],
    [
      ['--collect', '--workers', '2'],
      '--workers: expected no --collect beside it, found both. Leave one out.',
    ],
    [
      ['--collect', '--no-checkpoints'],
      '--no-checkpoints: expected no --collect beside it, found both. Leave one out.',
    ],
    [
      ['--slurm', '--time', 'long'],
      "--time: expected a time as sbatch takes it, such as 2:00:00 or 1-12, found 'long'.",
    ],
    [
      ['--slurm', '--time', '1', '--grace', '60'],
      '--grace: expected less than the time limit, 60 s, found 60. Give tasks more --time.',
    ],
    [
      ['--slurm', '--sbatch=--time=5'],
      '--sbatch: expected an option that the program does not set itself, found --time. Give --time.',
    ],
    [
      ['--slurm', '--sbatch=-a3'],
      '--sbatch: expected an option that the program does not set itself, found -a. Give --array-limit.',
    ],
    [
      ['--slurm', '--sbatch', 'mem=4G'],
      "--sbatch: expected an option of sbatch, found 'mem=4G'. For instance: --sbatch=--mem=4G.",
    ],
  ])('refuses %j', async (args, message) => {
    const { exitCode, err } = await run(...args);
    expect(exitCode).toBe(2);
    expect(err).toBe(`${message}\n`);
    expect(asked()).toBe('');
  });
});

describe('sweep --collect', () => {
  it('records what failed, and says so once more until it is done', async () => {
    await submit();
    const shared = new SharedFolder(join(folder, 'shared'));
    const { point } = readTask(join(shared.submissions, submissions()[0]!, 'tasks', '2.json'));
    const attempt = await shared.beginAttempt(point.identity);
    const carried = carryFailure(new Error('no memory'), [], { point, training: makeTraining('node7') });
    await writeResult(join(attempt.folder, 'result.json'), carried);
    const first = await run('--collect');
    expect(first.exitCode).toBe(1);
    expect(first.err).toContain(`a grid: 1 result recorded (1 failed) from ${join(folder, 'shared')}\n`);
    expect(first.err).toContain('a grid: 5 points still missing, 1 of them failed\n');
    expect(first.out).toContain('failed');
    expect((await run('--collect')).exitCode).toBe(1);
    expect((await submit()).err).toContain('5 to submit');
  });

  it('prints a line for each run that it records with --json, once', async () => {
    await submit();
    const shared = new SharedFolder(join(folder, 'shared'));
    for (const index of [1, 3]) {
      const { point } = readTask(join(shared.submissions, submissions()[0]!, 'tasks', `${index}.json`));
      const attempt = await shared.beginAttempt(point.identity);
      const carried = carryFailure(new Error('no memory'), [], { point, training: makeTraining('node7') });
      await writeResult(join(attempt.folder, 'result.json'), carried);
    }
    const { out } = await run('--collect', '--json');
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ seed }) => seed).sort()).toEqual([1, 3]);
    expect(rows).toMatchObject([1, 2].map(() => ({ state: 'failed', reason: 'no memory' })));
    expect((await run('--collect', '--json')).out).toBe('');
  });

  it('needs a folder', async () => {
    const { exitCode, err } = await run('--collect');
    expect(exitCode).toBe(2);
    expect(err).toBe(
      `--collect: expected a folder where results lie, found none that was noted beside ${join(folder, 'e.db')}. Name it with --folder.\n`,
    );
  });

  it('tells of a folder that has gone', async () => {
    await submit();
    const place = join(folder, 'shared');
    rmSync(place, { recursive: true });
    const { exitCode, err } = await run('--collect');
    expect(exitCode).toBe(1);
    expect(err).toBe(
      `a grid: ${place}: expected the folder of what was submitted, found nothing there. Mount it, or submit again.\n` +
        'a grid: 5 points still missing\n',
    );
  });

  it('says that points are missing', async () => {
    await submit();
    const { exitCode, out, err } = await run('--collect');
    expect(exitCode).toBe(3);
    expect(err).toContain('a grid: 5 points still missing\n');
    expect(out).toBe('5 points have not run.\n');
  });
});
