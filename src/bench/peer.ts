import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { PeerJob } from './peer-job.js';

interface Greeting {
  readonly name: string;
  /** What would make it faster, a line each. */
  readonly lacks?: readonly string[];
}

type Reply = Greeting | { readonly measured: readonly number[] } | { readonly error: string };

type PeerProcess = ChildProcessByStdio<Writable, Readable, null>;

/** Variables that bind a peer to less than it can do, or to more than it was asked; each measurement says itself what it needs of them. */
const BINDING_VARIABLES = [
  ...['LD_PRELOAD', 'MALLOC_CONF', 'MALLOC_ARENA_MAX'],
  ...['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_NUM_THREADS'],
  ...[
    'OMP_THREAD_LIMIT',
    'OMP_WAIT_POLICY',
    'GOMP_SPINCOUNT',
    'GOMP_CPU_AFFINITY',
    'OMP_PROC_BIND',
    'OMP_PLACES',
  ],
  ...['ATEN_CPU_CAPABILITY', 'DNNL_MAX_CPU_ISA', 'ONEDNN_MAX_CPU_ISA', 'MKL_ENABLE_INSTRUCTIONS'],
];

/** A script of scripts/peer in a process of its own, which sleeps between jobs. */
export class Peer {
  /** For instance `PyTorch 1.13.1`. */
  readonly name: string;
  /** What would make it faster, a line each. */
  readonly lacks: readonly string[];
  readonly #process: PeerProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor({ name, lacks = [] }: Greeting, process: PeerProcess, lines: AsyncIterator<string>) {
    this.name = name;
    this.lacks = lacks;
    this.#process = process;
    this.#lines = lines;
  }

  /**
   * Starts a script; null if it lacks what it needs.
   *
   * @param environment on top of our own, without what would bind the peer
   */
  static async start(
    [command, ...args]: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Peer | null> {
    const own = Object.entries(process.env).filter(([name]) => !BINDING_VARIABLES.includes(name));
    const child = spawn(command!, args, {
      env: { ...Object.fromEntries(own), ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = readLines(child);
    const greeting = await readReply(lines);
    if (greeting && 'name' in greeting) return new Peer(greeting, child, lines);
    child.kill();
    return null;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /**
   * Does a job and gives what was measured, several times: seconds, or megabytes.
   *
   * @param options of the peer's own, that the job is done with
   * @param seconds least time of one measurement
   */
  async measure(
    job: PeerJob,
    rounds: number,
    seconds: number,
    options: Readonly<Record<string, string>> = {},
  ): Promise<readonly number[]> {
    this.#process.stdin.write(`${JSON.stringify({ ...job, ...options, rounds, seconds })}\n`);
    const reply = await readReply(this.#lines);
    if (reply && 'measured' in reply) return reply.measured;
    const reason = reply && 'error' in reply ? reply.error : 'it ended without an answer';
    throw new Error(`${this.name} failed at ${job.kind}: ${reason}`);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    await ended;
  }
}

function readLines(child: PeerProcess): AsyncIterator<string> {
  const lines: Interface = createInterface({ input: child.stdout });
  // A command that does not exist, or goes away: its output ends, which says enough.
  child.on('error', () => lines.close());
  child.stdin.on('error', () => lines.close());
  return lines[Symbol.asyncIterator]();
}

async function readReply(lines: AsyncIterator<string>): Promise<Reply | null> {
  const { value, done } = await lines.next();
  return done ? null : (JSON.parse(value) as Reply);
}
