/** Why one address did not give a file: a few words. The next address may. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
}

/** What arrived cannot be the file, so it is not to be gone on from. */
export class WrongContentError extends TransferError {}

/** Too little arrived for too long: there is no sense in asking the same server for the rest. */
export class TooSlowError extends TransferError {}

/** An error of the network in a few words; other errors, an interruption among them, are thrown on. */
export function describeTransferError(error: unknown): string {
  if (error instanceof TransferError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'no such host, or no network';
  if (code === 'ECONNREFUSED') return 'the connection is refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'the connection broke off';
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'it is out of reach';
  if (code?.startsWith('HPE_')) return 'it does not speak HTTP';
  if (code?.startsWith('ERR_TLS') || code?.startsWith('ERR_SSL') || code?.includes('CERT')) return message;
  throw error;
}
