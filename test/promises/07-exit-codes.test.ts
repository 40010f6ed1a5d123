import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exit.js';
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

const SIGNALS = ['SIGKILL', 'SIGINT', 'SIGTERM'] as const;
const pick = <T>(choices: readonly T[]) => choices[Math.floor(Math.random() * choices.length)]!;

/** A process of a sweep: whether it waits for others, and what signal it gets when. */
interface Member {
  readonly waits: boolean;
  readonly signal: (typeof SIGNALS)[number] | null;
  readonly afterMs: number;
}

const makeMember = (): Member => ({
  waits: Math.random() < 0.5,
  signal: Math.random() < 0.5 ? pick(SIGNALS) : null,
  afterMs: Math.random() * 3_000,
});

function countRecorded(sweep: SmallSweep): number {
  return readSweep(sweep).runs.filter((row) => (row as unknown[])[1] === 'done').length;
}

/** Runs a member to its end; counts what is recorded at that moment. */
async function runMember(sweep: SmallSweep, { waits, signal, afterMs }: Member) {
  const { child, ended } = startSweep(sweep, { args: waits ? [] : ['--no-wait'] });
  if (signal !== null && (await Promise.race([ended, sleep(afterMs)])) === undefined) child.kill(signal);
  const end: Ended = await ended;
  return { ...end, recorded: end.code === EXIT_CODES.done ? countRecorded(sweep) : null };
}

describe('an exit code', () => {
  it('of 0 means that everything is recorded, whatever others do; 3 that something was left to others', async () => {
    const sweeps = countOf({ share: 1, whole: 100 });
    const counts = new Map<number | string, number>();
    for (let i = 0; i < sweeps; i++) {
      const sweep = makeSmallSweep(makeFolder());
      // One stays and waits.
      const members = [{ waits: true, signal: null, afterMs: 0 }, makeMember(), makeMember()];
      const ends = await Promise.all(members.map((member) => runMember(sweep, member)));
      ends.forEach(({ code, signal, stderr, recorded }, m) => {
        const told = `${JSON.stringify(members)}, member ${m}: ${code ?? signal}\n${stderr}`;
        if (code === EXIT_CODES.done) expect(recorded, told).toBe(RUN_COUNT);
        else if (code === EXIT_CODES.held) {
          expect(members[m]!.waits, told).toBe(false);
          expect(stderr, told).toMatch(/skipped, since process \d+ on \S+ is at it/);
        } else if (code === null) expect(signal, told).toBe(members[m]!.signal);
        else expect([EXIT_CODES.interrupted, EXIT_CODES.terminated], told).toContain(code);
        counts.set(code ?? 'killed', (counts.get(code ?? 'killed') ?? 0) + 1);
      });
      expect(ends[0]!.code, ends[0]!.stderr).toBe(EXIT_CODES.done);
    }
    const list = [...counts].map(([code, count]) => `${count} of ${code}`).join(', ');
    reportFigure(7, `${sweeps} sweeps of three processes each ended with exit codes: ${list}`);
  });
});
