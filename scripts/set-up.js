// Makes `npm start` and `npm test` work on a fresh clone, and on one that was installed under another Node.js or on another machine: installs and
// builds what is missing, broken or older than its sources, says how long that takes, and is quick when there is nothing to do.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canOpenDatabase, canReadPictures } from './native-modules.js';
import { lacksAddon, lacksPackages, lacksPage, lacksProgram } from './sources.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Without scripts, since what they compile is compiled below, side by side.
// What was installed on another system is none of this one's.
if (lacksPackages() || !canReadPictures())
  await step('downloading packages', [['ci', '--ignore-scripts', '--no-audit', '--no-fund']]);

const [needsDatabase, needsAddon, needsProgram, needsPage] = [
  !canOpenDatabase(),
  lacksAddon(),
  lacksProgram(),
  lacksPage(),
];
const compiled = [needsDatabase && 'the database', needsAddon && 'the kernels'].filter(Boolean).join(' and ');
const tasks = [
  compiled && `compiling ${compiled}`,
  (needsProgram || needsPage) && 'building the program',
].filter(Boolean);
if (tasks.length > 0) {
  // The database is one file of C, which takes a core longer than all the rest the other.
  await step(tasks.join(', '), needsDatabase ? [['rebuild', 'better-sqlite3']] : [], [
    ...(needsAddon ? [['run', 'build:native', '--', '--optional']] : []),
    ...(needsProgram ? [['run', 'build:ts']] : []),
    ...(needsPage ? [['run', 'build:page']] : []),
  ]);
  if (needsDatabase && !canOpenDatabase()) {
    fail(
      `better-sqlite3 was compiled and does not load in Node.js ${process.version}. Is npm's nodedir that of another version? ` +
        'If not, install all again: npm ci',
    );
  }
}

/**
 * Runs lists of commands of npm side by side, each one's in order, on one line that ends with the time that they take. What they print follows if one
 * fails or warns.
 */
async function step(what, ...lists) {
  process.stderr.write(`convoy: ${what} ...`);
  const start = Date.now();
  const results = (await Promise.all(lists.map(npmEach))).flat();
  process.stderr.write(` ${Math.round((Date.now() - start) / 1000)} s\n`);
  for (const { status, printed, warnings, args } of results) {
    process.stderr.write(status === 0 ? warnings : printed);
    if (status !== 0) fail(`npm ${args.join(' ')} failed; mend what it says above and try again.`);
  }
}

async function npmEach(commands) {
  const results = [];
  for (const args of commands) results.push(await npm(args));
  return results;
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
