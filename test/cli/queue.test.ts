import { describe, expect, it } from 'vitest';
import { main as runWork } from '../../src/cli/work/work.js';
import { capture, sweep } from './fake-command.js';

const REDIS = 'redis://127.0.0.1:6379';
const work = (args: readonly string[]) => capture((streams) => runWork(args, streams));

describe('sweep --queue', () => {
  it.each([
    [
      '--queue',
      ['--queue', 'http://head'],
      "--queue: expected redis://HOST:PORT, or rediss:// with TLS, found 'http://head'.",
    ],
    [
      '--queue',
      ['--queue', 'redis://'],
      "--queue: expected redis://HOST:PORT, or rediss:// with TLS, found 'redis://'.",
    ],
    ['its password', ['--queue', 'http://:secret@head'], "found 'http://head'."],
    [
      '--listen',
      ['--queue', REDIS, '--listen', 'head:123456'],
      "--listen: expected HOST or HOST:PORT of this machine, found 'head:123456'.",
    ],
    [
      '--listen',
      ['--queue', REDIS, '--listen', 'a:b:c'],
      "found 'a:b:c'. An IPv6 address stands in brackets.",
    ],
    [
      'all addresses',
      ['--queue', REDIS, '--listen', '0.0.0.0:80'],
      '--listen 0.0.0.0: expected --head-url beside it',
    ],
    [
      'all addresses',
      ['--queue', REDIS, '--listen', '[::]:80'],
      '--listen ::: expected --head-url beside it',
    ],
    [
      '--head-url',
      ['--queue', REDIS, '--head-url', 'head:80'],
      "--head-url: expected http://HOST:PORT, or https:// behind a proxy, found 'head:80'.",
    ],
    [
      '--listen alone',
      ['--listen', 'head:80'],
      '--listen: expected it with --queue, found none. Leave it out.',
    ],
    [
      '--head-url alone',
      ['--head-url', 'http://head'],
      '--head-url: expected it with --queue, found none. Leave it out.',
    ],
    [
      '--silence',
      ['--queue', REDIS, '--silence', '4'],
      "--silence: expected whole seconds from 5 to 3600, found '4'.",
    ],
    [
      '--silence alone',
      ['--silence', '60'],
      '--silence: expected it with --queue, found none. Leave it out.',
    ],
    [
      '--workers',
      ['--queue', REDIS, '--workers', '2'],
      '--workers: expected it where points are trained (work), found it beside --queue. Leave it out.',
    ],
    [
      '--profile',
      ['--queue', REDIS, '--profile'],
      '--profile: expected it where points are trained (work), found it beside --queue. Leave it out.',
    ],
  ])('refuses a wrong use of %s', async (_, args, message) => {
    const { exitCode, err } = await sweep(['first-look', ...args]);
    expect(err).toContain(message);
    expect(err).not.toContain('secret');
    expect(exitCode).toBe(2);
  });
});

describe('work', () => {
  it.each([
    [
      'no queue',
      [],
      'work: expected --queue redis://HOST:PORT, found none. Give the one that the sweep was given.',
    ],
    [
      'another URL',
      ['--queue', 'head'],
      "--queue: expected redis://HOST:PORT, or rediss:// with TLS, found 'head'.",
    ],
    ['no folder', ['--queue', REDIS, '--folder', ''], '--folder: expected a path, found nothing.'],
    [
      'a folder that is none',
      ['--queue', REDIS, '--folder', '/dev/null/x'],
      '--folder /dev/null/x: cannot be made: ',
    ],
    [
      'a time that is none',
      ['--queue', REDIS, '--idle-exit', '0'],
      "--idle-exit: expected a whole number from 1 to 604800, found '0'.",
    ],
    [
      'too many threads',
      ['--queue', REDIS, '--parallel', '200', '--workers', '200'],
      'threads: expected at most',
    ],
    ['an argument', ['--queue', REDIS, 'grid.json'], 'work: too many arguments'],
  ])('refuses %s', async (_, args, message) => {
    const { exitCode, err } = await work(args);
    expect(err).toContain(message);
    expect(exitCode).toBe(2);
  });
});
