// Every check of the project, one after the other, and the sum of what passed: .ci/run, or with --long `npm run test:all`.

import { runCheck, runCounted, sumCounts } from './run.js';
import { root } from './work-copy.js';

const more = process.argv.includes('--long') ? ['--long'] : [];

/** The versions of Node.js that are not this one. */
const VERSIONS = ['20', '22', '24'].filter((major) => !process.version.startsWith(`v${major}.`));

/** What each check is called, and its command. Those of the kernels and of other versions of Node.js have more to do with --long. */
const CHECKS = [
  ['install and build', 'node', 'scripts/set-up.js'],
  ['style', 'npm', 'run', 'lint', '--silent'],
  ['tests', 'npm', 'test', '--silent'],
  ['Clang', 'npm', 'run', 'test:clang', '--silent', '--', ...more],
  ['NEON', 'npm', 'run', 'test:neon', '--silent', '--', ...more],
  ['sanitizers', 'npm', 'run', 'test:sanitize', '--silent', '--', ...more],
  ['threads', 'npm', 'run', 'test:tsan', '--silent'],
  ['ONNX Runtime', 'npm', 'run', 'test:onnx', '--silent'],
  ['package', 'npm', 'run', 'test:package', '--silent'],
  ...VERSIONS.map((major) => [
    `Node.js ${major}`,
    ...['npm', 'run', 'test:node', '--silent', '--', major, ...more],
  ]),
];

runCheck('ci', async () => {
  const all = [];
  const lines = [];
  for (const [name, command, ...args] of CHECKS) {
    process.stdout.write(`\n=== ${name}\n`);
    const start = Date.now();
    const counts = await runCounted(command, args, { cwd: root });
    all.push(counts);
    const seconds = Math.round((Date.now() - start) / 1000);
    lines.push(`${name.padEnd(18)} ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`);
  }
  process.stdout.write(`\n=== all\n${lines.join('\n')}\n`);
  return sumCounts(all);
});
