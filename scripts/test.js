// Runs the tests and ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canLoadAddon } from './native-modules.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (process.env.CONVOY_KERNELS !== 'reference' && !canLoadAddon()) {
  process.stderr.write(
    'convoy: npm test: expected the native kernels, found none that load: they could not be compiled. Install a C++ compiler, make and ' +
      'python3 and run: npm run build:native; to test without them on purpose: CONVOY_KERNELS=reference npm test\n',
  );
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
const report = join(folder, 'report.json');
try {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  const { numPassedTests, numFailedTests, numPendingTests, success } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  const succeeded = status === 0 && success && numPassedTests > 0;
  // A file that does not load, or ends its process, has failed though none of its tests has.
  const failed = succeeded ? 0 : Math.max(numFailedTests, 1);
  if (process.argv.length === 2) {
    process.stdout.write(
      'Not part of npm test: other compilers and processors, sanitizers, other versions of Node.js (npm run test:all).\n',
    );
  }
  process.stdout.write(`${numPassedTests} passed, ${failed} failed${skipped}\n`);
  process.exitCode = succeeded ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
