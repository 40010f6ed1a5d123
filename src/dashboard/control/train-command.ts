import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../core/errors.js';
import { explainFileError } from '../../core/file-errors.js';
import { inheritFlags } from '../../core/node-flags.js';
import { findModule } from '../../parallel/threads.js';

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
  #line = '';
  /** Its exit code; null after a signal. */
  readonly ended: Promise<number | null>;

  /**
   * @param options more of the command's
   * @throws UserError if it cannot begin
   */
  constructor(order: TrainOrder, options: readonly string[] = []) {
    const folder = makeFolder();
    const forget = () => rmSync(folder, { recursive: true, force: true });
    try {
      this.#child = start(folder, order, options);
    } catch (error) {
      forget();
      throw new UserError(`train: cannot begin: ${explainFileError(error)}. Queue it again later.`);
    }
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
    void this.ended.then(forget);
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

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'convoy-dashboard-'));
  } catch (error) {
    throw new UserError(
      `${tmpdir()}: expected a folder for a spec, found that none can be made there: ${explainFileError(error)}. Name another place with TMPDIR.`,
    );
  }
}

function start(folder: string, { file, spec, set }: TrainOrder, options: readonly string[]): ChildProcess {
  const specFile = join(folder, `${NAME}.json`);
  writeFileSync(specFile, spec);
  const changes = set.map((change) => `--set=${change}`);
  return fork(
    findModule('workers', 'queued-train'),
    ['train', specFile, '--db', file, ...changes, ...options],
    {
      execArgv: inheritFlags(process.execArgv),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
}

/**
 * Checks what is to be trained, by all that the command would check.
 *
 * @throws UserError with the command's own line
 * @throws the signal's reason
 */
export async function checkTrainOrder(order: TrainOrder, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const command = new TrainCommand(order, ['--dry-run']);
  const interrupt = () => command.interrupt();
  signal.addEventListener('abort', interrupt);
  const code = await command.ended;
  signal.removeEventListener('abort', interrupt);
  signal.throwIfAborted();
  if (code !== 0) throw new UserError(command.line);
}
