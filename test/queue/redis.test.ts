import { describe, expect, it } from 'vitest';
import { hidePassword, parseQueueUrl } from '../../src/queue/redis.js';

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
    ':secret@host',
    'secret@host',
  ])('%s is refused, and the password is not told', (url) => {
    expect(() => parseQueueUrl(url)).toThrow(/^--queue: expected redis:\/\/HOST:PORT/);
    expect(() => parseQueueUrl(url)).not.toThrow(/sec/);
  });
});
