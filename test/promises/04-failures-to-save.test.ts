import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { RandomStream } from '../../src/core/rng.js';
import { readPreset } from '../../src/experiment/presets/registry.js';
import { writePng } from '../../src/image/write-png.js';
import { train } from '../../src/train.js';
import { filterCommand, type Outcome, report } from '../cli/fake-command.js';
import { makeFolder, openStore } from '../experiment/fake-runs.js';
import { SlowSweep } from '../helpers/slow-sweep.js';
import { CAN_MOUNT, SmallDisk } from '../helpers/small-disk.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';
import { recordGrid } from '../report/fake-answers.js';

const DISK_BYTES = 2 * 1024 * 1024;
const SEEDS = 6;
const FAST = { pauseMs: 0, epochs: 2, seeds: SEEDS };

if (!CAN_MOUNT) {
  process.stderr.write('convoy: left out: failures to save on a small disk, as none can be mounted here\n');
}

let failures = 0;
afterAll(() => reportFigure(4, `${failures} failures to save, each told of, nothing lost, and gone on from`));

/** Runs a shell command. */
async function run(command: string, folder: string): Promise<{ code: number | null; err: string }> {
  // Of Debian's, dash counts `ulimit -f` in other blocks.
  const shell = spawn('bash', ['-c', command], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  shell.stderr.on('data', (text) => {
    err += String(text);
  });
  const code = await new Promise<number | null>((resolve) => shell.on('close', resolve));
  return { code, err };
}

/** A sweep that failed to save: says so, and keeps what it had recorded. */
function expectFailure({ code, err }: { code: number | null; err: string }, pattern: RegExp): void {
  expect(err).toMatch(pattern);
  expect(err, 'a line, no stack').not.toMatch(/\n +at /);
  expect(code).not.toBe(0);
  failures++;
}

function countDone(sweep: SlowSweep): number {
  return sweep.readRuns().filter(({ state }) => state === 'done').length;
}

/** Runs the same command where there is room; what was recorded before is not run again. */
async function expectGoesOn(sweep: SlowSweep, done: number): Promise<void> {
  const { code, err } = await run(sweep.command, sweep.folder);
  expect(code, err).toBe(0);
  if (done > 0) expect(err).toContain(`${SEEDS} points, ${done} recorded in`);
  expect(countDone(sweep)).toBe(SEEDS);
  const db = new Database(sweep.database);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
}

describe('a sweep', () => {
  // The way to fill a disk that is open to everybody.
  it.runIf(IS_SOAK || !CAN_MOUNT)(
    'that may not write so much says so, and goes on where it may',
    async () => {
      const sweep = new SlowSweep(makeFolder(), FAST);
      // Room for the tables and a few runs.
      const outcome = await run(`ulimit -f 220; ${sweep.command}`, sweep.folder);
      expectFailure(outcome, /slow\.db .*(?:ulimit -f)/);
      const done = countDone(sweep);
      expect(done).toBeLessThan(SEEDS);
      await expectGoesOn(sweep, done);
    },
  );

  it('whose folder vanishes says so', async () => {
    const databaseFolder = join(makeFolder(), 'results');
    const sweep = new SlowSweep(makeFolder(), { ...FAST, pauseMs: 100, epochs: 10_000, databaseFolder });
    const ended = run(sweep.command, sweep.folder);
    while (sweep.readRuns().length === 0) await sleep(20);
    rmSync(databaseFolder, { recursive: true });
    expectFailure(await ended, /slow\.db has been removed, moved or replaced while runs were recorded/);
  });

  describe.runIf(CAN_MOUNT)('on a small disk', () => {
    const random = new RandomStream([4, 0], 0);

    const rooms = [200_000, ...Array.from({ length: 19 }, () => 60_000 + random.nextBelow(600_000))];

    it.each(rooms.slice(0, countOf({ share: 1, whole: 20 })))(
      'that has %d bytes left keeps what it has, and goes on once there is room',
      async (leftBytes) => {
        const disk = new SmallDisk(DISK_BYTES);
        const sweep = new SlowSweep(makeFolder(), { ...FAST, databaseFolder: disk.folder });
        disk.fill(leftBytes);
        const outcome = await run(sweep.command, sweep.folder);
        // With more room than it takes it comes to its end.
        if (outcome.code !== 0) expectFailure(outcome, /the disk is full/);
        disk.empty();
        const done = countDone(sweep);
        await expectGoesOn(sweep, done);
      },
    );

    it.runIf(IS_SOAK)('that may not be written any longer says so', async () => {
      const disk = new SmallDisk(DISK_BYTES);
      const sweep = new SlowSweep(makeFolder(), { ...FAST, databaseFolder: disk.folder });
      disk.setReadOnly(true);
      expectFailure(await run(sweep.command, sweep.folder), /slow\.db/);
      disk.setReadOnly(false);
      await expectGoesOn(sweep, 0);
    });
  });
});

describe.runIf(CAN_MOUNT)('a training that keeps its state on a full disk', () => {
  const spec = { model: 'SK', width: 0.1, trainCount: 200, testCount: 50, epochs: 40 };

  it('fails with its earlier state intact, and goes on once there is room', async () => {
    const { weightsSha256 } = await train(spec, { workers: 1 });
    const disk = new SmallDisk(DISK_BYTES);
    const folder = join(disk.folder, 'run');
    const checkpoints = { folder };
    const onEpoch = () => {
      if (readdirSync(folder).some((name) => name.endsWith('.safetensors'))) disk.fill();
    };
    await expect(train(spec, { workers: 1, checkpoints, onEpoch })).rejects.toThrow(/the disk is full/);
    failures++;
    disk.empty();
    let resumedFrom = 0;
    const again = await train(spec, {
      workers: 1,
      checkpoints,
      onResume: ({ epochs }) => {
        resumedFrom = epochs.length;
      },
    });
    expect(again.weightsSha256).toBe(weightsSha256);
    expect(resumedFrom).toBeGreaterThan(0);
  });

  it('fails if its folder vanishes', async () => {
    const folder = join(makeFolder(), 'run');
    const onEpoch = ({ epoch }: { epoch: number }) => {
      if (epoch === 1) rmSync(folder, { recursive: true });
    };
    await expect(train(spec, { workers: 1, checkpoints: { folder }, onEpoch })).rejects.toThrow(folder);
    failures++;
  });
});

describe.runIf(CAN_MOUNT)('a file that a command was asked for', () => {
  const network = async (file: string): Promise<Outcome> => {
    const fields = ['width=0.1', 'trainCount=100', 'testCount=20', 'epochs=1'];
    const script = join(findPackageRoot(), 'scripts', 'train.js');
    const folder = makeFolder();
    const { code, err } = await run(
      `${process.execPath} "${script}" SK ${fields.map((field) => `--set ${field}`).join(' ')} --db runs.db --save ${file}`,
      folder,
    );
    return { exitCode: code!, out: '', err };
  };

  const picture = async (file: string): Promise<Outcome> => {
    const source = join(makeFolder(), 'source.png');
    await writePng(source, { height: 64, width: 64, channels: 1, pixels: noise(64 * 64) });
    return filterCommand([source, '--kernel', 'sharpen', '--out', file]);
  };

  const page = async (file: string): Promise<Outcome> => {
    const store = openStore();
    await recordGrid(store, readPreset('first-look'));
    return report(['first-look', '--db', store.db.name, '--out', file]);
  };

  it.each([
    ['picture', 'edges.png', picture],
    ...(IS_SOAK
      ? ([
          ['network', 'net.safetensors', network],
          ['page', 'page.html', page],
        ] as const)
      : []),
  ] as const)('a %s stays what it was on a full disk', async (_name, name, command) => {
    const disk = new SmallDisk(DISK_BYTES);
    const file = join(disk.folder, name);
    writeFileSync(file, 'old');
    disk.fill();
    const { exitCode, err } = await command(file);
    expect(err).toContain(`${file}: cannot be written: the disk is full.`);
    expect(exitCode).toBe(2);
    expect([readFileSync(file, 'utf8'), readdirSync(disk.folder).sort()]).toEqual([
      'old',
      [name, 'filler'].sort(),
    ]);
    failures++;
    disk.empty();
    expect((await command(file)).exitCode).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toBe('old');
  });
});

/** Bytes that no compression makes fewer of. */
function noise(count: number): Uint8Array {
  const random = new RandomStream([5, 0], 0);
  return Uint8Array.from({ length: count }, () => random.nextBelow(256));
}
