import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { NUMERICS } from '../../../src/run/numerics.js';
import type { TrainResult } from '../../../src/run/types.js';
import { FAKE_DATASET, runFake } from '../../experiment/fake-runs.js';
import { FakeEngine, runs } from '../fake-command.js';
import { recordSeeds } from './recorded-seeds.js';

/** An engine whose results are changed. */
function change(changes: (result: TrainResult) => Partial<TrainResult>): FakeEngine {
  const engine = new FakeEngine();
  engine.runOne = async (spec, options) => {
    const result = await runFake(spec, options);
    return { ...result, ...changes(result) };
  };
  return engine;
}

const edit = (file: string, sql: string) => {
  const db = new Database(file);
  db.exec(sql);
  db.close();
};

describe('runs verify', () => {
  it('says that runs repeat themselves, and records nothing', async () => {
    const { db } = await recordSeeds(3);
    const before = (await runs(['export', '--json', '--db', db])).out;
    const { exitCode, out } = await runs(['verify', '1', '3', '--db', db], new FakeEngine());
    expect([exitCode, out.split('\n')]).toEqual([
      0,
      [
        'id  network  seed  verdict',
        '--  -------  ----  -------',
        ' 1  SK-0.2      0  same',
        ' 3  SK-0.2      2  same',
        '',
        '2 of 2 runs the same to the bit, weights and metrics.',
        '',
      ],
    ]);
    expect((await runs(['export', '--json', '--db', db])).out).toBe(before);
  });

  it.each<[string, (result: TrainResult) => Partial<TrainResult>, string]>([
    ['weights', () => ({ weightsSha256: 'e'.repeat(64) }), 'weights sha256'],
    [
      'a digit of a metric',
      ({ epochs }) => ({ epochs: epochs.with(1, { ...epochs[1]!, testLoss: 1 + 2 ** -52 }) }),
      'test loss of epoch 2',
    ],
    [
      'a metric that is none',
      ({ epochs }) => ({ epochs: epochs.with(0, { ...epochs[0]!, trainLoss: Number.NaN }) }),
      'train loss of epoch 1',
    ],
    ['epochs', ({ epochs }) => ({ epochs: epochs.slice(0, 1) }), 'completed epochs'],
    ['the end', () => ({ state: 'diverged' }), 'state'],
    ['one answer', () => ({ predicted: Uint16Array.of(1, 0, 0, 1, 1, 1, 1, 1) }), 'predictions'],
    [
      'the confusion matrix',
      () => ({
        confusion: [
          [4, 0],
          [0, 4],
        ],
      }),
      'confusion matrix',
    ],
  ])('finds other %s', async (_, changes, what) => {
    const { db } = await recordSeeds(1);
    const { exitCode, out } = await runs(['verify', '1', '--json', '--db', db], change(changes));
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { run_id: 1, verdict: 'differs', is_fine: false, differences: [{ what }] },
    ]);
  });

  it('tells a difference that must not be from those that may be', async () => {
    const { db } = await recordSeeds(3);
    edit(
      db,
      `UPDATE runs SET numerics = 0 WHERE run_id = 2;
              UPDATE runs SET environment = json_set(environment, '$.kernels', 'reference') WHERE run_id = 3`,
    );
    const engine = change(() => ({ weightsSha256: 'e'.repeat(64), kernels: 'avx2' }));
    const all = await runs(['verify', '1-3', '--db', db], engine);
    expect(all.exitCode).toBe(1);
    expect(all.out).toMatch(/^ 1 .* DIFFERS\n 2 .* differs, as it may\n 3 .* differs, as it may\n/m);
    expect(all.out).toMatch(/^run 1: weights sha256: recorded [0-9a-f]{12}…, found e{12}…$/m);
    expect(all.out).toContain(`run 2: Run 2 is of numerics 0 and this program's is ${NUMERICS}`);
    expect(all.out).toContain('run 3: Run 3 was made by the kernels reference and repeated by avx2');
    expect((await runs(['verify', '2', '3', '--db', db], engine)).exitCode).toBe(0);
  });

  it('says what it cannot verify, and verifies the others', async () => {
    const { db } = await recordSeeds(2);
    const engine = new FakeEngine();
    edit(db, "UPDATE runs SET dataset_sha256 = 'a' WHERE run_id = 1");
    const { exitCode, out } = await runs(['verify', '1', '2', '--db', db], engine);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^ 1 .* not verified\n 2 .* same\n/m);
    expect(out).toContain(`run 1: expected the data set mnist with SHA-256 a, found ${FAKE_DATASET.sha256}`);
    expect(engine.executors).toMatchObject([{ closed: true }]);
  });

  it('goes on after a run that fails', async () => {
    const { db } = await recordSeeds(2);
    const engine = new FakeEngine();
    engine.runOne = (spec, options) =>
      spec.seed === 0 ? Promise.reject(new Error('no memory')) : runFake(spec, options);
    const { exitCode, out, err } = await runs(['verify', '1', '2', '--db', db], engine);
    expect([exitCode, out]).toEqual([1, expect.stringContaining('run 1: no memory')]);
    expect(out).toMatch(/^ 2 .* same\n/m);
    expect(err, 'a bug has a stack').toContain('verify.test.ts');
  });

  it('ends on Ctrl-C with what it knows', async () => {
    const { db } = await recordSeeds(2);
    const engine = new FakeEngine();
    engine.runOne = (spec, options) => {
      const onEpoch: typeof options.onEpoch = () => void process.emit('SIGINT');
      return runFake(spec, { ...options, onEpoch });
    };
    const { exitCode, out } = await runs(['verify', '1', '2', '--parallel', '1', '--db', db], engine);
    expect(exitCode).toBe(130);
    expect(out).toMatch(/^ 1 .* not verified\n 2 .* not verified\n/m);
    expect(out).toContain('run 2: interrupted');
  });

  it('refuses runs that have no result', async () => {
    const { db } = await recordSeeds(1);
    edit(db, "UPDATE runs SET state = 'failed'");
    const { exitCode, err } = await runs(['verify', '1', '--db', db], new FakeEngine());
    expect([exitCode, err]).toEqual([
      2,
      'run 1: expected a run that is done or diverged, found one that is failed. It has no result to verify: leave it out.\n',
    ]);
  });
});
