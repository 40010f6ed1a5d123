import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import { isSameSecret } from '../core/same-secret.js';

/** Who may ask the page's server, and by which names. */
export interface Access {
  readonly token: string;
  /** Its own port, after which the cookie is called: cookies do not tell ports apart, and there may be a second page on this machine. */
  readonly port: number;
  /** What a request may call the server, each with its port. */
  readonly hosts: ReadonlySet<string>;
}

/** Browsers leave it out of `Host` and `Origin`. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': ':80', 'https:': ':443' };
const SCHEMES = Object.keys(DEFAULT_PORTS);

/**
 * Lets through only what the page itself sends, or a browser that opens it: another site's page that has got its name to lead here (DNS rebinding) calls
 * the server by that name, and one that asks across sites is told by its origin, which the browser says and no script can change.
 *
 * @throws HTTPException 403
 */
export function checkOrigin({ hosts }: Access): MiddlewareHandler {
  return async ({ req }, next) => {
    const host = req.header('host')?.toLowerCase() ?? '';
    // The request's line may have a name of its own, as for a proxy.
    const asked = new URL(req.url).host;
    // Which scheme the browser speaks is not known here, as something before this server may speak TLS.
    const isKnown = SCHEMES.some((scheme) => hosts.has(withPort(host, scheme)));
    if (!isKnown || withPort(asked, 'http:') !== withPort(host, 'http:')) {
      throw refuse(
        `expected a request to ${[...hosts].join(' or ')}, found one to '${host}'. Name others with --allow-host.`,
      );
    }
    const origin = req.header('origin');
    if (origin !== undefined && !isOrigin(origin, host, hosts)) {
      throw refuse(`expected a request of this page, found one of '${origin}'.`);
    }
    const site = req.header('sec-fetch-site') ?? 'same-origin';
    if (!['same-origin', 'none'].includes(site) && !opensPage(req)) {
      throw refuse(`expected a request of this page, found one that is ${site}.`);
    }
    await next();
  };
}

/** A link elsewhere may lead here: that shows the page, to the user alone, as no other page can frame it or read it. */
function opensPage(req: Context['req']): boolean {
  const isDocument =
    req.header('sec-fetch-mode') === 'navigate' && req.header('sec-fetch-dest') === 'document';
  return isDocument && req.method === 'GET' && req.path === '/';
}

/** Of the host that was asked, by a name and port that it has, whether or not something before this server speaks TLS. */
function isOrigin(origin: string, host: string, hosts: Access['hosts']): boolean {
  const found = /^(https?:)\/\/([^/]+)$/.exec(origin.toLowerCase());
  if (found === null) return false;
  const [, scheme, name] = found as unknown as [string, string, string];
  const place = withPort(name, scheme);
  return place === withPort(host, scheme) && hosts.has(place);
}

function withPort(host: string, scheme: string): string {
  return /:\d+$/.test(host) ? host : `${host}${DEFAULT_PORTS[scheme]}`;
}

/**
 * Makes the token of the printed address a cookie, which no script reads and no other site's request brings along.
 *
 * @returns null if the address has no token
 * @throws HTTPException 401 for a wrong one
 */
export function exchangeToken(context: Context, access: Access): Response | null {
  const token = context.req.query('token');
  if (token === undefined) return null;
  if (!isSameSecret(token, access.token)) throw unknown();
  setCookie(context, nameCookie(access), access.token, { httpOnly: true, sameSite: 'Strict', path: '/' });
  context.header('cache-control', 'no-store');
  return context.redirect('/', 303);
}

/**
 * Lets through only who has the cookie.
 *
 * @throws HTTPException 401
 */
export function checkCookie(access: Access): MiddlewareHandler {
  return async (context, next) => {
    if (!isSameSecret(getCookie(context, nameCookie(access)) ?? '', access.token)) throw unknown();
    await next();
  };
}

function nameCookie({ port }: Access): string {
  return `convoy-${port}`;
}

function unknown(): HTTPException {
  return new HTTPException(401, {
    message: 'expected the token of this page. Open the address that the command has printed.',
  });
}

function refuse(message: string): HTTPException {
  return new HTTPException(403, { message });
}
