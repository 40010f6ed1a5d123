import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { openDatabaseReadOnly } from '../../src/experiment/database.js';
import { IS_SOAK, reportFigure } from '../helpers/soak.js';
import { makePlugin, makePluginFolder } from '../plugins/fake-plugin.js';
import { FAULTS } from './faults.js';

/** What a fault may cost, beyond the time of a healthy run. */
const LIMIT_S = 10;

interface Case {
  readonly how: string;
  readonly reason: RegExp;
  /** Burns a core until it is found out. */
  readonly isHot?: boolean;
}

const SILENT = String.raw`has been silent for [\d.]+ s`;
const CASES: readonly Case[] = [
  { how: 'hangs', reason: new RegExp(`^worker 1 of 2 ${SILENT} in fault1 forward \\(epoch 1, step 3\\)$`) },
  {
    how: 'sleeps-at-first',
    reason: new RegExp(`^its process was ended, as its event loop ${SILENT.replace('has', 'had')}$`),
  },
  { how: 'sleeps', reason: new RegExp(`^worker 1 of 2 ${SILENT} in fault1 forward \\(epoch 1, step 3\\)$`) },
  { how: 'throws', reason: /^the layer cannot go on$/ },
  { how: 'exits', reason: /^worker 1: expected its thread to go on, found that it ended with exit code 7$/ },
  { how: 'aborts', reason: /^its process was ended by SIGABRT/ },
  { how: 'is-ended-by-segv', reason: /^its process was ended by SIGSEGV/ },
  { how: 'is-killed', reason: /^its process was ended by SIGKILL, by hand or by the system/ },
  { how: 'exits-at-first', reason: /^its process ended with exit code 5$/ },
  { how: 'fills-the-heap', reason: /ran out of memory for JavaScript.*--max-old-space-size/, isHot: true },
  {
    how: 'fills-the-heap-at-first',
    reason: /ran out of memory for JavaScript.*--max-old-space-size/,
    isHot: true,
  },
  { how: 'spins', reason: new RegExp(`^worker 1 of 2 ${SILENT} in fault1 forward`), isHot: true },
  {
    how: 'spins-at-first',
    reason: new RegExp(`^its process was ended, as its event loop ${SILENT.replace('has', 'had')}$`),
    isHot: true,
  },
];

interface Row {
  readonly state: string;
  readonly reason: string | null;
  readonly seconds: number;
  readonly spec: string;
}

/** Sweeps over faults, with a healthy run behind them; each run is told by what its layer does. */
async function sweepFaults(cases: readonly Case[], parallel: number): Promise<ReadonlyMap<string, Row>> {
  const folder = makePluginFolder();
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const layers = [
    { kind: 'convolution', kernel: 5, filters: 2 },
    { kind: 'fault', pipe },
    { kind: 'max-pooling', kernel: 4 },
    { kind: 'fully-connected', units: 10 },
  ];
  const grid = {
    base: {
      network: { name: 'faulty', input: [28, 28, 1], layers },
      trainCount: 400,
      testCount: 100,
      epochs: 1,
    },
    grid: { 'network.layers.1.how': [...cases.map(({ how }) => how), 'nothing'] },
  };
  writeFileSync(join(folder, 'grid.json'), JSON.stringify(grid));
  const args = [
    'grid.json',
    '--db',
    'runs.db',
    '--plugin',
    makePlugin(FAULTS),
    '--workers',
    '2',
    '--parallel',
    String(parallel),
  ];
  const ended = await promisify(execFile)(
    process.execPath,
    [join(findPackageRoot(), 'scripts', 'sweep.js'), ...args],
    { cwd: folder, env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=64' } },
  ).catch((error: { code: number; stderr: string }) => error);
  expect('code' in ended && ended.code, ended.stderr).toBe(1);
  const db = openDatabaseReadOnly(join(folder, 'runs.db'));
  try {
    const rows = db
      .prepare(
        `SELECT state, reason, spec, (julianday(finished_at) - julianday(started_at)) * 86400 AS seconds FROM runs`,
      )
      .all() as Row[];
    return new Map(rows.map((row) => [JSON.parse(row.spec).network.layers[1].how, row]));
  } finally {
    db.close();
  }
}

describe('promise 5: a dead or mute worker is a named failure', () => {
  it.each([
    ['dies or sleeps', 3, CASES.filter(({ isHot }) => !isHot)],
    // On a core of its own, since what gets no core is not called silent.
    ...(IS_SOAK ? [['burns a core', 1, CASES.filter(({ isHot }) => isHot)] as const] : []),
  ] as const)('where it %s, and other runs go on', async (_, parallel, cases) => {
    const rows = await sweepFaults(cases, parallel);
    const healthy = rows.get('nothing')!;
    expect(healthy.state, healthy.reason ?? '').toBe('done');
    for (const { how, reason } of cases) {
      expect(rows.get(how), how).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) });
    }
    const delays = [...rows].map(([how, { seconds }]) => ({ how, delayS: seconds - healthy.seconds }));
    const longest = Math.max(...delays.map(({ delayS }) => delayS));
    expect(longest, JSON.stringify(delays)).toBeLessThan(LIMIT_S);
    reportFigure(
      5,
      `${cases.length} ways to fail named, the slowest ${longest.toFixed(1)} s beyond a healthy run`,
    );
  });
});
