// Makes `npm start` and `npm test` work on a fresh clone, and on one that was installed under another Node.js or on another machine: installs and
// builds what is missing, broken or older than its sources, says how long that takes, and is quick when there is nothing to do.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canOpenDatabase, canReadPictures } from './native-modules.js';
import { lacksAddon, lacksPackages, lacksProgram } from './sources.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Without scripts, since what they compile is compiled below, side by side.
// What was installed on another system is none of this one's.
if (lacksPackages() || !canReadPictures())
  await step('downloading packages', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);

const [needsDatabase, needsAddon] = [!canOpenDatabase(), lacksAddon()];
if (needsDatabase || needsAddon) {
  const names = [needsDatabase && 'the database', needsAddon && 'the kernels'].filter(Boolean);
  await step(
    `compiling ${names.join(' and ')}`,
    ...(needsDatabase ? [['rebuild', 'better-sqlite3']] : []),
    ...(needsAddon ? [['run', 'build:native', '--', '--optional']] : []),
  );
  if (needsDatabase && !canOpenDatabase()) {
    fail(
      `better-sqlite3 was compiled and does not load in Node.js ${process.version}. Is npm's nodedir that of another version? ` +
        'If not, install all again: npm ci',
    );
  }
}

if (lacksProgram()) await step('building the program', ['run', 'build:ts']);

/** Runs commands of npm side by side, on one line that ends with the time that they take. What they print follows if one fails or warns. */
async function step(what, ...commands) {
  process.stderr.write(`convoy: ${what} ...`);
  const start = Date.now();
  const results = await Promise.all(commands.map(npm));
  process.stderr.write(` ${Math.round((Date.now() - start) / 1000)} s\n`);
  for (const { status, printed, warnings, args } of results) {
    process.stderr.write(status === 0 ? warnings : printed);
    if (status !== 0) fail(`npm ${args.join(' ')} failed; mend what it says above and try again.`);
  }
}

/** Runs npm and gives its exit code, and all that it printed, on stderr alone as `warnings`. */
function npm(args) {
  return new Promise((resolve) => {
    const child = spawn('npm', [...args, '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let [printed, warnings] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      printed += text;
      warnings += text;
    });
    child.on('error', ({ message }) => resolve({ args, status: 1, printed: `${message}\n`, warnings }));
    child.on('close', (status) => resolve({ args, status, printed, warnings }));
  });
}

function fail(message) {
  process.stderr.write(`convoy: ${message}\n`);
  process.exit(1);
}
