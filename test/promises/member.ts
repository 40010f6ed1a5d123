import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a member is to do: a grid of seeds, each a run of so many epochs. */
export interface Order {
  readonly file: string;
  /** Takes a line for every training that begins. */
  readonly log: string;
  readonly seeds: readonly number[];
  readonly epochs: number;
  readonly epochMs: number;
}

interface Answer {
  readonly begun?: true;
  readonly error?: string;
  /** Of its runs, by state. */
  readonly ends?: Readonly<Record<string, number>>;
}

const IN_NAMESPACES = ['--pid', '--fork', '--mount-proc', '--uts', '--kill-child=SIGKILL'];

/** Whether this user may make namespaces, as containers have them. */
export const HAS_NAMESPACES = spawnSync('unshare', [...IN_NAMESPACES, 'true']).status === 0;

/** A process that shares sweeps with others: sweep-member.mjs. */
export class Member {
  private readonly answers: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcess) {
    this.answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  /** @param host of a container of its own: the name under which it is process 1. Default: a process beside this one */
  static async start(host?: string): Promise<Member> {
    const command = [process.execPath, join(import.meta.dirname, 'sweep-member.mjs')];
    const contained = [
      'unshare',
      ...IN_NAMESPACES,
      'sh',
      '-c',
      `hostname ${host} && exec "$0" "$@"`,
      ...command,
    ];
    const [file, ...args] = host === undefined ? command : contained;
    const child = spawn(file!, args, {
      // unshare complains of a member that was killed.
      stdio: ['pipe', 'pipe', host === undefined ? 'inherit' : 'ignore'],
    });
    const member = new Member(child);
    await member.read();
    return member;
  }

  /** Has it share a sweep; fulfilled at the sweep's end. */
  async share(order: Order): Promise<Answer> {
    this.order(order);
    return this.readEnd();
  }

  /** Has it begin a sweep; fulfilled once it has begun a run. */
  async begin(order: Order): Promise<void> {
    this.order(order);
    await this.read();
  }

  /** The end of the sweep that it has begun. */
  async readEnd(): Promise<Answer> {
    for (;;) {
      const answer = await this.read();
      if (!answer.begun) return answer;
    }
  }

  /** Sends a signal to the process itself, not to what has made its namespaces. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    const inner = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    process.kill(this.child.spawnfile === 'unshare' ? Number(inner) : pid!, name);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.signal('SIGKILL');
    await ended;
  }

  private order(order: Order): void {
    this.child.stdin!.write(`${JSON.stringify(order)}\n`);
  }

  private async read(): Promise<Answer> {
    const { done, value } = await this.answers.next();
    if (done) throw new Error('the member has ended');
    return JSON.parse(value) as Answer;
  }
}
