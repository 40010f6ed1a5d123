import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Has the process end with its own exit code though its terminal has gone. At its end Node.js gives terminals the settings back that they had,
 * and aborts where one does not take them (exit code 134); a stream that is closed it leaves alone.
 */
export function outliveTerminal(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  if (terminals.length === 0) return;
  process.on('exit', () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
