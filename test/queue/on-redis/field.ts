import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFailed, onTestFinished } from 'vitest';
import { findPackageRoot } from '../../../src/core/paths.js';
import { openDatabaseReadOnly } from '../../../src/experiment/database.js';
import { makeFolder } from '../../experiment/fake-runs.js';
import { HERE, type Host } from './hosts.js';

const scripts = join(findPackageRoot(), 'scripts');

/** Of what a process has printed, where a test fails. */
const SHOWN_CHARACTERS = 3_000;

const MOST_STARTS = 5;
/** Below those that systems give to whoever connects, so that nobody gets one that is free for a moment. */
const PORTS = { first: 10_000, count: 20_000 };
/** In which Linux counts a process's time. */
const MS_A_TICK = 10;

/** A process of a test, and what it has printed. */
export class Running {
  printed = '';
  readonly ended: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.printed += text;
      });
    }
    this.ended = once(child, 'close').then(([code]) => code as number | null);
    onTestFailed(() => {
      process.stdout.write(
        `--- ${child.spawnargs.slice(-8).join(' ')}\n${this.printed.slice(-SHOWN_CHARACTERS)}\n`,
      );
    });
    onTestFinished(async () => {
      this.kill('SIGCONT');
      this.kill();
      await this.ended;
    });
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** What it has had of the processor, while it lives. */
  get processorMs(): number {
    // Behind the command's name, which may hold anything.
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return MS_A_TICK * (Number(fields[11]) + Number(fields[12]));
  }

  /** What it has of the memory, while it lives. */
  get residentBytes(): number {
    return (
      1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))![1])
    );
  }

  /** Into files and networks, while it lives. */
  get writtenBytes(): number {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${this.child.pid}/io`, 'utf8'))![1]);
  }

  /** Waits until it has printed something. */
  async waitFor(text: string | RegExp, count = 1): Promise<void> {
    const pattern = new RegExp(text, 'g');
    while ((this.printed.match(pattern)?.length ?? 0) < count) {
      if (!this.isAlive)
        throw new Error(`expected '${text}' ${count} times, found the end of:\n${this.printed}`);
      await sleep(50);
    }
  }
}

export interface StartOptions {
  readonly host?: Host;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A Redis, a grid and a folder, in which heads and workers are started. */
export class Field {
  readonly folder = makeFolder();
  #redis: Running | null = null;
  #workers = 0;

  private constructor(
    readonly port: number,
    private readonly gateways: readonly string[],
    private readonly password: string,
  ) {}

  /** @param hosts that are to reach it, besides this machine */
  static async open(hosts: readonly Host[] = [], password = ''): Promise<Field> {
    const gateways = hosts.map(({ gateway }) => gateway);
    for (let start = 1; ; start++) {
      const field = new Field(drawPort(), gateways, password);
      try {
        await field.startRedis();
        return field;
      } catch (error) {
        // Another program may have got the port meanwhile.
        if (start === MOST_STARTS) throw error;
      }
    }
  }

  /** @param flags of its server besides */
  async startRedis(...more: string[]): Promise<void> {
    const addresses = ['127.0.0.1', ...this.gateways];
    const flags = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no', '--dir', this.folder];
    const args = [
      '--port',
      String(this.port),
      '--requirepass',
      this.password,
      '--bind',
      ...addresses,
      ...flags,
      ...more,
    ];
    this.#redis = new Running(spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    await this.#redis.waitFor('Ready to accept connections');
  }

  /** As the system would where memory runs out; all that is in it is lost. */
  async killRedis(): Promise<void> {
    this.#redis!.kill();
    await this.#redis!.ended;
  }

  /** Empties it. */
  async flush(): Promise<void> {
    await this.askRedis('FLUSHALL');
  }

  /** Gives what it answers, of which the first piece is enough. */
  async askRedis(command: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    if (this.password !== '') {
      socket.write(`AUTH ${this.password}\r\n`);
      await once(socket, 'data');
    }
    socket.write(`${command}\r\n`);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    return String(answer);
  }

  url({ gateway }: Host = HERE): string {
    const secret = this.password === '' ? '' : `:${this.password}@`;
    return `redis://${secret}${gateway}:${this.port}`;
  }

  /** Points of a few hundred milliseconds each. */
  writeGrid(points: number, base: object = {}): string {
    const grid = join(this.folder, 'grid.json');
    const tiny = { model: 'SK', width: 0.2, trainCount: 1000, testCount: 200, epochs: 8, ...base };
    const seeds = Array.from({ length: points }, (_, seed) => seed);
    writeFileSync(grid, JSON.stringify({ name: 'tiny', base: tiny, grid: { seed: seeds } }));
    return grid;
  }

  startHead(db: string, { args = [], host = HERE, ...options }: StartOptions = {}): Running {
    return this.run('sweep.js', ['grid.json', '--db', db, '--queue', this.url(host), ...args], {
      host,
      ...options,
    });
  }

  startWorker({ host = HERE, args = [], ...options }: StartOptions = {}): Running {
    const folder = args.includes('--folder')
      ? []
      : ['--folder', join(this.folder, `scratch-${++this.#workers}`)];
    const own = ['--queue', this.url(host), '--parallel', '1', '--workers', '1', ...folder];
    return this.run('work.js', [...own, ...args], { host, ...options });
  }

  run(
    script: string,
    args: readonly string[],
    { host = HERE, env = {}, cwd = this.folder }: StartOptions,
  ): Running {
    const [command, ...rest] = host.wrap([process.execPath, join(scripts, script), ...args]);
    return new Running(
      spawn(command!, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** What one machine alone comes to: see readRuns. Each grid is trained once. */
  async trainHere(): Promise<Runs> {
    const grid = readFileSync(join(this.folder, 'grid.json'), 'utf8');
    const known = trainedHere.get(grid);
    if (known) return known;
    const alone = this.run('sweep.js', ['grid.json', '--db', 'alone.db', '--workers', '1'], {});
    if ((await alone.ended) !== 0) throw new Error(alone.printed);
    const runs = this.readRuns('alone.db');
    trainedHere.set(grid, runs);
    return runs;
  }

  /** Of each run, in the order of their ends. */
  readTrainingMs(name: string): number[] {
    return this.#query<{ seconds: number }>(name, 'SELECT seconds FROM all_runs ORDER BY finished_at').map(
      ({ seconds }) => 1000 * seconds,
    );
  }

  readRuns(name: string): Runs {
    return this.#query<Runs[number]>(
      name,
      `SELECT seed, state, completed_epochs AS epochs, weights_sha256 AS weights, test_error_percent AS error
        FROM all_runs ORDER BY seed, run_id`,
    );
  }

  #query<Row>(name: string, query: string): Row[] {
    const db = openDatabaseReadOnly(join(this.folder, name));
    try {
      return db.prepare<[], Row>(query).all();
    } finally {
      db.close();
    }
  }
}

const trainedHere = new Map<string, Runs>();

/** One a point, if all is well. */
export type Runs = readonly {
  readonly seed: number;
  readonly state: string;
  readonly epochs: number;
  readonly weights: string;
  readonly error: number;
}[];

/** One that is free in all likelihood. */
export function drawPort(): number {
  return PORTS.first + randomInt(PORTS.count);
}
