import { EXIT_CODES } from './exit.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What is done on Ctrl-C besides. */
export interface InterruptionSteps {
  /** For instance says that the end is near. */
  first(): void;
  /** Just before the process ends. */
  second(): void;
}

/**
 * Calls `action` with a signal that Ctrl-C (or SIGTERM) raises, so that it can end cleanly; a second one ends the process at
 * once.
 */
export async function withInterruption<T>(
  action: (signal: AbortSignal) => Promise<T>,
  steps: InterruptionSteps,
): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) {
      steps.second();
      process.exit(EXIT_CODES.interrupted);
    }
    controller.abort();
    steps.first();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  try {
    return await action(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, interrupt);
  }
}
