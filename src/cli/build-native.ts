import { spawnSync } from 'node:child_process';
import { findPackageRoot } from '../core/paths.js';
import { createCommand, parseCommand } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import type { Streams } from './streams.js';

/**
 * `build-native`: compiles the addon for this machine, where no prebuilt one fits or one of its own compiler is wanted.
 *
 * @returns the exit code: 1 if it cannot be compiled, which has been told
 * @throws UserError for wrong usage
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  let exitCode: number = EXIT_CODES.done;
  const command = createCommand('build-native', streams)
    .description(
      'Compiles the native kernels, which then stand in for the prebuilt ones. Needs a C++ compiler, make and python3.',
    )
    .action(() => {
      // Through npm, which brings node-gyp along.
      const { status } = spawnSync('npm', ['run', '--silent', 'build:native'], {
        cwd: findPackageRoot(),
        stdio: 'inherit',
      });
      if (status === 0) streams.out.write('The native kernels are compiled.\n');
      else exitCode = EXIT_CODES.failed;
    });
  await parseCommand(command, args);
  return exitCode;
}
