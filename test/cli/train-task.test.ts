import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../../src/cli/train-task.js';
import { loadDataset } from '../../src/dataset/load.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { planSweep } from '../../src/experiment/plan-sweep.js';
import { findResults } from '../../src/remote/find-results.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { writeSubmission } from '../../src/remote/slurm/submission.js';
import { makeTask } from '../../src/remote/task.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { capture } from './fake-command.js';

const BASE = { model: 'SK', width: 0.1, trainCount: 40, testCount: 20, epochs: 1, batchSize: 20 };

it('trains the points of a task of an array, and those after one that fails', async () => {
  vi.stubEnv('SLURM_ARRAY_TASK_ID', '1');
  onTestFinished(() => void vi.unstubAllEnvs());
  const grid = parseGrid({ base: BASE, grid: { seed: [0, 1, 2, 3, 4] } }, 'grid.json', 'test');
  const points = await planSweep(expandGrid(grid, 'grid.json'), loadDataset);
  const shared = new SharedFolder(join(makeFolder(), 'shared'));
  const tasks = points.map((point) => makeTask(point, null));
  const plugins = [{ url: 'file:///no.js', sha256: 'a'.repeat(64) }];
  const submission = await writeSubmission(shared, {
    ...{ sweep: 'test', pointsPerTask: 3 },
    tasks: tasks.map((task, i) => (i === 3 ? { ...task, point: { ...task.point, plugins } } : task)),
    command: () => ['true'],
  });
  const train = (...args: string[]) => capture((streams) => main([submission.folder, ...args], streams));
  const readStates = () =>
    Promise.all(
      points.map(async ({ identity }) =>
        (await findResults(shared, identity)).results.map(({ carried }) => carried.state),
      ),
    );
  const last = await train('--workers', '1');
  expect(last.exitCode).toBe(1);
  expect(last.err).toContain('no.js');
  expect(last.err).toContain('run 2 of 2, ');
  expect(await readStates()).toEqual([[], [], [], ['failed'], ['done']]);
  const first = await train('--task', '0', '--workers', '1');
  expect(first.exitCode).toBe(0);
  expect(await readStates()).toEqual([['done'], ['done'], ['done'], ['failed'], ['done']]);
  const { err } = await train('--task', '0');
  expect(err.match(/there is a result already/g)).toHaveLength(3);
  expect(await train('--task', '2')).toEqual({
    exitCode: 2,
    out: '',
    err: `${submission.folder}: expected a task from 0 to 1, found 2. Check the index.\n`,
  });
});
