import { EXIT_CODES, reportError } from './exit.js';
import { heedsHangup } from './hangup.js';

const CODES = {
  SIGINT: EXIT_CODES.interrupted,
  SIGTERM: EXIT_CODES.terminated,
  SIGHUP: EXIT_CODES.hungUp,
} as const;
type EndingSignal = keyof typeof CODES;

/**
 * A signal that comes so soon after the first is the same one: under `npm start` Ctrl-C reaches a command from the terminal and once more from
 * npm, and a closing terminal hangs up by the kernel and once more by the shell.
 */
const SAME_WITHIN_MS = 1_000;

/** What is done on Ctrl-C besides. */
export interface InterruptionSteps {
  /** For instance says that the end is near. */
  first(): void;
  /**
   * Just before the process ends at once: gives the terminal back, notes how far things have come.
   *
   * @param reason in a few words
   */
  last(reason: string): void;
}

/**
 * Calls `action` with a signal that Ctrl-C, SIGTERM or a hang-up raises, so that it can end cleanly. A second Ctrl-C or SIGTERM ends the process
 * at once, and so does an error that nobody has caught.
 */
export async function withInterruption<T>(
  action: (signal: AbortSignal) => Promise<T>,
  steps: InterruptionSteps,
): Promise<T> {
  const controller = new AbortController();
  let firstAtMs = 0;
  const interrupt = (name: EndingSignal) => {
    if (!controller.signal.aborted) {
      firstAtMs = performance.now();
      controller.abort(new Interruption(name));
      steps.first();
    } else if (name !== 'SIGHUP' && performance.now() - firstAtMs > SAME_WITHIN_MS) {
      endAtOnce(CODES[name], () => steps.last(`ended at once by a second ${name}`));
    }
  };
  const crash = (error: unknown) => {
    const reason = `the program failed: ${error instanceof Error ? error.message : String(error)}`;
    endAtOnce(EXIT_CODES.failed, () => steps.last(reason), error);
  };
  const names = (Object.keys(CODES) as EndingSignal[]).filter((name) => name !== 'SIGHUP' || heedsHangup());
  const listeners = new Map(names.map((name) => [name, () => interrupt(name)]));
  for (const [name, listener] of listeners) process.on(name, listener);
  process.on('uncaughtException', crash);
  try {
    return await action(controller.signal);
  } finally {
    for (const [name, listener] of listeners) process.off(name, listener);
    process.off('uncaughtException', crash);
  }
}

/** The exit code after the signal that has interrupted an action; null if none has. */
export function findInterruptionCode({ reason }: AbortSignal): number | null {
  return reason instanceof Interruption ? CODES[reason.by] : null;
}

/** Why an action is to end. */
class Interruption extends Error {
  override readonly name = 'Interruption';

  constructor(readonly by: EndingSignal) {
    super(`interrupted by ${by}`);
  }
}

function endAtOnce(exitCode: number, prepare: () => void, error?: unknown): never {
  const print = (text: string) => process.stderr.write(text);
  try {
    prepare();
  } catch (another) {
    reportError(another, print);
  }
  if (error !== undefined) reportError(error, print);
  process.exit(exitCode);
}
