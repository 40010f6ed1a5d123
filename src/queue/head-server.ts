import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { UserError } from '../core/errors.js';
import { createHeadApp } from './head-http.js';
import type { HeadAddress } from './job.js';
import type { OpenRuns } from './open-runs.js';

const TOKEN_BYTES = 32;

/** Where a head listens, and under which address workers find it. */
export interface HeadPlace {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Null for the one that it listens on. */
  readonly url: string | null;
}

/** The head's HTTP server, with a token that is new each time. */
export class HeadServer {
  private constructor(
    private readonly server: Server,
    readonly address: HeadAddress,
  ) {}

  /** @throws UserError if it cannot listen there */
  static async start(runs: OpenRuns, { host, port, url }: HeadPlace): Promise<HeadServer> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const server = createAdaptorServer({ fetch: createHeadApp(runs, token).fetch }) as Server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(explainListening(error, host, port)));
      server.listen(port, host, resolve);
    });
    const found = server.address() as AddressInfo;
    const name = found.family === 'IPv6' ? `[${found.address}]` : found.address;
    return new HeadServer(server, { url: url ?? `http://${name}:${found.port}`, token });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
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
  );
}
