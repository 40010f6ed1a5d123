import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../experiment/fake-runs.js';
import { blocksOf, readPage } from '../helpers/page.js';
import { hasMpi, MPIRUN, makeHostsIfAsked, root, run, writeImages } from './mpirun.js';

const hosts = makeHostsIfAsked();
/** Each takes some seconds to begin. */
const TIMEOUT_MS = 240_000;
const SHORT = ['--epochs', '1', '--set', 'trainCount=80', '--set', 'testCount=20', '--set', 'batchSize=40'];

const commands = blocksOf(readPage('docs/ranks.md'), 'sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => /^(mpirun|node scripts\/)/.test(line));

describe.runIf(hasMpi)('docs/ranks.md', () => {
  it(
    'shows commands that work, one after another',
    async () => {
      const images = writeImages({ train: 80, test: 20 });
      const folder = makeFolder();
      expect(commands.length).toBeGreaterThan(1);
      for (const command of commands) {
        const { code, err } = await run(shorten(command, images), folder);
        expect(code, `${command}\n${err}`).toBe(0);
      }
    },
    TIMEOUT_MS,
  );
});

/** A command of the page: on the test's hosts in place of its own, if there are any, with few images, and of CIFAR-10's form in its place. */
function shorten(command: string, images: string): string[] {
  const where = / --host \S+/.test(command) ? hosts : null;
  const words = command.replace(/ --host \S+/, '').split(' ');
  const trains = words.includes('scripts/train.js');
  const moved = words.map((word) =>
    word === 'node' ? process.execPath : word.startsWith('scripts/') ? join(root, word) : word,
  );
  const more = trains
    ? [...SHORT, ...(words.some((word) => /cifar/.test(word)) ? ['--data', images] : [])]
    : [];
  const [first, ...rest] = moved;
  if (first !== 'mpirun') return [...moved, ...more];
  return [...(where?.prefix ?? []), ...MPIRUN, ...(where?.options ?? []), ...rest, ...more];
}
