import { closeSync, openSync, writeSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { PublishedFile } from '../definition.js';
import { GZIP_MAGIC } from '../gzip.js';
import { Pace, type PaceLimits } from './pace.js';
import type { PartFile } from './part-file.js';
import { requestAddress } from './request.js';
import { TransferError, WrongContentError } from './transfer-error.js';

export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly pace: PaceLimits;
  /** Told of all bytes there are of the file, whenever some have arrived. */
  readonly onBytes: (receivedBytes: number) => void;
}

/**
 * Gets what is missing of a file from one address, once. What arrives is added to the part, and kept if the server breaks off.
 *
 * @throws TransferError if the server does not give the file, or not in time; the network's errors as they are; the signal's reason
 */
export async function fetchPart(
  file: PublishedFile,
  address: string,
  part: PartFile,
  { signal, pace: limits, onBytes }: FetchOptions,
): Promise<void> {
  const haveBytes = await part.measure();
  const pace = new Pace(limits);
  const both = AbortSignal.any([signal, pace.signal]);
  try {
    const headers = await askFrom(haveBytes, address, part);
    const response = await requestAddress(address, headers, both);
    try {
      const offsetBytes = checkResponse(response, haveBytes, file);
      if (offsetBytes === 0) part.writeOrigin(readOrigin(response, address));
      await append(response, offsetBytes, file, part, (sizeBytes, receivedBytes) => {
        pace.receive(sizeBytes);
        onBytes(receivedBytes);
      });
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (both.aborted) throw both.reason;
    throw error;
  } finally {
    pace.stop();
  }
}

/** The rest of a part. A server whose own first bytes they are is to send the whole if its file has changed since (RFC 9110, If-Range). */
async function askFrom(haveBytes: number, address: string, part: PartFile): Promise<Record<string, string>> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (haveBytes === 0) return headers;
  headers.range = `bytes=${haveBytes}-`;
  const origin = await part.readOrigin();
  if (origin?.address === address) headers['if-range'] = origin.validator;
  return headers;
}

function readOrigin({ headers }: IncomingMessage, address: string) {
  const etag = headers.etag?.startsWith('"') ? headers.etag : undefined;
  const validator = etag ?? headers['last-modified'];
  return validator === undefined ? null : { address, validator };
}

/** Where in the file the response's body begins. */
function checkResponse(response: IncomingMessage, haveBytes: number, { sizeBytes }: PublishedFile): number {
  const { statusCode, headers } = response;
  if (statusCode !== 200 && statusCode !== 206) throw new TransferError(`HTTP ${statusCode}`);
  const offsetBytes = statusCode === 200 ? 0 : haveBytes;
  if (statusCode === 206) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
    if (Number(first) !== haveBytes) throw new TransferError('another part of the file than was asked for');
    if (total !== '*' && Number(total) !== sizeBytes) throw wrongSize(total!, sizeBytes);
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== sizeBytes - offsetBytes) {
    throw wrongSize(String(offsetBytes + Number(length)), sizeBytes);
  }
  return offsetBytes;
}

function wrongSize(found: string, sizeBytes: number): TransferError {
  return new TransferError(`a file of ${found} bytes, not ${sizeBytes}`);
}

/** Writes what arrives as it arrives, so that nothing of it is lost if the server breaks off. */
async function append(
  response: IncomingMessage,
  offsetBytes: number,
  { sizeBytes }: PublishedFile,
  part: PartFile,
  onChunk: (sizeBytes: number, receivedBytes: number) => void,
): Promise<void> {
  let receivedBytes = offsetBytes;
  const target = openSync(part.path, offsetBytes === 0 ? 'w' : 'r+');
  const take = (chunk: Buffer) => {
    if (receivedBytes + chunk.length > sizeBytes) throw new WrongContentError(`more than ${sizeBytes} bytes`);
    if (receivedBytes === 0 && !GZIP_MAGIC.every((byte, i) => i >= chunk.length || chunk[i] === byte)) {
      throw new WrongContentError('something else than a gzip file');
    }
    for (let done = 0; done < chunk.length; ) {
      done += writeSync(target, chunk, done, chunk.length - done, receivedBytes + done);
    }
    receivedBytes += chunk.length;
    onChunk(chunk.length, receivedBytes);
  };
  try {
    await new Promise<void>((end, fail) => {
      response.on('data', (chunk: Buffer) => {
        try {
          take(chunk);
        } catch (error) {
          fail(error);
          response.destroy();
        }
      });
      // What an error here means is that the connection ended early, which the number of bytes tells.
      response
        .on('end', end)
        .on('error', () => end())
        .on('close', end);
    });
  } finally {
    closeSync(target);
  }
  if (receivedBytes < sizeBytes) {
    throw new TransferError(`broke off after ${receivedBytes} of ${sizeBytes} bytes`);
  }
}
