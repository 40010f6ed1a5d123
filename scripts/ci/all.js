// Every check of the project, and the sum of what passed: .ci/run, or with --long `npm run test:all`.

import { runCheck, runCounted, sumCounts } from './run.js';
import { root } from './work-copy.js';

const more = process.argv.includes('--long') ? ['--long'] : [];

/** The versions of Node.js that are not this one. */
const VERSIONS = ['20', '22', '24'].filter((major) => !process.version.startsWith(`v${major}.`));

/** What each check is called, and its command: those that others build on, and the tests, some of which watch the clock, have the machine to themselves. */
const ALONE = [
  ['install and build', 'node', 'scripts/set-up.js'],
  ['tests', 'npm', 'test', '--silent'],
];

/**
 * Each of these works in a copy of its own, and for much of its time on one core or waiting for downloads; the longest come first. Those of the
 * kernels and of other versions of Node.js have more to do with --long.
 */
const SIDE_BY_SIDE = [
  ['sanitizers', 'npm', 'run', 'test:sanitize', '--silent', '--', ...more],
  ...VERSIONS.map((major) => [
    `Node.js ${major}`,
    ...['npm', 'run', 'test:node', '--silent', '--', major, ...more],
  ]),
  ['package', 'npm', 'run', 'test:package', '--silent'],
  ['NEON', 'npm', 'run', 'test:neon', '--silent', '--', ...more],
  ['Clang', 'npm', 'run', 'test:clang', '--silent', '--', ...more],
  ['ONNX Runtime', 'npm', 'run', 'test:onnx', '--silent'],
  ['Slurm', 'npm', 'run', 'test:slurm', '--silent', '--', ...more],
  ['queue', 'npm', 'run', 'test:queue', '--silent'],
  ['browser', 'npm', 'run', 'test:browser', '--silent'],
  ['Open MPI', 'npm', 'run', 'test:mpi', '--silent', '--', ...more],
  ['threads', 'npm', 'run', 'test:tsan', '--silent'],
  ['style', 'npm', 'run', 'lint', '--silent'],
];
/** How many of them at once. */
const LANES = 2;

runCheck('ci', async () => {
  const all = [];
  const lines = [];
  const failures = [];
  const runOne = async ([name, command, ...args], show) => {
    const start = Date.now();
    const counts = await runCounted(command, args, { cwd: root, show });
    all.push(counts);
    failures.push(...counts.failures.map((line) => `${name}: ${line}`));
    const seconds = Math.round((Date.now() - start) / 1000);
    lines.push(`${name.padEnd(18)} ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`);
  };
  for (const check of ALONE) {
    process.stdout.write(`\n=== ${check[0]}\n`);
    await runOne(check);
  }
  const waiting = [...SIDE_BY_SIDE];
  const runLane = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      let printed = '';
      process.stdout.write(`\n=== ${check[0]}: started\n`);
      await runOne(check, (text) => {
        printed += text;
      });
      process.stdout.write(`\n=== ${check[0]}\n${printed}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, runLane));
  // What failed is told again at the end, which is all that some logs keep.
  process.stdout.write(`\n=== all\n${[...lines, ...failures].join('\n')}\n`);
  return sumCounts(all);
});
