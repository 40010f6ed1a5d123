import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const DAEMONS = ['munged', 'slurmctld', 'slurmd'];
const START_LIMIT_MS = 120_000;
/** After which a task that was put back into the queue may begin. */
const HURRIED_SECONDS = 3;
/** How often it is begun: another program may have taken a port since it was found free. */
const STARTS = 3;
/** Of a hook that starts a cluster. */
export const CLUSTER_LIMIT_MS = 2 * STARTS * START_LIMIT_MS;
/** Where Debian has daemons, which is not on every user's PATH. */
const SYSTEM_FOLDER = '/usr/sbin';

/** Whether Slurm and munge are installed (Debian's slurm-wlm and munge), and this is root, as whom their daemons run. */
export function hasSlurm(): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), SYSTEM_FOLDER];
  const isThere = (command: string) => folders.some((folder) => existsSync(join(folder, command)));
  return process.getuid?.() === 0 && DAEMONS.every(isThere);
}

/** A task as `squeue` tells it. */
export interface ListedTask {
  /** `12_3` */
  readonly id: string;
  readonly jobName: string;
  readonly state: string;
  readonly reason: string;
}

/** A controller and two nodes of one core each on this machine, with an authentication of their own. */
export class Cluster {
  /** For whoever asks it. */
  readonly environment: NodeJS.ProcessEnv;
  private readonly children: ChildProcess[] = [];
  private controller: ChildProcess | null = null;
  private readonly hurriedUntilMs = new Map<string, number>();
  private hasBegun = false;
  /** A daemon that is no more. */
  private ended: string | null = null;

  private constructor(
    private readonly folder: string,
    private readonly maxArraySize: number,
  ) {
    this.environment = {
      ...process.env,
      PATH: `${process.env.PATH}${delimiter}${SYSTEM_FOLDER}`,
      SLURM_CONF: join(folder, 'slurm.conf'),
    };
  }

  /** @param folder its own, and short: sockets lie in it, which munge wants everybody to reach */
  static async start(folder: string, maxArraySize = 1001): Promise<Cluster> {
    mkdirSync(folder, { mode: 0o755 });
    for (let start = 1; ; start++) {
      const place = join(folder, String(start));
      mkdirSync(place, { mode: 0o755 });
      const cluster = new Cluster(place, maxArraySize);
      try {
        await cluster.begin();
        return cluster;
      } catch (error) {
        await cluster.close();
        if (start === STARTS) throw error;
      }
    }
  }

  /** Runs one of Slurm's commands; gives what it prints. */
  async ask(command: string, ...args: string[]): Promise<string> {
    return (await promisify(execFile)(command, args, { env: this.environment })).stdout;
  }

  /** All tasks that have not ended. */
  async listTasks(): Promise<ListedTask[]> {
    const text = await this.ask('squeue', '--noheader', '--array', '--format=%F_%K|%j|%T|%r');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [id = '', jobName = '', state = '', reason = ''] = line.trim().split('|');
        return { id, jobName, state, reason };
      });
  }

  /**
   * Slurm lets a task that was put back into the queue wait for two minutes; here nobody has the time. One that began in the second in which its
   * node has ended it would be refused there (`Job credential revoked`), and be lost.
   */
  async hurry(): Promise<void> {
    const waiting = (await this.listTasks()).filter(({ reason }) => reason === 'BeginTime');
    const nowMs = performance.now();
    for (const { id } of waiting) {
      // Each time that it waits, once.
      if (nowMs < (this.hurriedUntilMs.get(id) ?? 0)) continue;
      this.hurriedUntilMs.set(id, nowMs + 2 * HURRIED_SECONDS * 1000);
      const start = `StartTime=now+${HURRIED_SECONDS}`;
      await this.ask('scontrol', 'update', `JobId=${id}`, start).catch(() => {});
    }
  }

  /**
   * Ends the controller, and begins another one after a while. It is told to end: killed, it would take along what it has not written down yet, and
   * another one would take nodes for broken whose tasks have begun in the seconds before.
   */
  async restartController(pauseMs: number): Promise<void> {
    const ended = new Promise((resolve) => this.controller!.once('close', resolve));
    this.controller!.kill('SIGTERM');
    await ended;
    await sleep(pauseMs);
    this.ended = null;
    this.controller = this.spawn('slurmctld', '-D');
    await this.waitFor('slurmctld', async () => (await this.ask('scontrol', 'ping')).includes('is UP'));
  }

  async close(): Promise<void> {
    if (this.hasBegun) await this.ask('scancel', '--user=root').catch(() => {});
    // The nodes first, which end what they run.
    for (const child of this.children.reverse()) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) {
        await Promise.race([ended, sleep(5_000).then(() => child.kill('SIGKILL'))]);
      }
    }
  }

  private async begin(): Promise<void> {
    for (const name of ['state', 'spool', 'log']) mkdirSync(join(this.folder, name));
    const socket = join(this.folder, 'munge.socket');
    const key = join(this.folder, 'munge.key');
    writeFileSync(key, randomBytes(128), { mode: 0o600 });
    const place = (option: string) => `--${option}-file=${join(this.folder, option)}`;
    const files = [place('pid'), place('log'), place('seed')];
    this.spawn('munged', '--foreground', `--socket=${socket}`, `--key-file=${key}`, ...files);
    await this.waitFor('munged', async () => existsSync(socket));
    const ports = await findPorts(3);
    writeFileSync(join(this.folder, 'slurm.conf'), this.describe(socket, ports));
    this.controller = this.spawn('slurmctld', '-D');
    for (const node of ['n1', 'n2']) this.spawn('slurmd', '-D', '-N', node);
    await this.waitFor(
      'slurmctld',
      async () => (await this.ask('sinfo', '--noheader', '--format=%T')).trim() === 'idle',
    );
    this.hasBegun = true;
  }

  private describe(socket: string, [controller, ...nodes]: readonly number[]): string {
    const { folder, maxArraySize } = this;
    const host = hostname();
    return [
      'ClusterName=test',
      `SlurmctldHost=${host}(127.0.0.1)`,
      'SlurmUser=root',
      `SlurmctldPort=${controller}`,
      'AuthType=auth/munge',
      `AuthInfo=socket=${socket}`,
      `StateSaveLocation=${join(folder, 'state')}`,
      `SlurmdSpoolDir=${join(folder, 'spool', '%n')}`,
      `SlurmctldPidFile=${join(folder, 'slurmctld.pid')}`,
      `SlurmdPidFile=${join(folder, '%n.pid')}`,
      `SlurmctldLogFile=${join(folder, 'log', 'slurmctld')}`,
      `SlurmdLogFile=${join(folder, 'log', '%n')}`,
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'SelectType=select/cons_tres',
      'SchedulerType=sched/backfill',
      // A task begins at once when another one has ended.
      'SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0',
      'ReturnToService=2',
      'MpiDefault=none',
      `MaxArraySize=${maxArraySize}`,
      ...nodes.map(
        (port, i) => `NodeName=n${i + 1} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=1`,
      ),
      'PartitionName=short Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP',
      '',
    ].join('\n');
  }

  private spawn(command: string, ...args: string[]): ChildProcess {
    // Of a group of its own: Ctrl-C of the tests is not for it.
    const child = spawn(command, args, { env: this.environment, stdio: 'ignore', detached: true });
    child.on('error', () => {});
    child.on('close', () => {
      this.ended = command;
    });
    this.children.push(child);
    return child;
  }

  private async waitFor(what: string, isReady: () => Promise<boolean>): Promise<void> {
    const startMs = performance.now();
    while (!(await isReady().catch(() => false))) {
      if (this.ended !== null) throw new Error(`${this.ended} has ended`);
      if (performance.now() - startMs > START_LIMIT_MS) throw new Error(`${what} has not begun`);
      await sleep(100);
    }
  }
}

/** Ports that nobody listens on now. */
async function findPorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
