import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { showSearchProgress } from '../../../src/cli/progress/search-bars.js';
import type { Streams } from '../../../src/cli/streams.js';
import type { SweepRun } from '../../../src/experiment/sweep.js';
import { makeMetrics, planGrid } from '../../experiment/fake-runs.js';

const SUBJECT = {
  parallel: 2,
  count: 12,
  epochs: 3,
  validates: true,
  describe: () => 'learningRate.rate 0.03',
  summarize: () => '4 of 12 trials decided',
};

const open = (columns: number, isTTY: boolean) => {
  const terminal = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns, rows: 24 });
  return { err: terminal as unknown as Streams['err'], read: () => String(terminal.read() ?? '') };
};

async function startRun(): Promise<SweepRun> {
  const grid = { base: { model: 'SK', trainCount: 100, validationCount: 50, batchSize: 10, epochs: 3 } };
  const [point] = await planGrid(grid);
  return { runId: 7, index: 5, count: 12, point: point! };
}

describe('the bars of a search', () => {
  it('show each run in progress with what its trial has chosen, and how far the search is', async () => {
    const { err, read } = open(120, true);
    const progress = showSearchProgress(err, SUBJECT);
    const run = await startRun();
    progress.runStarted!(run);
    progress.epochEnded!(run, makeMetrics(1, 8, true));
    progress.say('trial 4 is decided');
    progress.close();
    const text = read();
    expect(text).toMatch(/ run settings +epoch +loss val\. error/);
    expect(text).toMatch(/ 5\/12 learningRate\.rate 0\.03 =+-+ +1\/3 +1\.0000 +9\.00%/);
    expect(text).toContain('4 of 12 trials decided');
    expect(text).toContain('trial 4 is decided');
    progress.runEnded!(run, { state: 'failed', reason: 'why' });
  });

  it('are not there without a terminal', async () => {
    const { err, read } = open(120, false);
    const progress = showSearchProgress(err, SUBJECT);
    progress.runStarted?.(await startRun());
    progress.say('trial 4 is decided');
    progress.close();
    expect(read()).toBe('trial 4 is decided\n');
  });
});
