import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../core/errors.js';
import { inheritFlags } from '../../core/node-flags.js';
import { findPackageRoot } from '../../core/paths.js';

/** After which what the page has trained is called among the sweeps. */
const NAME = 'dashboard';

/** What is to be trained. */
export interface TrainOrder {
  /** The database. */
  readonly file: string;
  /** A recorded spec, as JSON. */
  readonly spec: string;
  /** As `--set` takes them. */
  readonly set: readonly string[];
}

/** The command `train` in a process of its own: all that is checked, trained and recorded is as if a user had typed it. */
export class TrainCommand {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #line = '';
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>;

  /** @param options more of the command's */
  constructor({ file, spec, set }: TrainOrder, options: readonly string[] = []) {
    this.#folder = mkdtempSync(join(tmpdir(), 'convoy-dashboard-'));
    const specFile = join(this.#folder, `${NAME}.json`);
    writeFileSync(specFile, spec);
    const changes = set.map((change) => `--set=${change}`);
    const script = join(findPackageRoot(), 'scripts', 'convoy.js');
    const args = [script, 'train', specFile, '--db', file, ...changes, ...options];
    this.#child = spawn(process.execPath, [...inheritFlags(process.execArgv), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    createInterface({ input: this.#child.stderr! }).on('line', (line) => {
      const text = line.trim();
      if (text !== '') this.#line = text;
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', ({ message }) => {
        this.#line = message;
        resolve(null);
      });
      this.#child.once('close', resolve);
    });
    void this.ended.then(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** The last line that it said. */
  get line(): string {
    return this.#line;
  }

  /** Ends it after its step, with its state saved. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }
}

/**
 * Checks what is to be trained, by all that the command would check.
 *
 * @throws UserError with the command's own line
 */
export async function checkTrainOrder(order: TrainOrder): Promise<void> {
  const command = new TrainCommand(order, ['--dry-run']);
  if ((await command.ended) !== 0) throw new UserError(command.line);
}
