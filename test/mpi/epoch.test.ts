import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../experiment/fake-runs.js';
import { isLong, MPIRUN, makeHostsIfAsked, root, run, writeImages } from './mpirun.js';

const hosts = isLong ? makeHostsIfAsked() : null;
const IMAGES = 2_560;
/** Ten times what it takes on a machine that has nothing else to do. */
const TIMEOUT_MS = 20 * 60_000;

/** A training of VGG-16 on one core for each rank, and how many images of each epoch it trained a second. */
async function train(data: string, prefix: readonly string[]) {
  const outcome = await run([
    ...prefix,
    process.execPath,
    join(root, 'scripts', 'train.js'),
    ...['vgg16-cifar', '--data', data, '--json', '--db', join(makeFolder(), 'runs.db')],
    ...['--workers', '1', '--epochs', '1', '--set', 'shards=2', '--set', 'batchSize=128'],
  ]);
  expect(outcome, outcome.err).toMatchObject({ code: 0, weights: expect.stringMatching(/^\w{64}$/) });
  const [, rate] = /"images_per_second":([\d.]+)/.exec(outcome.out) ?? [];
  return { ...outcome, rate: Number(rate) };
}

describe.runIf(hosts)('two hosts', () => {
  it(
    `train VGG-16 on ${IMAGES} images to the weights of one`,
    async () => {
      const data = writeImages({ train: IMAGES, test: 256 });
      const one = await train(data, []);
      const { prefix, options } = hosts!;
      const two = await train(data, [...prefix, ...MPIRUN, ...options, '-n', '2']);
      process.stdout.write(
        `VGG-16, ${IMAGES} images: ${one.rate} images a second by one rank, ${two.rate} by two\n`,
      );
      expect(two.weights).toBe(one.weights);
    },
    TIMEOUT_MS,
  );
});
