import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Asker } from './ask.js';

describe('the token', () => {
  it('becomes a cookie that no script reads and no other site sends, and goes from the address', async () => {
    const asker = await Asker.start();
    const { status, headers } = await asker.ask(`/?token=${asker.token}`);
    expect([status, headers.location]).toEqual([303, '/']);
    expect(headers['set-cookie']).toEqual([`${asker.cookie}; Path=/; HttpOnly; SameSite=Strict`]);
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('is long, and new each time', async () => {
    const [one, other] = [await Asker.start(), await Asker.start()];
    expect(one.token).toMatch(/^[\w-]{43}$/);
    expect(one.token).not.toBe(other.token);
  });

  it.each(['', 'x', 'wrong'.repeat(20)])("opens nothing as '%s'", async (token) => {
    const asker = await Asker.start();
    const { status, headers, text } = await asker.ask(`/?token=${token}`);
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    expect(JSON.parse(text).error).toContain('Open the address that the command has printed');
  });

  it.each(['/api/databases', '/api/views', '/api/events', '/api/none'])('is needed for %s', async (path) => {
    const asker = await Asker.start();
    const other = await Asker.start();
    for (const cookie of ['', `convoy-${asker.port}=`, `convoy-${asker.port}=x`, other.cookie]) {
      expect((await asker.ask(path, { headers: { cookie } })).status, cookie).toBe(401);
    }
    // Nor is it taken from elsewhere.
    expect((await asker.ask(`${path}?token=${asker.token}`)).status).toBe(401);
    expect((await asker.ask(path, { headers: { authorization: `Bearer ${asker.token}` } })).status).toBe(401);
  });

  it('is needed to ask in SQL', async () => {
    const asker = await Asker.start();
    const { status } = await asker.send('/api/sql', { sql: 'SELECT 1', format: 'table' }, { cookie: '' });
    expect(status).toBe(401);
  });
});

describe('a request', () => {
  it.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('may call the server %s', async (name) => {
    const asker = await Asker.start();
    expect((await asker.know('/api/databases', { host: `${name}:${asker.port}` })).status).toBe(200);
  });

  // DNS rebinding: the other site's name leads here by now, and the browser takes its page for this server's.
  it.each([
    'evil.example:PORT',
    'evil.example',
    '127.0.0.1.evil.example:PORT',
    'localhost.:PORT',
    '127.0.0.1',
    'localhost:1',
    'user@localhost:PORT',
  ])("may not call it '%s'", async (host) => {
    const asker = await Asker.start();
    for (const path of ['/', '/api/databases', `/?token=${asker.token}`]) {
      const reply = await asker.know(path, { host: host.replace('PORT', String(asker.port)) });
      // What is no name at all is refused before that.
      expect(reply.status, path).toBe(host.includes('@') ? 400 : 403);
      expect(reply.headers['set-cookie'], path).toBeUndefined();
    }
  });

  it.each(['HTTP/1.0', 'HTTP/1.1'])('may not leave out what it calls it: %s', async (version) => {
    const asker = await Asker.start();
    const reply = await asker.sendRaw(`GET /?token=${asker.token} ${version}\r\n\r\n`);
    expect(reply).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(reply).not.toContain('et-cookie');
  });

  it('may call it what the user has allowed, and no other port of it', async () => {
    const asker = await Asker.start({ otherHosts: ['Box.example:8443'] });
    const ask = (host: string, origin: string) => asker.know('/api/databases', { host, origin });
    expect((await ask('box.example:8443', 'https://box.example:8443')).status).toBe(200);
    expect((await ask('box.example:8444', 'https://box.example:8444')).status).toBe(403);
    expect((await ask('box.example:8443', 'https://box.example')).status).toBe(403);
  });

  // Browsers and proxies leave the scheme's own port out.
  it.each([
    ['box.example:443', 'https', 'http'],
    ['box.example:80', 'http', 'https'],
  ])('may call it %s without the port, by its scheme alone', async (allowed, scheme, other) => {
    const asker = await Asker.start({ otherHosts: [allowed] });
    const ask = (host: string, origin: string) => asker.know('/api/databases', { host, origin });
    expect((await ask('box.example', `${scheme}://box.example`)).status).toBe(200);
    expect((await ask(allowed, `${scheme}://box.example`)).status).toBe(200);
    expect((await ask('box.example', `${other}://box.example`)).status).toBe(403);
    expect((await ask('other.example', `${scheme}://other.example`)).status).toBe(403);
  });

  it.each([
    'http://evil.example',
    'http://localhost',
    'http://localhost:1',
    'http://127.0.0.1:1PORT',
    'http://127.0.0.1:PORT.evil.example',
    'http://localhost:PORT',
    'ftp://127.0.0.1:PORT',
    'http://127.0.0.1:PORT/',
    'null',
    '',
    'file://',
  ])("may not come from the origin '%s'", async (pattern) => {
    const asker = await Asker.start();
    const origin = pattern.replace('PORT', String(asker.port));
    for (const path of ['/api/databases', '/api/events', '/']) {
      expect((await asker.know(path, { origin })).status, path).toBe(403);
    }
    const sent = await asker.send('/api/sql', { sql: 'SELECT 1', format: 'table' }, { origin });
    expect(sent.status).toBe(403);
    expect(sent.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may come from the page', async () => {
    const asker = await Asker.start();
    const origin = `http://127.0.0.1:${asker.port}`;
    expect((await asker.know('/api/databases', { origin, 'sec-fetch-site': 'same-origin' })).status).toBe(
      200,
    );
  });

  // An image, a script, a form, or what another port of this machine serves, which is the same site.
  it.each(['cross-site', 'same-site'])('may not be %s', async (site) => {
    const asker = await Asker.start();
    const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
    for (const path of ['/', '/api/databases', '/api/events']) {
      expect((await asker.know(path, headers)).status, path).toBe(403);
    }
    const framed = { ...headers, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
    expect((await asker.know('/', framed)).status).toBe(403);
  });

  it('may be a link of another site to the page, which shows it to the user alone', async () => {
    const asker = await Asker.start();
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await asker.know('/', link)).status).toBe(200);
    expect((await asker.know('/api/databases', link)).status).toBe(403);
  });

  it('is answered to no preflight', async () => {
    const asker = await Asker.start();
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const { status, headers: found } = await asker.ask('/api/sql', { method: 'OPTIONS', headers });
    expect([status, found['access-control-allow-origin']]).toEqual([403, undefined]);
  });
});

describe('every answer', () => {
  it.each(['/', '/api/databases', '/nothing'])(
    'of %s has a policy that lets nothing foreign in',
    async (path) => {
      const { headers } = await (await Asker.start()).know(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      });
    },
  );

  it('is no page with scripts or styles of its own', async () => {
    const { text } = await (await Asker.start()).ask('/');
    expect(text).toContain('<div id="page">');
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=")|<style|\son\w+=|\sstyle=/);
  });
});

describe('an address', () => {
  it.each([
    '/../package.json',
    '/assets/../../../package.json',
    '/%2e%2e/package.json',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
    '/assets/%252e%252e%252f%252e%252e%252fpackage.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets//etc/passwd',
    '//etc/passwd',
    '/assets/%00',
    '/assets/%c0%ae%c0%ae/package.json',
    '/%',
    '/index.html',
    '/assets/',
    '/.vite/manifest.json',
  ])('leads to no file: %s', async (path) => {
    const { status, text } = await (await Asker.start()).know(path);
    expect(status).toBe(404);
    expect(JSON.parse(text).error).toContain('expected an address of this page');
  });

  it('of another server asks nothing of that one', async () => {
    const asker = await Asker.start();
    expect((await asker.know('http://evil.example/')).status).toBe(403);
  });

  it.each(['-1', '1', '1e0', '0x0', ' 0', '00000', '../0', '9'.repeat(30), '__proto__'])(
    "asks for no database '%s'",
    async (db) => {
      const { status } = await (await Asker.start()).know(`/api/events?db=${encodeURIComponent(db)}`);
      expect(status).toBe(404);
    },
  );
});

describe('the server', () => {
  it('is reached on loopback alone', async () => {
    const asker = await Asker.start();
    const outer = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    if (!outer) return;
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      connect({ host: outer.address, port: asker.port })
        .on('error', resolve)
        .on('connect', () => resolve(null));
    });
    expect(error?.code).toBe('ECONNREFUSED');
  });

  it('asked to listen for others is called by the addresses of this machine', async () => {
    const asker = await Asker.start({ place: { host: '0.0.0.0', port: 0 } });
    expect((await asker.know('/api/databases', { host: `127.0.0.1:${asker.port}` })).status).toBe(200);
    expect((await asker.know('/api/databases', { host: new URL(asker.server.url).host })).status).toBe(200);
    expect((await asker.know('/api/databases', { host: `evil.example:${asker.port}` })).status).toBe(403);
    expect((await asker.ask('/api/databases')).status).toBe(401);
  });
});
