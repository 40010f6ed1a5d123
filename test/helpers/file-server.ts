import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback, and what it was asked. */
export interface FileServer {
  /** Ends with a slash. */
  readonly address: string;
  readonly requests: IncomingMessage[];
}

/** Runs `work` with a server that answers by path, and 404 to other paths. */
export async function withServer<T>(
  answers: Readonly<Record<string, Answer>>,
  work: (server: FileServer) => Promise<T>,
): Promise<T> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const answer = answers[request.url!.slice(1)];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const { port } = server.address() as AddressInfo;
    return await work({ address: `http://127.0.0.1:${port}/`, requests });
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

/** Serves a file whole, or from where a range begins. */
export function serve(bytes: Buffer, headers: Record<string, string> = {}): Answer {
  return (request, response) => {
    const from = readRange(request);
    const rest = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': rest.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
      ...headers,
    });
    response.end(rest);
  };
}

/** Promises a whole file and breaks off after so many bytes of what was asked for. */
export function breakOff(bytes: Buffer, afterBytes: number, headers: Record<string, string> = {}): Answer {
  return (request, response) => {
    const from = readRange(request);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
      ...headers,
    });
    response.write(bytes.subarray(from, from + afterBytes), () => response.destroy());
  };
}

/** The first byte that is asked for. */
export function readRange(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}
