import { describe, expect, it } from 'vitest';
import { checkVersion, explainReply, hidePassword, parseQueueUrl } from '../../src/queue/redis.js';

describe('Redis', () => {
  it.each(['7.0.15', '6.2.0', '10.0.1'])('%s is fit', (version) => {
    checkVersion(`# Server\r\nredis_version:${version}\r\nos:Linux\r\n`, 'redis://host');
  });

  it.each(['6.0.16', '5.0.14', '2.8.4'])('%s is too old', (version) => {
    expect(() => checkVersion(`# Server\r\nredis_version:${version}\r\n`, 'redis://:secret@host')).toThrow(
      `--queue: expected Redis 6.2 or later at redis://host, found ${version}. Install a later one.`,
    );
  });

  it('of a name that does not tell is taken', () => {
    checkVersion('# Server\r\n', 'redis://host');
  });
});

it('what Redis refuses is told without where that was in a script', () => {
  const where = `script: ${'5ab432e8'.repeat(5)}, on @user_script:589.`;
  const why = "OOM command not allowed when used memory > 'maxmemory'";
  expect(explainReply(new Error(`${why}. ${where}`))).toBe(why);
  expect(explainReply(new Error(`${why}.`))).toBe(why);
});

describe("a queue's address", () => {
  it.each([
    ['redis://host:6379/2', 'redis://host:6379/2'],
    ['redis://:secret@host', 'redis://host'],
    ['rediss://user:secret@host:1', 'rediss://host:1'],
    ['redis://:sec/ret@host', 'redis://host'],
    ['redis://:sec@ret@host', 'redis://host'],
    ['redis://:s@e/c@r/e@t@host:1/0', 'redis://host:1/0'],
    ['redis://:sec\nret@host', 'redis://host'],
  ])('%j is shown without its password', (url, shown) => {
    expect(hidePassword(url)).toBe(shown);
  });

  it.each([
    'redis://:sec/ret@host',
    'http://:secret@host',
    'redis:secret@host',
    'redis://:secret@host/first',
    ':secret@host',
    'secret@host',
  ])('%s is refused, and the password is not told', (url) => {
    expect(() => parseQueueUrl(url)).toThrow(
      /^--queue: expected (redis:\/\/HOST:PORT|a number as Redis's database, found 'first')/,
    );
    expect(() => parseQueueUrl(url)).not.toThrow(/sec/);
  });
});
