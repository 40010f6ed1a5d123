// Hashes of everything that a build of the addon computes, to hold builds against each other.
import { join } from 'node:path';
import { run } from './run.js';

/** Compiles the program that prints them, in a copy of the checkout. */
export async function compileDigests(folder) {
  const tsc = join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', join(folder, 'test', 'digests', 'tsconfig.json')], { cwd: folder });
}

/** The kernel sets of a copy's addon that this machine can run, the fastest first. */
export async function listSets(folder) {
  const print = `console.log(JSON.stringify(require('./build/Release/convoy.node').supportedNames()))`;
  return JSON.parse(await run(process.execPath, ['-e', print], { cwd: folder }));
}

/**
 * The digests of one kernel set, by the name of what was computed.
 *
 * @param node the command that starts Node.js
 */
export async function readDigests(folder, set, { node = [process.execPath], long = false } = {}) {
  const program = join(folder, 'dist', 'test', 'digests', 'print-digests.js');
  const args = [...node.slice(1), program, ...(long ? ['--long'] : [])];
  return JSON.parse(await run(node[0], args, { cwd: folder, environment: { CONVOY_KERNELS: set } }));
}

/** Says what differs between two builds, and counts. */
export function compareDigests(title, expected, actual) {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const different = names.filter((name) => expected[name] !== actual[name]);
  for (const name of different) process.stdout.write(`differs: ${title}: ${name}\n`);
  const passed = names.length - different.length;
  process.stdout.write(`${title}: ${passed} of ${names.length} the same to the bit\n`);
  return { passed, failed: different.length, skipped: 0 };
}
