import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPackageRoot } from '../../src/core/paths.js';
import { openStore } from '../../src/experiment/open-store.js';
import { IS_SOAK } from '../helpers/soak.js';
import { Cluster, hasSlurm } from './cluster.js';

/** Asked for by `npm run test:slurm`, which makes sure that Slurm is there. */
export const IS_ASKED = process.env.CONVOY_SLURM !== undefined || (IS_SOAK && hasSlurm());
/** Whether all of it is to be tried, or a share. */
export const IS_LONG = IS_SOAK || process.env.CONVOY_SLURM === 'long';
/** Of a test. */
export const LIMIT_MS = IS_LONG ? 6 * 3_600_000 : 600_000;
const TINY = { model: 'SK', width: 0.1, trainCount: 200, testCount: 100, batchSize: 20 };
const LOOK_INTERVAL_MS = 500;

/** What a command came to. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a command may have besides. */
interface CommandOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** A cluster, a folder that its nodes and whoever gives commands see, and Convoy's commands. */
export class Site {
  private constructor(
    readonly folder: string,
    readonly cluster: Cluster,
  ) {}

  static async open(maxArraySize: number): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'slurm-'));
    await chmod(folder, 0o755);
    return new Site(folder, await Cluster.start(join(folder, 'cluster'), maxArraySize));
  }

  async close(): Promise<void> {
    await this.cluster.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** One of Convoy's commands, in the folder. */
  convoy(args: readonly string[], options?: CommandOptions): Promise<Ended> {
    const script = join(findPackageRoot(), 'scripts', 'convoy.js');
    return this.run(process.execPath, [script, ...args], options);
  }

  /** A command, in the folder. */
  run(
    command: string,
    args: readonly string[],
    { environment = {}, signal }: CommandOptions = {},
  ): Promise<Ended> {
    return new Promise((resolve) => {
      const options = {
        cwd: this.folder,
        env: { ...this.cluster.environment, ...environment },
        maxBuffer: 2 ** 26,
      };
      const child = execFile(command, args, options, (error, out, err) => {
        resolve({ code: error === null ? 0 : ((error.code as unknown as number) ?? null), out, err });
      });
      signal?.addEventListener('abort', () => child.kill('SIGINT'));
    });
  }

  /** A sweep of points that differ in their seeds, with a database and a shared folder of its own. */
  writeGrid(name: string, { epochs, seeds }: { epochs: number; seeds: number }): Sweep {
    const base = { ...TINY, epochs };
    const grid = { name, base, grid: { seed: Array.from({ length: seeds }, (_, i) => i) } };
    writeFileSync(join(this.folder, `${name}.json`), JSON.stringify(grid));
    return new Sweep(this, name);
  }

  /** Waits until no task is left. */
  async drainQueue(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    while ((await this.cluster.listTasks()).length > 0) {
      await meanwhile();
      await this.cluster.hurry();
      await sleep(LOOK_INTERVAL_MS);
    }
  }
}

/** A grid, trained by Slurm into one database and by this machine into another. */
export class Sweep {
  readonly db: string;
  readonly shared: string;

  constructor(
    private readonly site: Site,
    readonly name: string,
  ) {
    this.db = join(site.folder, `${name}.db`);
    this.shared = join(site.folder, `${name}-shared`);
  }

  submit(more: readonly string[] = [], options?: CommandOptions): Promise<Ended> {
    return this.command(['--db', this.db, '--folder', this.shared, '--slurm', ...more], options);
  }

  collect(more: readonly string[] = []): Promise<Ended> {
    return this.command(['--db', this.db, '--folder', this.shared, '--collect', ...more]);
  }

  /** What one machine comes to. */
  trainHere(): Promise<Ended> {
    return this.command(['--db', `${this.db}-here`, '--workers', '1']);
  }

  /** What must be equal whoever has trained. */
  readRows(where: 'there' | 'here' = 'there') {
    using store = openStore(where === 'here' ? `${this.db}-here` : this.db);
    const runs =
      store.query(`SELECT identity, seed, label, state, numerics, weights_sha256, completed_epochs, test_error_percent, best_test_error_percent,
      train_loss, parameters, sweep FROM all_runs ORDER BY identity`);
    const epochs =
      store.query(`SELECT identity, epoch, train_loss, test_loss, test_error_percent, learning_rate
      FROM epochs JOIN runs USING (run_id) ORDER BY identity, epoch`);
    const predicted = store.query(`SELECT identity, count(*) AS images, sum(predicted * example) AS sum
      FROM test_predictions JOIN runs USING (run_id) GROUP BY identity ORDER BY identity`);
    return { runs, epochs, predicted };
  }

  readTrainers() {
    using store = openStore(this.db);
    type Row = { host: string; attempt: number; resumptions: number };
    return store.query<Row>(`SELECT environment ->> '$.remote.host' AS host, environment ->> '$.remote.attempt' AS attempt,
      environment ->> '$.remote.resumptions' AS resumptions FROM runs ORDER BY run_id`);
  }

  private command(args: readonly string[], options?: CommandOptions): Promise<Ended> {
    return this.site.convoy(['sweep', `${this.name}.json`, ...args], options);
  }
}
