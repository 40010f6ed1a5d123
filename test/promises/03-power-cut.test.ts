import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPackageRoot } from '../../src/core/paths.js';
import { RandomStream } from '../../src/core/rng.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';

const CUTS = countOf({ share: 0, whole: 20 });
const IMAGE_BYTES = 96 * 2 ** 20;
const RUNS = 6;

/** Runs a command of the system. */
function run(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** A file system in a file: what the file holds is what the disk would hold if the power failed now. */
class CutDisk {
  readonly root: string;
  readonly #image: string;

  constructor(folder: string) {
    this.root = join(folder, 'disk');
    this.#image = join(folder, 'disk.image');
    mkdirSync(this.root);
    writeFileSync(this.#image, '');
    truncateSync(this.#image, IMAGE_BYTES);
    expect(run('mkfs.ext4', '-q', this.#image), 'mkfs.ext4').toBe(true);
    this.#mount();
    onTestFinished(() => {
      run('umount', '-l', this.root);
    });
  }

  /** Ends the processes that write to the disk, and leaves on it what had reached it by then. */
  async cut(end: () => Promise<void>): Promise<void> {
    const after = `${this.#image}.after`;
    // Nothing of the processes is written any more; what the system itself still writes must have come to rest.
    do copyFileSync(this.#image, after);
    while (!readFileSync(after).equals(readFileSync(this.#image)));
    await end();
    // The last of the processes may still be ending.
    await expect.poll(() => run('umount', this.root), { timeout: 10_000 }).toBe(true);
    copyFileSync(after, this.#image);
    this.#mount();
  }

  #mount(): void {
    expect(run('mount', '-o', 'loop', this.#image, this.root), 'mount').toBe(true);
  }
}

/** Whether this machine lets us mount a file. */
function canMount(): boolean {
  return IS_SOAK && process.getuid?.() === 0 && run('losetup', '-f') && run('mkfs.ext4', '-V');
}

/** A sweep in a process group of its own. */
class Sweep {
  readonly #child: ChildProcess;
  readonly #closed: Promise<number | null>;
  #text = '';

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [join(findPackageRoot(), 'scripts', 'sweep.js'), ...args], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr!.on('data', (data) => {
      this.#text += String(data);
    });
    this.#closed = new Promise((resolve) => this.#child.on('close', resolve));
  }

  get text(): string {
    return this.#text;
  }

  /** Runs that it has told to be recorded. */
  get done(): number {
    return [...this.#text.matchAll(/^.*run \d+ of \d+.*: done/gm)].length;
  }

  get running(): boolean {
    return this.#child.exitCode === null;
  }

  /** Waits until it trains, or has ended. */
  async begin(): Promise<void> {
    while (this.running && !/^(run \d+ of|.* goes on in) /m.test(this.#text)) await sleep(10);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(-this.#child.pid!, name);
  }

  async end(): Promise<number | null> {
    return this.#closed;
  }
}

describe('the power is cut', () => {
  it.runIf(canMount())(`${CUTS} times: the disk holds every run that was told to be done`, async () => {
    const seed = Date.now();
    const random = new RandomStream([seed >>> 0, 3]);
    const folder = makeFolder();
    const disk = new CutDisk(folder);
    const grid = join(folder, 'grid.json');
    const base = { model: 'SK', width: 0.2, trainCount: 1000, testCount: 100, epochs: 6 };
    const args = [grid, '--parallel', '1', '--workers', '1', '--checkpoint-steps', '5'];
    let sweeps = 0;
    let told = 0;
    let resumed = 0;
    for (let cuts = 0; cuts < CUTS; ) {
      writeFileSync(
        grid,
        JSON.stringify({
          name: 'cut',
          base,
          grid: { seed: Array.from({ length: RUNS }, (_, i) => sweeps * RUNS + i) },
        }),
      );
      const database = join(disk.root, `experiments-${sweeps}.db`);
      const sweep = new Sweep([...args, '--db', database]);
      await sweep.begin();
      await sleep(random.nextWord() % 1500);
      if (sweep.running) {
        sweep.signal('SIGSTOP');
        const { text } = sweep;
        await disk.cut(async () => {
          sweep.signal('SIGKILL');
          await sweep.end();
        });
        told += [...text.matchAll(/^.*run \d+ of \d+.*: done/gm)].length;
        resumed += [...text.matchAll(/goes on in/g)].length;
        cuts++;
      } else {
        expect(await sweep.end(), `seed ${seed}: ${sweep.text}`).toBe(0);
        told += sweep.done;
      }
      const db = new Database(database);
      expect(db.pragma('integrity_check', { simple: true }), `seed ${seed}, cut ${cuts}`).toBe('ok');
      const hasRuns = db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'runs'").pluck().get();
      const select = "SELECT count(*), count(DISTINCT identity) FROM runs WHERE state = 'done'";
      const [done, different] = hasRuns ? db.prepare<[], [number, number]>(select).raw().get()! : [0, 0];
      db.close();
      expect(done, `seed ${seed}, cut ${cuts}`).toBeGreaterThanOrEqual(told);
      expect(done).toBe(different);
      if (done === RUNS) {
        sweeps++;
        told = 0;
      }
    }
    reportFigure(
      3,
      `${CUTS} power cuts over ${sweeps + 1} sweeps of ${RUNS} runs (${resumed} runs gone on with): nothing told was lost`,
    );
  });
});
