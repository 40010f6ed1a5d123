import { execFile, spawn, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

/** A command that is missing or failed; its message is all that there is to say. */
export class CommandError extends Error {}

/**
 * Runs a command to its end and returns what it wrote to stdout.
 *
 * @throws CommandError with all that it printed, if it cannot be started or fails
 */
export async function run(command, args, { environment = {}, cwd } = {}) {
  const options = { cwd, env: { ...process.env, ...environment }, maxBuffer: 2 ** 28 };
  try {
    const { stdout } = await promisify(execFile)(command, args, options);
    return stdout;
  } catch ({ message, stdout, stderr }) {
    throw new CommandError(`${stdout ?? ''}\n${message || stderr}`);
  }
}

/** What is told again of a check that failed and does not say what did. */
const LAST_LINES = 10;

/**
 * Runs a command, shows what it prints, and returns the counts in its last line `N passed, N failed, N skipped`, and its lines `failed: WHAT`. One
 * that fails without a count has failed once, and one that succeeds without a count has passed once; what fails without a word has its last lines told.
 *
 * @param show is given all that it prints, piece by piece. Absent: it appears at once
 */
export async function runCounted(command, args, { environment = {}, cwd, show } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', show ? 'pipe' : 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
    if (show) show(text);
    else process.stdout.write(text);
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    printed += text;
    show(text);
  });
  const succeeded = await new Promise((resolve) => {
    child.on('error', (error) => {
      const line = `${command}: ${error.message}\n`;
      if (show) show(line);
      else process.stderr.write(line);
      resolve(false);
    });
    child.on('close', (status) => resolve(status === 0));
  });
  const line = printed.match(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)?.at(-1);
  const [passed = succeeded ? 1 : 0, failed = 0, skipped = 0] = line?.match(/\d+/g).map(Number) ?? [];
  const named = printed.match(/^failed: .*$/gm) ?? [];
  const failures = succeeded || named.length > 0 ? named : printed.trimEnd().split('\n').slice(-LAST_LINES);
  return { passed, failed: succeeded ? failed : Math.max(failed, 1), skipped, failures };
}

/** Adds up { passed, failed, skipped }. */
export function sumCounts(counts) {
  const sum = (name) => counts.reduce((total, count) => total + (count[name] ?? 0), 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** Runs `work`, which returns counts, and ends the process with their line; a command that fails is a failed check. */
export async function runCheck(name, work) {
  let counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    counts = await work();
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof CommandError ? error.message : error.stack}\n`);
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

/**
 * @param needs commands, each with the Debian package that holds it
 * @throws CommandError if one of them is not on the PATH
 */
export function requireCommands(needs) {
  for (const [command, debianPackage] of Object.entries(needs)) {
    if (spawnSync(command, ['--version'], { stdio: 'ignore' }).status !== 0) {
      throw new CommandError(
        `expected the command ${command}, found none. Run: apt-get install ${debianPackage}`,
      );
    }
  }
}
