import type { Redis } from 'ioredis';
import { UserError } from '../core/errors.js';

const MS_PER_SECOND = 1_000;
/** Of the first connection: later ones are waited for. */
const CONNECT_LIMIT_MS = 5_000;
/** Of the first answer. */
const ANSWER_LIMIT_MS = 10_000;
/** The oldest that BullMQ is made for. */
const LEAST_VERSION = [6, 2] as const;
/** Of TLS, as OpenSSL calls them. */
const UNKNOWN_SIGNERS = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];
/** Between two attempts to connect again. */
const LONGEST_PAUSE_MS = 2_000;

/**
 * Reads `--queue`.
 *
 * @throws UserError for another URL than Redis has
 */
export function parseQueueUrl(text: string): string {
  const { protocol = '', hostname = '', pathname = '' } = URL.canParse(text) ? new URL(text) : {};
  if (/^rediss?:$/.test(protocol) && hostname !== '') {
    if (/^\/?\d*$/.test(pathname)) return text;
    throw new UserError(
      `--queue: expected a number as Redis's database, found '${pathname.slice(1)}'. Leave it out for the first.`,
    );
  }
  throw new UserError(
    `--queue: expected redis://HOST:PORT, or rediss:// with TLS, found '${hidePassword(text)}'. A password stands before the host: redis://:PASSWORD@HOST.`,
  );
}

/** For messages: neither user nor password, also where those have slashes or at signs that should have been escaped, or there is no `//`. */
export function hidePassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/)?.*@/is, (_, scheme = '') => scheme);
}

/** Who wants to know how a connection goes on. */
export interface ConnectionListener {
  lost(reason: string): void;
  regained(): void;
}

/**
 * Connects to Redis. Once that has worked, a connection that is lost comes back by itself, and commands wait for it.
 *
 * @throws UserError if Redis cannot be reached or is too old, or the client is not installed
 */
export async function connectRedis(url: string, listener: ConnectionListener): Promise<Redis> {
  const Client = await importClient();
  const redis = new Client(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_LIMIT_MS,
    // As BullMQ asks for: its commands outlast a connection.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isFirst ? null : Math.min(100 * times, LONGEST_PAUSE_MS)),
  });
  let isFirst = true;
  let reason = 'the connection was closed';
  redis.on('error', (error) => {
    reason = explain(error, isFirst);
  });
  const patience = setTimeout(() => {
    reason = `no answer for ${ANSWER_LIMIT_MS / MS_PER_SECOND} s`;
    redis.disconnect();
  }, ANSWER_LIMIT_MS);
  try {
    await redis.connect();
    checkVersion(await redis.info('server'), url);
    // The client goes on in the first one if there is none of the number.
    await redis.select(redis.options.db ?? 0);
  } catch (error) {
    redis.disconnect();
    if (error instanceof UserError) throw error;
    const found = error instanceof Error && 'command' in error ? explain(error, true) : reason;
    throw new UserError(
      `--queue: expected Redis at ${hidePassword(url)}, found: ${found}. Start it there, or correct the address.`,
    );
  } finally {
    clearTimeout(patience);
  }
  isFirst = false;
  let isLost = false;
  redis.on('close', () => {
    // The reason is told after it; and it may have been closed here.
    setImmediate(() => {
      if (!isLost && redis.status !== 'end') listener.lost(reason);
      isLost = true;
    });
  });
  redis.on('ready', () => {
    if (isLost) listener.regained();
    isLost = false;
  });
  return redis;
}

/** @param facts as Redis tells them, as those do that take its place. @throws UserError for one that is too old */
export function checkVersion(facts: string, url: string): void {
  const [, version, major, minor] = /^redis_version:((\d+)\.(\d+)\S*)/m.exec(facts) ?? [];
  const [leastMajor, leastMinor] = LEAST_VERSION;
  if (version === undefined || Number(major) > leastMajor) return;
  if (Number(major) === leastMajor && Number(minor) >= leastMinor) return;
  throw new UserError(
    `--queue: expected Redis ${LEAST_VERSION.join('.')} or later at ${hidePassword(url)}, found ${version}. Install a later one.`,
  );
}

/** What a user has to install who wants it: see the package's page. */
async function importClient(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch {
    throw missingPackages();
  }
}

export async function importBullmq(): Promise<typeof import('bullmq')> {
  try {
    return await import('bullmq');
  } catch {
    throw missingPackages();
  }
}

function missingPackages(): UserError {
  return new UserError(
    '--queue: expected the packages bullmq and ioredis, found none. Run: npm install bullmq ioredis',
  );
}

/** What Redis answers when it refuses a command, without where in BullMQ's own script that was. */
export function explainReply(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ script: [0-9a-f]{40}, on .*$/s, '').replace(/\.$/, '');
}

/** @param isFirst whether the connection has never worked */
function explain(error: NodeJS.ErrnoException, isFirst: boolean): string {
  if (error.code === 'ECONNREFUSED') return 'nobody who listens there';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'a host of unknown name';
  if (UNKNOWN_SIGNERS.includes(error.code ?? ''))
    return `a certificate that nobody known here has signed (${error.message}; NODE_EXTRA_CA_CERTS=FILE makes its signer known)`;
  if (error.message.startsWith('NOAUTH')) return 'that it wants a password (redis://:PASSWORD@HOST)';
  if (error.message.startsWith('WRONGPASS'))
    return 'that it has another password, or no such user (WRONGPASS)';
  if (error.code === 'ETIMEDOUT') return isFirst ? 'nobody who answers, or not in this way' : error.message;
  if (error.code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return 'a program that does not speak TLS, as Redis by redis://';
  // Some close the connection on Redis's first words.
  if (isFirst && (/RESP type/.test(error.message) || ['EPIPE', 'ECONNRESET'].includes(error.code ?? '')))
    return `a program that does not speak as Redis does, or not without TLS (${error.message})`;
  return error.message;
}
