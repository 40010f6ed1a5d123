import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import type { SweepPoint } from '../../src/experiment/plan-sweep.js';
import { packPoint } from '../../src/experiment/portable-point.js';
import { listRuns } from '../../src/experiment/run-records.js';
import { Store } from '../../src/experiment/store.js';
import { readSweepId } from '../../src/experiment/sweep-entry.js';
import { carryFailure, readResult, writeResult } from '../../src/remote/carried-result.js';
import { collectResults } from '../../src/remote/collect.js';
import { collectPending, findPendingFolder, notePending } from '../../src/remote/pending.js';
import { SharedFolder } from '../../src/remote/shared-folder.js';
import { writeSubmission } from '../../src/remote/slurm/submission.js';
import { makeTask } from '../../src/remote/task.js';
import { NUMERICS } from '../../src/run/numerics.js';
import { makeFolder, makeMetrics, openStore, planGrid } from '../experiment/fake-runs.js';
import { leaveResult, makeTraining } from './fake-results.js';

async function prepare(seeds = 3) {
  const store = openStore();
  const shared = new SharedFolder(makeFolder());
  const points = await planGrid({
    base: { model: 'SK', width: 0.2 },
    grid: { seed: Array.from({ length: seeds }, (_, i) => i) },
  });
  const sweepId = store.recordSweep({ name: 'test', title: 'A test' }, points);
  const identities = points.map(({ identity }) => identity);
  return { store, shared, points, identities, sweepId };
}

async function fail(shared: SharedFolder, point: SweepPoint): Promise<void> {
  const { folder } = await shared.beginAttempt(point.identity);
  const ended = { point: packPoint(point), training: makeTraining() };
  const carried = carryFailure(new Error('no memory'), [makeMetrics(1, 9)], ended);
  await writeResult(join(folder, 'result.json'), carried);
}

describe('collecting', () => {
  it('records each point once, by any number of processes at once', async () => {
    const { store, shared, points, identities, sweepId } = await prepare(12);
    for (const point of points) await leaveResult(shared, point);
    await leaveResult(shared, points[0]!);
    const others = [Store.open(store.db.name), Store.open(store.db.name)];
    const all = [store, ...others];
    const collections = await Promise.all(
      all.map((each) => collectResults(each, sweepId, shared, identities)),
    );
    for (const other of others) other.close();
    expect(collections.flatMap(({ recorded }) => recorded)).toHaveLength(12);
    expect(collections.flatMap(({ problems }) => problems)).toEqual([]);
    expect(listRuns(store.db).map(({ state }) => state)).toEqual(new Array(12).fill('done'));
    const again = await collectResults(store, sweepId, shared, identities);
    expect(again).toMatchObject({ recorded: [], problems: [] });
  });

  it('tells of attempts that do not agree, and of what is no result', async () => {
    const { store, shared, points, identities, sweepId } = await prepare();
    await leaveResult(shared, points[0]!, {}, 'node1');
    await leaveResult(shared, points[0]!, { weightsSha256: 'f'.repeat(64) }, 'node2');
    const broken = await leaveResult(shared, points[1]!);
    writeFileSync(join(broken, 'result.json'), '{"format":"convoy-res');
    const foreign = await leaveResult(shared, points[2]!);
    cpSync(await leaveResult(shared, points[0]!), foreign, { recursive: true });
    const { recorded, problems } = await collectResults(store, sweepId, shared, identities);
    expect(recorded).toEqual([1]);
    const cutOff = `${join(broken, 'result.json')}: expected a convoy-result, found no JSON. It is another kind of file, or was cut off: remove it.`;
    expect(problems).toHaveLength(3);
    expect(problems).toContain(cutOff);
    expect(problems).toContainEqual(
      expect.stringMatching(
        /expected equal weights from all machines, found .* from node1 .* and f{12}… from node2 /,
      ),
    );
    expect(problems).toContainEqual(
      expect.stringMatching(
        /: expected a result of the run [\da-f]{64}, found one of [\da-f]{64}\. Remove it\.$/,
      ),
    );
  });

  it('takes those of this version alone, and tells of others where there is no result', async () => {
    const { store, shared, points, identities, sweepId } = await prepare(1);
    const outdated = await leaveResult(shared, points[0]!);
    const file = join(outdated, 'result.json');
    await writeResult(file, { ...readResult(file), numerics: NUMERICS - 1 });
    const collect = () => collectResults(store, sweepId, shared, identities);
    const found = `found one of ${NUMERICS - 1} from node1`;
    expect(await collect()).toMatchObject({ recorded: [], problems: [expect.stringContaining(found)] });
    await leaveResult(shared, points[0]!, { weightsSha256: 'f'.repeat(64) });
    expect(await collect()).toMatchObject({ recorded: [1], problems: [] });
    expect(await collect()).toMatchObject({ recorded: [], problems: [] });
  });

  it('tells of a failure once, and not where another attempt has come to a result', async () => {
    const { store, shared, points, identities, sweepId } = await prepare();
    await fail(shared, points[0]!);
    await fail(shared, points[1]!);
    await leaveResult(shared, points[1]!);
    expect(await collectResults(store, sweepId, shared, identities)).toMatchObject({
      recorded: expect.arrayContaining([1, 2]),
      failed: 1,
    });
    expect(
      listRuns(store.db)
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['done', 'failed']);
    expect(await collectResults(store, sweepId, shared, identities)).toMatchObject({ recorded: [] });
  });
});

describe('a failure', () => {
  it('that cannot be recorded is told again', async () => {
    const { store, shared, points, identities, sweepId } = await prepare(1);
    await fail(shared, points[0]!);
    const [attempt] = await shared.listAttempts(points[0]!.identity);
    const file = join(attempt!.folder, 'result.json');
    vi.spyOn(store, 'claimRun').mockImplementationOnce(() => {
      throw new UserError('the database is locked');
    });
    const collect = () => collectResults(store, sweepId, shared, identities);
    expect(await collect()).toMatchObject({ recorded: [], problems: ['the database is locked'] });
    expect(existsSync(file)).toBe(true);
    expect(await collect()).toMatchObject({ recorded: [1], problems: [] });
    expect(existsSync(file)).toBe(false);
  });
});

describe('what was submitted for a database', () => {
  it('is collected until all of it is recorded', async () => {
    const { store, shared, points, sweepId } = await prepare();
    const tasks = points.map((point) => makeTask(point, {}));
    const submission = await writeSubmission(shared, {
      ...{ sweep: 'test', tasks, pointsPerTask: 1 },
      command: () => ['true'],
    });
    await notePending(store.db.name, submission);
    const silent = () => {};
    await leaveResult(shared, points[0]!);
    expect(await collectPending(store, silent)).toMatchObject([{ recorded: [1] }]);
    expect(readdirSync(findPendingFolder(store.db.name))).toHaveLength(1);
    for (const point of points.slice(1)) await leaveResult(shared, point);
    expect(await collectPending(store, silent)).toMatchObject([{ recorded: expect.arrayContaining([2, 3]) }]);
    expect(existsSync(findPendingFolder(store.db.name))).toBe(false);
    expect(await collectPending(store, silent)).toEqual([]);
    // The sweep stays as it was recorded.
    expect(readSweepId(store.db, 'test')).toBe(sweepId);
    expect(store.db.prepare('SELECT title FROM sweeps').pluck().get()).toBe('A test');
  });

  it('waits for a folder that cannot be seen now', async () => {
    const { store } = await prepare();
    await notePending(store.db.name, {
      folder: '/nowhere/submissions/test-1',
      sweep: 'test',
      identities: [],
      pointsPerTask: 1,
    });
    const told: string[] = [];
    expect(await collectPending(store, (line) => told.push(line))).toEqual([]);
    expect(told).toEqual([
      '/nowhere/submissions/test-1/submission.json: expected a convoy-submission, found nothing there. Check the path.',
    ]);
    expect(readdirSync(findPendingFolder(store.db.name))).toEqual(['test-1']);
  });
});
