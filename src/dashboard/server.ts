import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { createAdaptorServer } from '@hono/node-server';
import { type ListenPlace, listenAt } from '../core/listen.js';
import { createDashboardApp } from './app.js';
import { readAssets } from './assets.js';
import { Control } from './control/control.js';
import { WatchedDatabase } from './watched-database.js';

const TOKEN_BYTES = 32;
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
/** Every address of the machine. */
const ANY = ['0.0.0.0', '::'];

/** What the page shows, and where. */
export interface DashboardOptions {
  /** Databases by their files, which need not be there yet. */
  readonly files: readonly string[];
  readonly place: ListenPlace;
  /** What the server may be called besides, as `NAME:PORT`: by a proxy, or through a tunnel. */
  readonly otherHosts?: readonly string[];
  /** Whether the page may stop runs and queue others. Default: it may not. */
  readonly allowControl?: boolean;
}

/** The page's HTTP server, with a token that is new each time. */
export class DashboardServer {
  private constructor(
    private readonly server: Server,
    private readonly databases: readonly WatchedDatabase[],
    private readonly control: Control | null,
    /** What opens the page, with the token. */
    readonly url: string,
  ) {}

  /** @throws UserError if it cannot listen there, or the page is not built */
  static async start({
    files,
    place,
    otherHosts = [],
    allowControl = false,
  }: DashboardOptions): Promise<DashboardServer> {
    const assets = readAssets();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const databases = files.map((file, number) => new WatchedDatabase(file, number));
    const control = allowControl ? new Control() : null;
    // Known once it listens, as the port is.
    let answer: ReturnType<typeof createDashboardApp>['fetch'] = () => new Response(null, { status: 503 });
    const server = createAdaptorServer({ fetch: (request, env) => answer(request, env) }) as Server;
    const { port } = await listenAt(server, place);
    const names = listNames(place.host);
    const hosts = new Set(
      [...names.map((name) => `${name}:${port}`), ...otherHosts].map((host) => host.toLowerCase()),
    );
    answer = createDashboardApp({ access: { token, port, hosts }, databases, assets, control }).fetch;
    return new DashboardServer(server, databases, control, `http://${names[0]}:${port}/?token=${token}`);
  }

  /**
   * Cuts off whoever is connected, takes back what was asked of others, and ends what the page has in training, with its state saved.
   *
   * @returns how many queued runs were not begun
   */
  async close(): Promise<number> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    for (const database of this.databases) database.close();
    return this.control === null ? 0 : this.control.close();
  }
}

/** What a server that listens at a host is called there, best first. */
function listNames(host: string): readonly string[] {
  const name = isIPv6(host) ? `[${host}]` : host;
  if (LOOPBACK_NAMES.includes(name)) return [name, ...LOOPBACK_NAMES];
  if (!ANY.includes(host)) return [name];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = addresses.filter(({ internal, scopeid }) => !internal && !scopeid);
  return [
    ...outer.map(({ address }) => (isIPv6(address) ? `[${address}]` : address)),
    hostname(),
    ...LOOPBACK_NAMES,
  ];
}
