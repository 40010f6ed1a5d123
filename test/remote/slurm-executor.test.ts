import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import { writeResult } from '../../src/remote/carried-result.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { SlurmExecutor } from '../../src/remote/slurm/slurm-executor.js';
import { jobNameOf, writeSubmission } from '../../src/remote/slurm/submission.js';
import { makeTask } from '../../src/remote/task.js';
import type { TrainResult } from '../../src/run/types.js';
import { makeFolder, planGrid } from '../experiment/fake-runs.js';
import { makeFound } from './fake-results.js';

/** Fails as often as `failures` has lines, as it does while its controller is restarted; then it says what `queue` has. */
const SQUEUE = `#!/bin/sh
if [ -s "$FAKE/failures" ]; then
  sed -i 1d "$FAKE/failures"
  echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2
  exit 1
fi
cat "$FAKE/queue"
`;

/** Two points that have been submitted, and are as the fake queue says. */
async function prepare({ failures }: { failures: number }) {
  const folder = makeFolder();
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'squeue'), SQUEUE);
  chmodSync(join(folder, 'bin', 'squeue'), 0o755);
  const answer = (name: string, text: string) => writeFileSync(join(folder, name), text);
  answer('failures', 'once\n'.repeat(failures));
  vi.stubEnv('FAKE', folder);
  vi.stubEnv('PATH', [join(folder, 'bin'), process.env.PATH].join(delimiter));
  onTestFinished(() => void vi.unstubAllEnvs());
  const points = await planGrid({ base: { model: 'SK', width: 0.2 }, grid: { seed: [0, 1] } });
  const shared = new SharedFolder(join(folder, 'shared'));
  const tasks = points.map((point) => makeTask(point, null));
  const name = jobNameOf(
    await writeSubmission(shared, { sweep: 'test', tasks, pointsPerTask: 1, command: () => ['true'] }),
  );
  const enqueue = (...states: string[]) =>
    answer(
      'queue',
      states
        .map(
          (state, i) => `${name}|${i}|${state}
`,
        )
        .join(''),
    );
  enqueue('RUNNING', 'RUNNING');
  const told: string[] = [];
  const executor = new SlurmExecutor(shared, new Set(points.map(({ identity }) => identity)), (line) =>
    told.push(line),
  );
  const run = (point: SweepPoint) =>
    executor.run(point, {
      signal: new AbortController().signal,
      checkpoints: null,
      observer: { progressed: () => {}, epochEnded: () => {} },
    });
  return { shared, points, run, told, enqueue };
}

/** Puts a result of a point into the shared folder. */
async function leave(
  shared: SharedFolder,
  point: SweepPoint,
  changes: Partial<TrainResult> = {},
  host?: string,
) {
  const { folder } = await shared.beginAttempt(point.identity);
  const found = await makeFound(point, changes, host);
  cpSync(found.folder, folder, { recursive: true });
  const file = join(folder, 'result.json');
  await writeResult(file, found.carried);
  return { file, carried: found.carried };
}

describe('waiting for Slurm', { timeout: 60_000 }, () => {
  it('goes on when its controller does not answer for a while', async () => {
    const { shared, points, run, told } = await prepare({ failures: 2 });
    const runs = points.map(run);
    await vi.waitFor(() => expect(told).toHaveLength(1), 5_000);
    for (const point of points) await leave(shared, point);
    const results = await Promise.all(runs);
    expect(results.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(told).toEqual([
      "Slurm's queue cannot be seen now, and is asked again: squeue: expected Slurm to take it, found: slurm_load_jobs error: Unable to contact slurm controller (connect failure). Mend that, and run it again.",
    ]);
  });

  it('tells of results that differ, and of those that cannot be read', async () => {
    const { shared, points, run, enqueue } = await prepare({ failures: 0 });
    await leave(shared, points[0]!);
    await leave(shared, points[0]!, { weightsSha256: 'f'.repeat(64) }, 'node2');
    const { file } = await leave(shared, points[1]!);
    writeFileSync(file, '{"format":"convoy-res');
    enqueue();
    const ends = await Promise.allSettled(points.map(run));
    expect(ends.map((end) => String((end as PromiseRejectedResult).reason))).toEqual([
      expect.stringMatching(/expected equal weights from all machines, found .* from node1 .* from node2 /),
      expect.stringContaining(
        `its Slurm task has ended without a result that can be read: ${file}: expected a convoy-result, found no JSON.`,
      ),
    ]);
  });
});
