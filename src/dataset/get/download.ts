import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../core/errors.js';
import type { PublishedFile } from '../definition.js';
import { fetchPart } from './fetch-part.js';
import type { PaceLimits } from './pace.js';
import { PartFile } from './part-file.js';
import { describeTransferError, TooSlowError, WrongContentError } from './transfer-error.js';

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly pace: PaceLimits;
  readonly onBytes: (receivedBytes: number) => void;
  /** What to do without a network, for the message. */
  readonly otherwise: string;
}

/** How often one server may break off before the next is tried. */
const MAX_ATTEMPTS = 5;

/**
 * Downloads a file, going on where an earlier try ended. All its addresses are tried in turn; one that breaks off is asked for the rest as long
 * as it sends more each time.
 *
 * @param path of the part; the whole file, once this returns
 * @throws UserError that says what was wrong with each address. The part stays, unless all of it arrived and was not the published file
 */
export async function downloadFile(
  file: PublishedFile,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = new PartFile(path);
  const failures: string[] = [];
  for (const address of file.addresses) {
    const failure = await downloadFrom(address, file, part, options);
    if (failure === null) return;
    failures.push(`${new URL(address).host}: ${failure}`);
  }
  const kept = (await part.measure()) > 0 ? `The next try goes on from ${path}; or ` : '';
  const mend = kept + options.otherwise;
  throw new UserError(
    `${file.name}: expected ${file.sizeBytes} bytes with MD5 ${file.md5}, found ${failures.join('; ')}. ` +
      `${mend[0]!.toUpperCase()}${mend.slice(1)}.`,
  );
}

/** What was wrong with an address, or null if the part is the whole file now. */
async function downloadFrom(
  address: string,
  file: PublishedFile,
  part: PartFile,
  options: DownloadOptions,
): Promise<string | null> {
  let failure = '';
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const before = await part.measure();
    try {
      if (before < file.sizeBytes) await fetchPart(file, address, part, options);
      await checkWhole(file, part, options.signal);
      return null;
    } catch (error) {
      options.signal.throwIfAborted();
      failure = describeTransferError(error);
      const wrong = error instanceof WrongContentError;
      if (wrong) await part.discard();
      // What was wrong may have been the first bytes, another server's: once more from the start. What broke off goes on.
      const again = wrong ? before > 0 : (await part.measure()) > before;
      if (!again || error instanceof TooSlowError) return failure;
    }
  }
  return failure;
}

async function checkWhole(file: PublishedFile, part: PartFile, signal: AbortSignal): Promise<void> {
  const found = await part.computeMd5(signal);
  if (found !== file.md5) throw new WrongContentError(`other bytes, with MD5 ${found}`);
}
