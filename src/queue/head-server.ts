import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { formatHost, type ListenPlace, listenAt } from '../core/listen.js';
import { createHeadApp } from './head-http.js';
import type { HeadAddress } from './job.js';
import type { OpenRuns } from './open-runs.js';

const TOKEN_BYTES = 32;

/** Where a head listens, and under which address workers find it. */
export interface HeadPlace extends ListenPlace {
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
  static async start(runs: OpenRuns, { url, ...place }: HeadPlace): Promise<HeadServer> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const server = createAdaptorServer({ fetch: createHeadApp(runs, token).fetch }) as Server;
    const found = await listenAt(server, place);
    return new HeadServer(server, { url: url ?? `http://${formatHost(found)}:${found.port}`, token });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
