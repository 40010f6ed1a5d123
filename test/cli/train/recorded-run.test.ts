import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NUMERICS } from '../../../src/run/numerics.js';
import type { EpochMetrics } from '../../../src/run/types.js';
import {
  claimRuns,
  makeFolder,
  makeResult,
  openStore,
  planGrid,
  runFake,
} from '../../experiment/fake-runs.js';
import { FakeEngine, runs, trainCommand } from '../fake-command.js';

const makeDb = () => join(makeFolder(), 'new/experiments.db');
const SMALL = ['SK', '--set', 'width=0.2', '--epochs', '2'];

/** Makes all runs of a database those of another numerics version. */
function setNumerics(db: string, numerics: number): void {
  openStore(db).db.prepare('UPDATE runs SET numerics = ?').run(numerics);
}

describe('train --again', () => {
  it('says that the weights are the same, and records nothing', async () => {
    const db = makeDb();
    await trainCommand([...SMALL, '--db', db]);
    const { exitCode, out, err } = await trainCommand([...SMALL, '--db', db, '--again']);
    expect(exitCode).toBe(0);
    expect(err).toContain(`in ${db} as run 1, trained again`);
    expect(out).toMatch(/\nThe weights are those of run 1, to the bit: sha256 [0-9a-f]{64}\.\n$/);
    expect(JSON.parse((await runs(['ls', '--db', db, '--json'])).out)).toHaveLength(1);
    const json = await trainCommand([...SMALL, '--db', db, '--again', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ run_id: 1, repeats: true });
  });

  it('fails if they are not', async () => {
    const db = makeDb();
    await trainCommand([...SMALL, '--db', db]);
    const engine = new FakeEngine();
    engine.runOne = async (spec) => makeResult(spec, { weightsSha256: 'e'.repeat(64) });
    const { exitCode, err } = await trainCommand([...SMALL, '--db', db, '--again'], engine);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/not those of run 1: expected sha256 [0-9a-f]{64}, found e{64}\. /);
    expect(err).toContain(`. Both are of numerics ${NUMERICS}, under which the weights must be equal`);

    setNumerics(db, 0);
    const older = await trainCommand([...SMALL, '--db', db, '--again'], engine);
    expect(older.exitCode).toBe(1);
    expect(older.err).toContain(
      `Run 1 is of numerics 0 and this program's is ${NUMERICS}, whose bits may be others: --numerics current records the run again.`,
    );
  });

  it('records a run that is not recorded', async () => {
    const { exitCode, err } = await trainCommand([...SMALL, '--db', makeDb(), '--again']);
    expect([exitCode, err]).toEqual([0, expect.stringContaining('SK: done')]);
  });
});

describe('train --numerics current', () => {
  it('records again what is of an older version, of which a plain train tells', async () => {
    const db = makeDb();
    await trainCommand([...SMALL, '--db', db]);
    const current = [...SMALL, '--db', db, '--numerics', 'current'];
    expect((await trainCommand(current)).err).toContain('nothing to train');
    setNumerics(db, 0);
    const plain = await trainCommand([...SMALL, '--db', db]);
    expect(plain.err).toContain(
      `SK: 1 of 1 recorded run is of numerics 0, this program's is ${NUMERICS}: --numerics current runs it again\n`,
    );
    expect((await trainCommand([...current, '--dry-run'])).out).toMatch(/\nstate +missing\n$/);
    expect((await trainCommand([...SMALL, '--db', db, '--dry-run'])).out).toMatch(
      /\nstate +recorded \(run 1, numerics 0\)\n$/,
    );
    expect((await trainCommand(current)).err).toContain('SK: done');
    const rows = JSON.parse((await runs(['ls', '--db', db, '--json'])).out);
    expect(rows.map((row: { run_id: number; numerics: number }) => [row.run_id, row.numerics])).toEqual([
      [1, 0],
      [2, NUMERICS],
    ]);
    expect((await runs(['ls', '--db', db])).out).toMatch(
      new RegExp(`numerics\\n.*\\n +1 .* 0\\n +2 .* ${NUMERICS}\\n$`),
    );
    expect((await runs(['show', '2', '--db', db])).out).toMatch(new RegExp(`^ +numerics +${NUMERICS}$`, 'm'));
  });
});

describe('train of a run that another process is at', () => {
  /** The run is claimed by another process, which records it once its end is waited for. */
  async function share(db: string) {
    const store = openStore(db);
    const points = await planGrid({ base: { model: 'SK', width: 0.2, epochs: 2 } });
    const [runId] = claimRuns(store, 'other', points) as [number];
    setTimeout(async () => {
      const onEpoch = (metrics: EpochMetrics) => store.addEpoch(runId, metrics);
      store.finishRun(runId, { result: await runFake(points[0]!.spec, { onEpoch }) });
    }, 300);
  }

  it('waits for its record', async () => {
    const db = makeDb();
    await share(db);
    const engine = new FakeEngine();
    engine.runOne = () => Promise.reject(new Error('nothing should run'));
    const { exitCode, err, out } = await trainCommand([...SMALL, '--db', db], engine);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('SK-0.2')]);
    expect(err).toMatch(/SK: process \d+ on \S+ is at it, run 1; its end is waited for\n/);
    expect(err).toMatch(/SK: done by process \d+ on \S+, run 1\n/);
  });

  it('does not wait if it is not to, and says so with the exit code', async () => {
    const db = makeDb();
    const points = await planGrid({ base: { model: 'SK', width: 0.2, epochs: 2 } });
    claimRuns(openStore(db), 'other', points);
    const { exitCode, err, out } = await trainCommand([...SMALL, '--db', db, '--no-wait']);
    expect([exitCode, out]).toEqual([3, expect.stringContaining('running')]);
    expect(err).toMatch(/SK: skipped, since process \d+ on \S+ is at it, run 1\n/);
  });

  it('trains it afterwards for the weights that are asked for', async () => {
    const db = makeDb();
    await share(db);
    const { exitCode, out } = await trainCommand([...SMALL, '--db', db, '--again']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('The weights are those of run 1')]);
  });
});
