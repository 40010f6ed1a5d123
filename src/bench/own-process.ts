import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { findPackageRoot } from '../core/paths.js';
import type { Dataset } from '../dataset/dataset.js';
import { makeSyntheticDataset } from '../dataset/synthetic.js';
import type { RunSpec } from '../run/spec.js';

/** What a process of its own trains. Plain data. */
export interface OwnTraining {
  readonly spec: RunSpec;
  readonly workers: number;
  /** Images of noise to train on; null for those of the spec's data set, which are read from their files. */
  readonly noise: Parameters<typeof makeSyntheticDataset> | null;
}

/**
 * Calls a function in a new process that has imported all of the package, as a program has it, and waits for the end of both.
 *
 * @param file of the function, in this folder and without its ending
 * @param task plain data
 * @returns what the function gave, which is plain data too
 * @throws Error with all that the process has written on stderr, if it fails
 */
export async function callInOwnProcess<Result>(
  file: string,
  name: string,
  task: OwnTraining,
): Promise<Result> {
  const urlOf = (...path: string[]) => pathToFileURL(join(findPackageRoot(), 'dist', 'src', ...path)).href;
  const program =
    `import '${urlOf('index.js')}'; import { ${name} } from '${urlOf('bench', `${file}.js`)}'; ` +
    `console.log(JSON.stringify(await ${name}(${JSON.stringify(task)})));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`A process that trains failed:\n${errors}`);
  return JSON.parse(output) as Result;
}

/** The images of a task, as an option of `train`. */
export function drawImages({ noise }: OwnTraining): { readonly dataset?: Dataset } {
  return noise ? { dataset: makeSyntheticDataset(...noise) } : {};
}
