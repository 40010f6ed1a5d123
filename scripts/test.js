// Runs the tests and ends with the line `N passed, N failed`. With --types it holds the types of all sources against each other besides, which is
// one more of them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
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
const withTypes = process.argv.includes('--types');
const chosen = process.argv.slice(2).filter((arg) => arg !== '--types');
const folder = mkdtempSync(join(tmpdir(), 'convoy-test-'));
const report = join(folder, 'report.json');
try {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const [types, { status }] = await Promise.all([
    withTypes ? checkTypes() : null,
    runModule('vitest/vitest.mjs', ['run', ...reporters, ...chosen], 'inherit'),
  ]);
  const { numPassedTests, numFailedTests, numPendingTests, success, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  const succeeded = status === 0 && success && numPassedTests > 0;
  const mistyped = types !== null && types.status !== 0;
  if (mistyped)
    process.stdout.write(`${types.printed}Types do not agree: see above, or run npm run check:types.\n`);
  // A file that does not load, or ends its process, has failed though none of its tests has.
  const failed = (succeeded ? 0 : Math.max(numFailedTests, 1)) + (mistyped ? 1 : 0);
  const passed = numPassedTests + (types?.status === 0 ? 1 : 0);
  if (chosen.length === 0) {
    process.stdout.write(
      'Not part of npm test: other compilers and processors, sanitizers, other versions of Node.js (npm run test:all).\n',
    );
  }
  for (const line of listFailures(testResults)) process.stdout.write(`failed: ${line}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A line for each test that failed, or file that did not load, with the first line of why. */
function listFailures(files) {
  return files
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const file = relative(root, name);
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      if (failed.length === 0) return [`${file}: ${firstLine(message)}`];
      return failed.map((test) => `${file}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
    });
}

function firstLine(text = '') {
  // Which vitest's JSON has in the place of its message of a time limit.
  return text.split('\n', 1)[0].replace('Error: STACK_TRACE_ERROR', 'has not ended within its time');
}

/** Of the program with its tests, then of the page, which is for browsers. */
async function checkTypes() {
  const program = await runModule('typescript/bin/tsc', ['-p', 'tsconfig.test.json'], 'pipe');
  return program.status === 0 ? runModule('typescript/bin/tsc', ['-p', 'page'], 'pipe') : program;
}

/** Runs a program of a package to its end; gives its exit code, and what it printed if that is piped. */
function runModule(file, args, stdout) {
  const child = spawn(process.execPath, [join(root, 'node_modules', file), ...args], {
    cwd: root,
    stdio: ['inherit', stdout, 'inherit'],
  });
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, printed })));
}
