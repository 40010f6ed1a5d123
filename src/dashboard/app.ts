import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { type Access, checkCookie, checkOrigin, exchangeToken } from './access.js';
import type { DatabaseAnswer } from './answers/databases.js';
import { ANSWERS } from './answers/registry.js';
import type { Asset } from './assets.js';
import type { Control } from './control/control.js';
import { createControlRoute } from './control/route.js';
import { streamChanges } from './events.js';
import { createSqlRoute } from './sql/route.js';
import { TestDataShelf } from './test-data.js';
import type { WatchedDatabase } from './watched-database.js';

/** What the page's server is made of. */
export interface Dashboard {
  readonly access: Access;
  readonly databases: readonly WatchedDatabase[];
  /** The page's files by their addresses. */
  readonly assets: ReadonlyMap<string, Asset>;
  /** Null if the page may change nothing. */
  readonly control: Control | null;
}

/** What a hashed name leads to never changes. */
const FOREVER = 'private, max-age=31536000, immutable';

/** The page's HTTP: a fixed list of files for whoever calls the server by its name, and below `/api/` answers for who has the token's cookie. */
export function createDashboardApp(dashboard: Dashboard): Hono {
  const { access, databases, assets, control } = dashboard;
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: 'DENY',
      // Of a server without TLS.
      strictTransportSecurity: false,
    }),
  );
  app.use(checkOrigin(access));

  for (const [path, asset] of assets) {
    app.get(path, (context) => {
      const exchanged = path === '/' ? exchangeToken(context, access) : null;
      return exchanged ?? sendAsset(context, asset, path === '/' ? 'no-store' : FOREVER);
    });
  }

  app.use('/api/*', checkCookie(access), async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
  });
  app.get('/api/databases', (context) => {
    const answer: DatabaseAnswer[] = databases.map(({ file, number }) => ({
      db: number,
      name: file,
      canControl: control !== null,
    }));
    return context.json(answer);
  });
  app.route(
    '/api/sql',
    createSqlRoute((context) => findDatabase(context, databases)),
  );
  app.route(
    '/api/control',
    createControlRoute((context) => findDatabase(context, databases), control),
  );
  app.get('/api/events', (context) => streamChanges(context, findDatabase(context, databases)));
  const testData = new TestDataShelf();
  for (const { path, answer } of ANSWERS) {
    app.get(`/api/${path}`, async (context) => {
      const database = findDatabase(context, databases);
      const query = new URL(context.req.url).searchParams;
      const found = await answer({ database, query, params: context.req.param(), testData });
      return found instanceof Response ? found : context.json(found as object);
    });
  }

  app.notFound((context) =>
    context.json({ error: `expected an address of this page, found ${context.req.path}` }, 404),
  );
  app.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    // Nobody waits for the answer any more.
    if (error.name === 'AbortError') return context.json({ error: error.message }, 503);
    process.stderr.write(`${context.req.path}: ${error.stack ?? error.message}\n`);
    return context.json({ error: `the page's server failed: ${error.message}` }, 500);
  });
  return app;
}

function sendAsset(context: Context, { type, bytes }: Asset, caching: string): Response {
  return context.body(bytes, 200, { 'content-type': type, 'cache-control': caching });
}

/** @throws HTTPException 404 if there is none of this number */
function findDatabase(context: Context, databases: readonly WatchedDatabase[]): WatchedDatabase {
  const text = context.req.query('db') ?? '0';
  const found = /^\d{1,4}$/.test(text) ? databases[Number(text)] : undefined;
  if (found) return found;
  throw new HTTPException(404, {
    message: `expected db=0 to db=${databases.length - 1}, found db=${text.slice(0, 80)}`,
  });
}
