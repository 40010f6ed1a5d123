import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openDatabaseReadOnly } from '../../src/experiment/database.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';
import { makeSmallSweep, RUN_COUNT, readSweep, type SmallSweep, startSweep } from './real-sweep.js';

const JUMPING = { NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'jumping-clock.mjs'))}` };
/** Where Debian's package `faketime` has its library, which sets the clock for native code as well. */
const FAKETIME_LIBRARY = ['x86_64', 'aarch64']
  .map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));

/** Seconds that are recorded. */
function readTimes(sweep: SmallSweep) {
  return { runs: read(sweep, 'SELECT seconds FROM runs'), epochs: read(sweep, 'SELECT seconds FROM epochs') };
}

/** Runs from whose beginning to whose end the clock tells of more than half a day. */
function countJumps(sweep: SmallSweep): number {
  const days = 'julianday(finished_at) - julianday(started_at)';
  return read(sweep, `SELECT count(*) FROM runs WHERE abs(${days}) > 0.5`)[0]!;
}

function read({ db: file }: SmallSweep, sql: string): number[] {
  const db = openDatabaseReadOnly(file);
  const numbers = db.prepare<[], number>(sql).pluck().all();
  db.close();
  return numbers;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Each run is done by one process alone, and lasts as long as it took. */
async function checkSharedSweep(sweep: SmallSweep, env: NodeJS.ProcessEnv, count: number): Promise<void> {
  const members = await Promise.all(Array.from({ length: count }, () => startSweep(sweep, { env }).ended));
  for (const { code, stderr } of members) expect(code, stderr).toBe(0);
  const done = members.flatMap(({ stderr }) => [...stderr.matchAll(/run \d+ of \d+, .*: done/g)]);
  expect(done).toHaveLength(RUN_COUNT);
  expect(members.map(({ stderr }) => stderr).join('')).not.toContain('took it over');
  expect(readSweep(sweep)).toMatchObject({ points: [RUN_COUNT], integrity: ['ok'] });
  const { runs, epochs } = readTimes(sweep);
  expect(Math.min(...runs, ...epochs)).toBeGreaterThan(0);
  // Two runs side by side in each process.
  expect(sum(runs)).toBeLessThan(2 * sum(members.map(({ seconds }) => seconds)));
  expect(sum(epochs)).toBeLessThanOrEqual(sum(runs));
}

describe('a clock that jumps forth and back by a day', () => {
  it('changes no duration and loses no claim', async () => {
    const sweeps = countOf({ share: 1, whole: 20 });
    let jumps = 0;
    for (let i = 0; i < sweeps; i++) {
      const sweep = makeSmallSweep(makeFolder(), { epochs: 4 });
      await checkSharedSweep(sweep, JUMPING, 2);
      jumps += countJumps(sweep);
    }
    expect(jumps, 'the clock did jump in the middle of runs').toBeGreaterThan(0);
    reportFigure(
      9,
      `${sweeps} sweeps of two processes; a day passed forth or back in ${jumps} of ${sweeps * RUN_COUNT} runs`,
    );
  });
});

describe.runIf(IS_SOAK && FAKETIME_LIBRARY)('a system clock that jumps', () => {
  it('changes no duration and loses no claim', async () => {
    const folder = makeFolder();
    const clock = join(folder, 'clock');
    const env = {
      ...{ LD_PRELOAD: FAKETIME_LIBRARY, FAKETIME_TIMESTAMP_FILE: clock },
      ...{ FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    };
    let jumps = 0;
    const jump = () => writeFileSync(clock, ['+0d', '+1d', '+0d', '-1d'][jumps++ % 4]!);
    jump();
    const timer = setInterval(jump, 100);
    const sweep = makeSmallSweep(folder, { epochs: 40 });
    await checkSharedSweep(sweep, env, 2);
    clearInterval(timer);
    expect(countJumps(sweep)).toBeGreaterThan(0);
    reportFigure(9, `libfaketime: a day passed forth or back in ${countJumps(sweep)} of ${RUN_COUNT} runs`);
  });
});

describe.skipIf(!IS_SOAK || FAKETIME_LIBRARY)('a system clock that jumps', () => {
  it.skip("is left out: Debian's package faketime is not installed", () => {});
});
