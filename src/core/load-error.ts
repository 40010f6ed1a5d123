import { UserError } from './errors.js';

/** The UserError for packages that are missing, or that were installed on another machine or for another Node.js; any other error as it is. */
export function explainLoadError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const [message] = error.message.split('\n');
  // sharp has a message of its own for a binary that is none of this machine's.
  if (!LOAD_ERRORS.includes(code) && !message!.startsWith('Could not load the "sharp" module')) return error;
  return new UserError(
    `convoy: expected packages that fit Node.js ${process.version} on ${process.platform} ${process.arch}, found: ${message}. ` +
      'Install them again: npm ci',
    { cause: error },
  );
}

const LOAD_ERRORS: readonly string[] = ['ERR_DLOPEN_FAILED', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];
