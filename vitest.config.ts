import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { findChromium } from './test/browser/chromium.js';

/** Train networks, or compute as much, which takes the reference kernels hours. */
const TOO_MUCH_FOR_THE_REFERENCE = [
  'test/{train,train-ends,readme,docs}.test.ts',
  'test/{bench,check,checkpoint,workers}/**',
  'test/cli/{check,predict}.test.ts',
  'test/cli/features/**',
  'test/cli/sweep/real-sweep.test.ts',
  'test/layers/{freezing,layers}.test.ts',
  'test/layers/convolution/fully-connected.test.ts',
  'test/models/training.test.ts',
  'test/network/{composites,memory-places,phases}.test.ts',
  'test/optim/lookahead.test.ts',
  'test/run/{augmentation,feature-maps,length,profile,stopping,test-time-augmentation}.test.ts',
];

const leftOut = process.env.CONVOY_KERNELS === 'reference' ? TOO_MUCH_FOR_THE_REFERENCE : [];
if (leftOut.length > 0)
  process.stderr.write(`convoy: left out with the reference kernels: ${leftOut.join(', ')}\n`);
if (findChromium() === null) {
  leftOut.push('test/browser/**');
  process.stderr.write(
    'convoy: left out without Chromium: test/browser/**. Install it (apt-get install chromium), or name one by CHROMIUM.\n',
  );
}

// They would be loaded, each in a process of its own, only to be skipped.
if (process.env.CONVOY_SLURM === undefined && process.env.CONVOY_SOAK !== '1') leftOut.push('test/slurm/**');

/** The whole counts of docs/promises.md take hours. */
const timeoutMs = process.env.CONVOY_SOAK === '1' ? 6 * 3_600_000 : 60_000;

const tests = join(dirname(fileURLToPath(import.meta.url)), 'test');
/** Files of tests that replace a module, which another one may have loaded before. */
const mocking = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && readFileSync(join(tests, file), 'utf8').includes('vi.mock('))
  .map((file) => `test/${file}`);

/** What every file of tests needs is loaded once for all of them, but for these, which change or watch what a process shares. */
const ALONE = [
  ...mocking,
  // Environment, working directory, signals, exit code and warnings.
  'test/*.test.ts',
  'test/{bench,browser,parallel,promises,scripts,slurm}/**/*.test.ts',
  'test/cli/*.test.ts',
  'test/cli/{progress,sweep,train}/**/*.test.ts',
  'test/dataset/get/proxy.test.ts',
  'test/experiment/{executor,process-*,trainer-process}.test.ts',
  'test/run/numerics.test.ts',
  // Memory: what they are done with would not be given back before the end.
  'test/{kernels/{memory,native,threads},workers/context}.test.ts',
  'test/network/phases.test.ts',
];

export default defineConfig({
  test: {
    // The addon and worker threads live in processes, not in vitest's own threads.
    pool: 'forks',
    // By default one core is left idle, which on two cores is half of them.
    maxWorkers: '100%',
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    // A busy machine takes its time.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, exclude: leftOut } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...ALONE, ...leftOut],
          isolate: false,
        },
      },
    ],
  },
});
