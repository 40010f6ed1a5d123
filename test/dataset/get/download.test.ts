import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { downloadFile } from '../../../src/dataset/get/download.js';
import {
  type Answer,
  breakOff,
  type FileServer,
  readRange,
  serve,
  withServer,
} from '../../helpers/file-server.js';
import { withFolder } from '../../helpers/idx-builder.js';

/** 100 kB that look like a gzip file. */
const BYTES = Buffer.from(
  Array.from({ length: 100_000 }, (_, i) => (i < 2 ? [0x1f, 0x8b][i]! : (i * 7) ^ (i >> 8))),
);
const OTHER = Buffer.from(BYTES).fill(1, 50_000, 50_001);
const MD5 = createHash('md5').update(BYTES).digest('hex');

interface Trial {
  readonly server: FileServer;
  /** Of the part. */
  readonly path: string;
  /** Downloads from these paths of the server, or addresses. */
  download(...paths: string[]): Promise<void>;
  /** What a download that fails says. */
  refusal(...paths: string[]): Promise<string>;
  /** What the part has. */
  part(): Buffer | null;
  ranges(): (string | undefined)[];
}

/** Runs `work` with a server, and an empty folder to download to. */
function tryOut(
  answers: Record<string, Answer>,
  work: (trial: Trial) => Promise<void>,
  { signal = new AbortController().signal, intervalMs = 10_000 } = {},
): Promise<void> {
  return withServer(answers, (server) =>
    withFolder(async (folder) => {
      const path = join(folder, 'downloads', 'file.gz.part');
      const received: number[] = [];
      const download = (...paths: string[]) => {
        const addresses = paths.map((name) => (name.includes('://') ? name : server.address + name));
        const file = { name: 'file.gz', sizeBytes: BYTES.length, md5: MD5, addresses };
        return downloadFile(file, path, {
          signal,
          pace: { intervalMs, leastBytes: 10 },
          onBytes: (receivedBytes) => received.push(receivedBytes),
          otherwise: 'put it there',
        });
      };
      await work({
        server,
        path,
        download,
        refusal: async (...paths) => {
          const error: unknown = await download(...paths).catch((reason) => reason);
          expect(error).toBeInstanceOf(UserError);
          expect((error as UserError).message).not.toContain('\n');
          return (error as UserError).message;
        },
        part: () => (existsSync(path) ? readFileSync(path) : null),
        ranges: () => server.requests.map((request) => request.headers.range),
      });
    }),
  );
}

describe('a download', () => {
  it('gets a file whole', async () => {
    await tryOut({ good: serve(BYTES) }, async ({ download, part, server }) => {
      await download('good');
      expect(part()?.equals(BYTES)).toBe(true);
      expect(server.requests[0]!.headers).toMatchObject({
        'accept-encoding': 'identity',
        'user-agent': 'convoy',
      });
    });
  });

  it('goes on where the server broke off', async () => {
    await tryOut({ rude: breakOff(BYTES, 40_000) }, async ({ download, part, ranges }) => {
      await download('rude');
      expect(part()?.equals(BYTES)).toBe(true);
      expect(ranges()).toEqual([undefined, 'bytes=40000-', 'bytes=80000-']);
    });
  });

  it('goes on where an earlier one ended, if the file is still the same one', async () => {
    const answers = {
      first: breakOff(BYTES, 99_000, { etag: '"a"' }),
      second: serve(BYTES, { etag: '"b"' }),
    };
    await tryOut(answers, async ({ download, path, part, server, ranges }) => {
      await download('first');
      expect(server.requests[1]!.headers['if-range']).toBe('"a"');
      await writeFile(path, BYTES.subarray(0, 1000));
      await download('second');
      expect(part()?.equals(BYTES)).toBe(true);
      // Another server's name for the file says nothing to this one.
      expect(server.requests[2]!.headers['if-range']).toBeUndefined();
      expect(ranges()[2]).toBe('bytes=1000-');
    });
  });

  it('takes a date if there is no strong ETag', async () => {
    const date = 'Thu, 04 Jun 2009 21:07:32 GMT';
    const headers = { etag: 'W/"weak"', 'last-modified': date };
    await tryOut({ rude: breakOff(BYTES, 60_000, headers) }, async ({ download, server }) => {
      await download('rude');
      expect(server.requests[1]!.headers['if-range']).toBe(date);
    });
  });

  it('begins anew if the server sends the whole again', async () => {
    const whole: Answer = (_request, response) => response.writeHead(200).end(BYTES);
    await tryOut({ rude: breakOff(BYTES, 40_000), whole }, async ({ download, part, path }) => {
      await download('whole');
      await writeFile(path, OTHER.subarray(0, 60_000));
      await download('whole');
      expect(part()?.equals(BYTES)).toBe(true);
    });
  });

  it('begins anew if the first bytes were others', async () => {
    await tryOut({ good: serve(BYTES) }, async ({ download, part, path, ranges }) => {
      await download('good');
      await writeFile(path, OTHER.subarray(0, 60_000));
      await download('good');
      expect(part()?.equals(BYTES)).toBe(true);
      expect(ranges()).toEqual([undefined, 'bytes=60000-', undefined]);
    });
  });

  it('begins anew if the part is too long, or whole and wrong', async () => {
    await tryOut({ good: serve(BYTES) }, async ({ download, part, path }) => {
      await download('good');
      for (const wrong of [Buffer.concat([BYTES, BYTES]), OTHER]) {
        await writeFile(path, wrong);
        await download('good');
        expect(part()?.equals(BYTES)).toBe(true);
      }
    });
  });

  it('asks nobody if the part is whole', async () => {
    await tryOut({ good: serve(BYTES) }, async ({ download, server }) => {
      await download('good');
      await download('good');
      expect(server.requests).toHaveLength(1);
    });
  });

  it('follows redirects', async () => {
    const redirect: Answer = (_request, response) => response.writeHead(302, { location: '/good' }).end();
    await tryOut({ redirect, good: serve(BYTES) }, async ({ download, part }) => {
      await download('redirect');
      expect(part()?.equals(BYTES)).toBe(true);
    });
  });

  it('tries one address after the other', async () => {
    const answers = { bad: serve(OTHER), short: breakOff(BYTES, 0), good: serve(BYTES) };
    await tryOut(answers, async ({ download, part }) => {
      await download('http://127.0.0.1:1/', 'none', 'bad', 'short', 'good');
      expect(part()?.equals(BYTES)).toBe(true);
    });
  });
});

describe('a download that fails', () => {
  const endless: Answer = (request, response) =>
    response.writeHead(302, { location: `${request.url}` }).end();
  const redirectTo =
    (location: string): Answer =>
    (_request, response) =>
      response.writeHead(301, { location }).end();
  const chunked =
    (bytes: Buffer): Answer =>
    (_request, response) => {
      response.writeHead(200);
      response.write(bytes, () => response.end());
    };
  const range =
    (contentRange: string): Answer =>
    (_request, response) =>
      response.writeHead(206, { 'content-range': contentRange }).end(BYTES.subarray(0, 10));

  it.each<[string, Answer, RegExp]>([
    ['an error', (_request, response) => response.writeHead(503).end('busy'), /: HTTP 503\./],
    ['other bytes', serve(OTHER), /: other bytes, with MD5 [0-9a-f]{32}\./],
    ['another length', serve(BYTES.subarray(5)), /: a file of 99995 bytes, not 100000\./],
    ['a page', chunked(Buffer.from('<html>Log in</html>')), /: something else than a gzip file\./],
    ['more than it should', chunked(Buffer.concat([BYTES, BYTES])), /: more than 100000 bytes\./],
    ['endless redirects', endless, /: more than 5 redirects\./],
    ['a redirect to a file', redirectTo('file:///etc/passwd'), /: a redirect to "file:\/\/\/etc\/passwd"\./],
    [
      'a part that nobody asked for',
      range('bytes 7-16/100000'),
      /: another part of the file than was asked for\./,
    ],
    ['a part of another file', range('bytes 0-9/77'), /: a file of 77 bytes, not 100000\./],
    ['no HTTP', (request) => request.socket.end('220 ftp ready\r\n'), /: it does not speak HTTP\./],
  ])('says that a server gave %s, and keeps nothing', async (_what, answer, message) => {
    await tryOut({ bad: answer }, async ({ refusal, part }) => {
      expect(await refusal('bad')).toMatch(message);
      expect(part()?.length ?? 0).toBe(0);
    });
  });

  it('says what was wrong with each address, and what to do', async () => {
    await tryOut({ bad: serve(OTHER) }, async ({ refusal }) => {
      expect(await refusal('none', 'bad', 'http://127.0.0.1:1/', 'http://host.invalid/')).toMatch(
        /^file\.gz: expected 100000 bytes with MD5 [0-9a-f]{32}, found 127\.0\.0\.1:\d+: HTTP 404; 127\.0\.0\.1:\d+: other bytes, with MD5 [0-9a-f]{32}; 127\.0\.0\.1:1: the connection is refused; host\.invalid: no such host, or no network\. Put it there\.$/,
      );
    });
  });

  it('keeps what arrived before a server broke off, and says so', async () => {
    const once: Answer = (request, response) => {
      if (readRange(request) > 0) response.writeHead(500).end();
      else breakOff(BYTES, 30_000)(request, response);
    };
    await tryOut({ once }, async ({ refusal, part }) => {
      expect(await refusal('once')).toMatch(
        /HTTP 500\. The next try goes on from .*file\.gz\.part; or put it there\.$/,
      );
      expect(part()?.equals(BYTES.subarray(0, 30_000))).toBe(true);
    });
  });

  it('says how far it got, and gives up on a server that never ends', async () => {
    await tryOut({ slow: breakOff(BYTES, 100) }, async ({ refusal, server }) => {
      expect(await refusal('slow')).toMatch(/broke off after 500 of 100000 bytes/);
      expect(server.requests).toHaveLength(5);
    });
  });

  it('leaves a server that says nothing, or little', async () => {
    const silent: Answer = () => {};
    const trickling: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      const timer = setInterval(() => response.write(BYTES.subarray(0, 2)), 60);
      response.on('close', () => clearInterval(timer));
    };
    await tryOut(
      { silent, trickling, good: serve(BYTES) },
      async ({ refusal, download, ranges }) => {
        expect(await refusal('silent')).toMatch(/: nothing for 0\.2 seconds\./);
        expect(await refusal('trickling')).toMatch(/: only \d bytes in 0\.2 seconds\./);
        await download('trickling', 'good');
        expect(ranges().filter(Boolean)).toHaveLength(2);
      },
      { intervalMs: 200 },
    );
  });

  it('ends when it is interrupted, and keeps what there is', async () => {
    const controller = new AbortController();
    const stalling: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 5000));
    };
    await tryOut(
      { stalling },
      async ({ download, part }) => {
        const ended = expect(download('stalling')).rejects.toThrow(/abort/);
        await expect.poll(() => part()?.length).toBe(5000);
        controller.abort();
        await ended;
        expect(part()?.equals(BYTES.subarray(0, 5000))).toBe(true);
      },
      { signal: controller.signal },
    );
  });
});
