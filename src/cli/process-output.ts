import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

type StandardStream = NodeJS.WriteStream & { readonly fd: number };

/**
 * Standard output or standard error of this process. What cannot be written there, since the terminal has gone or the disk is full, is lost:
 * it is never thrown into whoever writes, be it a training. The first reason is kept.
 */
export class ProcessOutput extends Writable {
  #failure: NodeJS.ErrnoException | null = null;
  readonly #target: StandardStream;

  constructor(target: StandardStream) {
    super();
    this.#target = target;
    target.on('error', (error) => this.#lose(error));
  }

  /** Why something was lost; null if nothing was. */
  get failure(): NodeJS.ErrnoException | null {
    return this.#failure;
  }

  get isTTY(): boolean {
    return this.#target.isTTY === true;
  }

  get columns(): number {
    return this.#target.columns;
  }

  get rows(): number {
    return this.#target.rows;
  }

  /** Waits until all that was written has left this process, or is lost. */
  async flush(): Promise<void> {
    // An error is told to its own listener right after.
    if (this.#isPipeOrTerminal()) await new Promise<void>((done) => this.#target.write('', () => done()));
  }

  /** At once, so that nothing waits here if the process ends before its next turn. */
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#isPipeOrTerminal()) this.#target.write(chunk);
    else this.#writeToFile(chunk);
    done();
  }

  #isPipeOrTerminal(): boolean {
    return this.#target instanceof Socket;
  }

  /** Node's own stream for files takes a write that a full disk has cut short for a whole one. */
  #writeToFile(chunk: Buffer): void {
    try {
      for (let done = 0; done < chunk.length; ) done += writeSync(this.#target.fd, chunk, done);
    } catch (error) {
      this.#lose(error as NodeJS.ErrnoException);
    }
  }

  #lose(error: NodeJS.ErrnoException): void {
    this.#failure ??= error;
  }
}
