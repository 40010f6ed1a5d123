import { fstatSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { unknownName } from '../core/errors.js';

/** Says what to do when the terminal hangs up, where that is not to be left to the evidence. */
export const HANGUP_VARIABLE = 'CONVOY_HANGUP';

const CHOICES = ['end', 'ignore'] as const;

/** SIGHUP's bit in the masks of /proc. */
const HANGUP_BIT = 1n;

/**
 * Whether SIGHUP is to end this process. It is not if it was started by nohup, or by a script that was. Node.js forgets at its start which signals it
 * was to ignore, so the traces that nohup leaves have to tell.
 *
 * @throws UserError if the environment has another choice than there is
 */
export function heedsHangup(environment: NodeJS.ProcessEnv = process.env): boolean {
  const choice = environment[HANGUP_VARIABLE];
  if (choice) {
    if (choice !== 'end' && choice !== 'ignore') {
      throw unknownName(HANGUP_VARIABLE, 'choice', choice, CHOICES);
    }
    return choice === 'end';
  }
  const traces = [isNohupCommand(environment), hasNohupInput(), hasNohupOutput(), parentIgnoresHangup()];
  return !traces.includes(true);
}

/** Shells put the command that they start into this variable, and nohup leaves it as it is. */
function isNohupCommand({ _: command }: NodeJS.ProcessEnv): boolean {
  return command !== undefined && basename(command) === 'nohup';
}

/** GNU nohup puts a /dev/null that cannot be read in the place of a terminal. */
function hasNohupInput(): boolean {
  const input = statOrNull(() => fstatSync(0));
  const sink = statOrNull(() => statSync('/dev/null'));
  if (!input?.isCharacterDevice() || input.rdev !== sink?.rdev) return false;
  try {
    readSync(0, Buffer.alloc(1));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EBADF';
  }
}

/** Output to a terminal goes to a file of this name, here or else at home. */
function hasNohupOutput(): boolean {
  const outputs = [1, 2].map((descriptor) => statOrNull(() => fstatSync(descriptor)));
  const paths = [() => 'nohup.out', () => join(homedir(), 'nohup.out')];
  return paths.some((findPath) => {
    // A user without an entry and without HOME has no home.
    const file = statOrNull(() => statSync(findPath()));
    return file !== null && outputs.some((output) => output?.dev === file.dev && output.ino === file.ino);
  });
}

/** Such as that of `nohup sh script`, or `trap '' HUP`. What a process ignores its children are to ignore. */
function parentIgnoresHangup(): boolean {
  try {
    const status = readFileSync(`/proc/${process.ppid}/status`, 'utf8');
    const [, ignored] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & HANGUP_BIT) !== 0n;
  } catch {
    // No /proc, or the parent has gone.
    return false;
  }
}

function statOrNull(stat: () => Stats): Stats | null {
  try {
    return stat();
  } catch {
    return null;
  }
}
