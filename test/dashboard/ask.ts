import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type DashboardOptions, DashboardServer } from '../../src/dashboard/server.js';
import { makeFolder } from '../experiment/fake-runs.js';

/** What a server said. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A dashboard for one test, and somebody who asks it whatever they like, which no browser would let them. */
export class Asker {
  private constructor(
    readonly server: DashboardServer,
    readonly token: string,
    readonly port: number,
  ) {}

  static async start(options: Partial<DashboardOptions> = {}): Promise<Asker> {
    const files = [join(makeFolder(), 'experiments.db')];
    const server = await DashboardServer.start({ files, place: { host: '127.0.0.1', port: 0 }, ...options });
    onTestFinished(() => server.close());
    const { port, searchParams } = new URL(server.url);
    return new Asker(server, searchParams.get('token')!, Number(port));
  }

  get cookie(): string {
    return `convoy-${this.port}=${this.token}`;
  }

  /** Asks without a cookie. The path is sent as it stands. */
  ask(path: string, options: RequestOptions = {}, body = ''): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: this.port, path, agent: false, ...options },
        (received) => {
          let text = '';
          received.setEncoding('utf8').on('data', (piece) => {
            text += piece;
          });
          received.on('end', () =>
            resolve({ status: received.statusCode!, headers: received.headers, text }),
          );
        },
      );
      sent.on('error', reject).end(body);
    });
  }

  /** Asks with the cookie. */
  know(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.ask(path, { headers: { cookie: this.cookie, ...headers } });
  }

  /** Sends JSON with the cookie. */
  send(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const all = { cookie: this.cookie, 'content-type': 'application/json', ...headers };
    return this.ask(path, { method: 'POST', headers: all }, JSON.stringify(body));
  }

  /** Sends bytes that no client of HTTP would, and gives what comes back. */
  sendRaw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      connect({ host: '127.0.0.1', port: this.port })
        .setEncoding('utf8')
        .on('data', (piece) => {
          text += piece;
        })
        .on('error', reject)
        .on('close', () => resolve(text))
        .end(bytes);
    });
  }
}
