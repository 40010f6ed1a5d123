import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findOwnersFolder } from '../../src/experiment/owner-lock.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { countOf, reportFigure } from '../helpers/soak.js';
import {
  type Ended,
  makeSmallSweep,
  RUN_COUNT,
  readSweep,
  type SmallSweep,
  startSweep,
} from './real-sweep.js';

/** After so many a sweep is left alone: on a busy machine there is no end to attempts that die before anything is recorded. */
const MOST_KILLS = countOf({ share: 3, whole: 50 });

/** Starts a sweep again and again and kills each attempt after a random time, until one has come to its end. */
async function sweepUnderFire(sweep: SmallSweep, longestMs: number): Promise<{ last: Ended; kills: number }> {
  for (let kills = 0; ; kills++) {
    const { child, ended } = startSweep(sweep);
    if (kills < MOST_KILLS && (await Promise.race([ended, sleep(Math.random() * longestMs)])) === undefined) {
      child.kill('SIGKILL');
    }
    const last = await ended;
    if (last.signal === null) return { last, kills };
  }
}

describe('a sweep of twelve runs that is killed at random instants and started again', () => {
  it('records every run once, with the weights of a sweep that nobody disturbed', async () => {
    const undisturbed = makeSmallSweep(makeFolder());
    const { code, stderr, seconds } = await startSweep(undisturbed).ended;
    expect(code, stderr).toBe(0);
    const expected = readSweep(undisturbed);
    expect(expected).toMatchObject({ points: [RUN_COUNT], integrity: ['ok'] });
    expect(expected.runs).toHaveLength(RUN_COUNT);

    const sweeps = countOf({ share: 1, whole: 100 });
    let kills = 0;
    for (let i = 0; i < sweeps; i++) {
      const sweep = makeSmallSweep(makeFolder());
      const fire = await sweepUnderFire(sweep, seconds * 1000);
      kills += fire.kills;
      expect(fire.last.code, fire.last.stderr).toBe(0);
      expect(readSweep(sweep)).toEqual(expected);
      expect(existsSync(findOwnersFolder(sweep.db)), 'locks of the dead are removed').toBe(false);
    }
    reportFigure(
      1,
      `${sweeps} sweeps of ${RUN_COUNT} runs, killed ${kills} times in all: every run once, with its weights`,
    );
  });
});
