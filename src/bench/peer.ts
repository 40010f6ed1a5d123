import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { findPackageRoot } from '../core/paths.js';
import type { PeerJob } from './peer-job.js';

/** Pythons that may have what a peer needs: the user's, and the distribution's behind it. */
export const PEER_PYTHONS = ['python3', '/usr/bin/python3'] as const;

type Reply =
  | { readonly name: string }
  | { readonly measured: readonly number[] }
  | { readonly error: string };

type PeerProcess = ChildProcessByStdio<Writable, Readable, null>;

/** A script of scripts/peer in a process of its own, which sleeps between jobs. */
export class Peer {
  /** For instance `PyTorch 1.13.1`. */
  readonly name: string;
  readonly #process: PeerProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(name: string, process: PeerProcess, lines: AsyncIterator<string>) {
    this.name = name;
    this.#process = process;
    this.#lines = lines;
  }

  /** Starts a script with the first Python that has what it needs; null if none has. */
  static async find(script: string, pythons: readonly string[] = PEER_PYTHONS): Promise<Peer | null> {
    for (const python of pythons) {
      const peer = await Peer.#start(script, python);
      if (peer) return peer;
    }
    return null;
  }

  static async #start(script: string, python: string): Promise<Peer | null> {
    const path = join(findPackageRoot(), 'scripts', 'peer', script);
    // -B: nothing is to be written beside the scripts.
    const child = spawn(python, ['-B', path], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = readLines(child);
    const greeting = await readReply(lines);
    if (greeting && 'name' in greeting) return new Peer(greeting.name, child, lines);
    child.kill();
    return null;
  }

  /**
   * Does a job and gives what was measured, several times: seconds, or megabytes.
   *
   * @param seconds least time of one measurement
   */
  async measure(job: PeerJob, rounds: number, seconds: number): Promise<readonly number[]> {
    this.#process.stdin.write(`${JSON.stringify({ ...job, rounds, seconds })}\n`);
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
  // A python that does not exist, or goes away: its output ends, which says enough.
  child.on('error', () => lines.close());
  child.stdin.on('error', () => lines.close());
  return lines[Symbol.asyncIterator]();
}

async function readReply(lines: AsyncIterator<string>): Promise<Reply | null> {
  const { value, done } = await lines.next();
  return done ? null : (JSON.parse(value) as Reply);
}
