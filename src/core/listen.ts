import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from './errors.js';

/** Where a server listens. */
export interface ListenPlace {
  /** A name or an address of this machine. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/**
 * Has a server listen.
 *
 * @returns where it does
 * @throws UserError if it cannot
 */
export async function listenAt(server: Server, { host, port }: ListenPlace): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListening(error, host, port)));
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}

/** As a part of a URL. */
export function formatHost({ address, family }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]` : address;
}

function explainListening(error: NodeJS.ErrnoException, host: string, port: number): UserError {
  const why: Partial<Record<string, string>> = {
    EADDRINUSE: 'a port that another program has',
    EADDRNOTAVAIL: 'an address of another machine',
    EACCES: 'a port that is not for this user',
    ENOTFOUND: 'an unknown name',
  };
  return new UserError(
    `--listen ${host}:${port}: expected an address of this machine with a free port, found ${why[error.code ?? ''] ?? error.message}. Give another one.`,
    { cause: error },
  );
}
