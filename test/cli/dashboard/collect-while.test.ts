import { readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { collectWhile } from '../../../src/cli/dashboard/collect-while.js';
import { listRuns } from '../../../src/experiment/run-records.js';
import { findPendingFolder, notePending } from '../../../src/remote/pending.js';
import { SharedFolder } from '../../../src/remote/shared-folder.js';
import { writeSubmission } from '../../../src/remote/slurm/submission.js';
import { makeTask } from '../../../src/remote/task.js';
import { makeFolder, openStore, planGrid } from '../../experiment/fake-runs.js';
import { leaveResult } from '../../remote/fake-results.js';

const INTERVAL_MS = 20;

describe('collecting while a page is served', () => {
  it('records what comes to a result, and tells of each trouble once', async () => {
    const store = openStore();
    const shared = new SharedFolder(makeFolder());
    const points = await planGrid({ base: { model: 'SK', width: 0.2 }, grid: { seed: [0, 1] } });
    store.recordSweep({ name: 'test', title: 'A test' }, points);
    const submission = await writeSubmission(shared, {
      ...{ sweep: 'test', tasks: points.map((point) => makeTask(point, {})), pointsPerTask: 1 },
      command: () => ['true'],
    });
    await notePending(store.db.name, submission);
    await notePending(store.db.name, { ...submission, folder: '/nowhere/submissions/test-1' });
    const said: string[] = [];
    const interruption = new AbortController();
    const collecting = collectWhile(
      ['/nowhere/not-yet.db', store.db.name],
      interruption.signal,
      (line) => said.push(line),
      INTERVAL_MS,
    );
    for (const [i, point] of points.entries()) {
      await leaveResult(shared, point);
      await vi.waitUntil(() => listRuns(store.db).length === i + 1, { timeout: 10_000 });
    }
    await vi.waitUntil(() => readdirSync(findPendingFolder(store.db.name)).length === 1, { timeout: 10_000 });
    interruption.abort();
    await collecting;
    expect(said.filter((line) => line.includes('/nowhere'))).toHaveLength(1);
    expect(said).toContain(`test: 1 result recorded from ${submission.folder}`);
  });
});
