import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { findPackageRoot } from '../../src/core/paths.js';

/** A layer that leaves values as they are and takes its time over each image, so that a run lasts without work. */
const PAUSE = `
import { writeFileSync } from 'node:fs';

let begun = false;
function wait(clock, milliseconds) {
  if (!begun) writeFileSync(new URL('begun', import.meta.url), '');
  begun = true;
  Atomics.wait(clock, 0, 0, milliseconds);
}

export const pause = {
  kind: 'pause',
  schema: ({ milliseconds }) => ({ milliseconds }),
  plan: (_config, input) => ({
    output: input,
    parameters: [],
    state: [],
    shared: {},
    inPlace: false,
    backwardReads: { input: false, output: false },
    multiplyAddsPerImage: 0,
  }),
  bind({ milliseconds }, { input, output }) {
    const { height, width, channels } = output.shape;
    const size = height * width * channels;
    const clock = new Int32Array(new SharedArrayBuffer(4));
    const copy = (from, to, before) => ({
      over: 'slices',
      waits: false,
      run({ first, count }) {
        if (count === 0) return;
        before();
        to.set(from.subarray(first * size, (first + count) * size), first * size);
      },
    });
    return {
      prepare: [],
      forward: [copy(input.value, output.value, () => wait(clock, milliseconds))],
      // The images' own gradient is nobody's.
      backward: output.gradient.length > 0 && input.gradient.length > 0 ? [copy(output.gradient, input.gradient, () => {})] : [],
    };
  },
};
`;

export interface SlowSweepOptions {
  /** Of a training step, and of a test. */
  readonly pauseMs: number;
  readonly epochs: number;
  readonly seeds?: number;
  /** Where the database lies. Default: beside the grid. */
  readonly databaseFolder?: string;
}

/** A run as the database has it. */
export interface SlowRun {
  readonly state: string;
  readonly reason: string | null;
  readonly pid: number;
}

/** A sweep of runs that last by waiting: three steps and a test of one image an epoch. */
export class SlowSweep {
  readonly database: string;
  /** For a shell in any folder. */
  readonly command: string;

  constructor(
    readonly folder: string,
    { pauseMs, epochs, seeds = 1, databaseFolder = folder }: SlowSweepOptions,
  ) {
    this.database = join(databaseFolder, 'slow.db');
    const [grid, plugin] = [join(folder, 'grid.json'), join(folder, 'pause.mjs')];
    writeFileSync(plugin, PAUSE);
    const layers = [
      { kind: 'pause', milliseconds: pauseMs },
      { kind: 'fully-connected', units: 10 },
    ];
    const base = {
      network: { name: 'slow', input: [28, 28, 1], layers },
      trainCount: 3,
      testCount: 1,
      batchSize: 1,
      epochs,
    };
    writeFileSync(
      grid,
      JSON.stringify({ name: 'slow', base, grid: { seed: Array.from({ length: seeds }, (_, i) => i) } }),
    );
    const script = join(findPackageRoot(), 'scripts', 'sweep.js');
    this.command = `${process.execPath} "${script}" ${grid} --db ${this.database} --plugin ${plugin} --parallel 1 --workers 1`;
  }

  /** Whether a step is under way, or has been. */
  get hasBegun(): boolean {
    return existsSync(join(this.folder, 'begun'));
  }

  /** In the order in which they began; none before the database is whole. */
  readRuns(): SlowRun[] {
    if (!existsSync(this.database)) return [];
    const db = new Database(this.database, { readonly: true, timeout: 10_000 });
    try {
      if (db.pragma('user_version', { simple: true }) === 0) return [];
      return db
        .prepare<[], SlowRun>(
          'SELECT state, reason, pid FROM runs JOIN processes USING (process_id) ORDER BY run_id',
        )
        .all();
    } finally {
      db.close();
    }
  }
}
