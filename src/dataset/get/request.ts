import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { UserError } from '../../core/errors.js';
import { TransferError } from './transfer-error.js';

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Sends a GET request and follows redirects.
 *
 * @returns the response, whose body is still to come, as it is sent: nothing is decoded
 * @throws TransferError for too many redirects, or one to what is no HTTP address; the network's errors as they are
 */
export async function requestAddress(
  address: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await send(url, headers, signal);
    const { location } = response.headers;
    if (!REDIRECTS.includes(response.statusCode!) || location === undefined) return response;
    response.destroy();
    url = resolve(location, url);
  }
  throw new TransferError(`more than ${MAX_REDIRECTS} redirects`);
}

function resolve(location: string, from: URL): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new TransferError(`a redirect to ${JSON.stringify(location.slice(0, 50))}`);
}

/**
 * The way to an address: by the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names (in small letters, too), unless NO_PROXY excepts it. Without an
 * agent the connection ends with the response: each attempt has its own.
 */
function chooseAgent({ href, protocol }: URL): Agent | false {
  const proxy = getProxyForUrl(href);
  if (proxy === '') return false;
  if (!/^https?:\/\//.test(proxy)) {
    throw new UserError(
      `${protocol.slice(0, -1).toUpperCase()}_PROXY: expected an http or https address, found ${JSON.stringify(proxy.replace(/\/\/.*@/, '//…@'))}. Correct it, or except the host by NO_PROXY.`,
    );
  }
  return protocol === 'https:' ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, fail) => {
    start(url, { headers: { 'user-agent': 'convoy', ...headers }, signal, agent: chooseAgent(url) })
      .on('response', done)
      .on('error', fail)
      .end();
  });
}
