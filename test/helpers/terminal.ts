import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** Whether there is util-linux's `script`, which runs a command on a terminal; on Debian it is always there. */
export const HAS_TERMINALS = String(spawnSync('script', ['--version']).stdout ?? '').includes('util-linux');

export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A terminal of its own with a shell command on it. */
export class Terminal {
  /** All that was printed. */
  output = '';
  /** The command's exit code; a signal's is 128 and its number. */
  readonly ended: Promise<number>;
  readonly #script: ChildProcess;

  constructor(command: string, { cwd, env = {} }: TerminalOptions) {
    // A group of its own, so that nothing of it stays behind.
    this.#script = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd,
      env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    });
    this.#script.stdout!.on('data', (data) => {
      this.output += String(data);
    });
    this.ended = new Promise((resolve) => this.#script.on('close', (code) => resolve(code ?? -1)));
  }

  /** Presses keys: `\x03` is Ctrl-C, `\x1a` Ctrl-Z. */
  type(keys: string): void {
    this.#script.stdin!.write(keys);
  }

  /** Waits until what was printed since `from` has the pattern. */
  async see(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const startMs = performance.now();
    for (;;) {
      const found = pattern.exec(this.output.slice(from));
      if (found) return found;
      if (performance.now() - startMs > LIMIT_MS) {
        throw new Error(
          `expected ${pattern} on the terminal, found ${JSON.stringify(this.output.slice(from))}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Makes the terminal vanish, as when its window is closed. */
  hangUp(): void {
    this.#script.kill('SIGKILL');
  }
}

const LIMIT_MS = 30_000;
