import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requestAddress } from '../../../src/dataset/get/request.js';
import { serve, withServer } from '../../helpers/file-server.js';

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** A proxy on loopback that answers by itself; what it was asked for. */
let proxy: Server;
let asked: string[];
let proxyAddress: string;
beforeEach(async () => {
  for (const name of VARIABLES) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
  asked = [];
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    response.end('from the proxy');
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  proxyAddress = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  proxy.closeAllConnections();
  await new Promise((done) => proxy.close(done));
});

const request = (address: string) => requestAddress(address, {}, new AbortController().signal);

describe('a proxy that the environment names', () => {
  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('is asked by %s', async (name) => {
    vi.stubEnv(name, proxyAddress);
    expect(await text(await request('http://data.test/set/file.gz'))).toBe('from the proxy');
    expect(asked).toEqual(['GET http://data.test/set/file.gz']);
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])('is asked for a tunnel by %s', async (name) => {
    vi.stubEnv(name, proxyAddress);
    const { statusCode } = await request('https://data.test/file.gz');
    expect(asked).toEqual(['CONNECT data.test:443']);
    expect(statusCode).toBe(407);
  });

  it('is told name and password', async () => {
    vi.stubEnv('HTTP_PROXY', proxyAddress.replace('//', '//me:secret@'));
    await text(await request('http://data.test/'));
    expect(asked).toEqual([`GET http://data.test/ Basic ${Buffer.from('me:secret').toString('base64')}`]);
  });

  it.each(['NO_PROXY', 'no_proxy'])('is not asked for hosts of %s', async (name) => {
    vi.stubEnv('HTTP_PROXY', proxyAddress);
    vi.stubEnv(name, 'example.org,127.0.0.1');
    await withServer({ file: serve(Buffer.from('direct')) }, async ({ address }) => {
      expect(await text(await request(`${address}file`))).toBe('direct');
    });
    expect(asked).toEqual([]);
  });

  it('has an address of HTTP', async () => {
    vi.stubEnv('HTTPS_PROXY', 'socks5://me:secret@127.0.0.1:9');
    await expect(request('https://data.test/')).rejects.toThrow(
      /^HTTPS_PROXY: expected an http or https address, found "socks5:\/\/…@127.0.0.1:9"\. Correct it/,
    );
  });
});
