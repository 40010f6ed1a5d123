import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { getCurrentTest } from 'vitest/suite';

/** A plugin's text: y = factor·x, in plain loops. */
export function writeDoubling({ kind = 'doubling', more = '', factor = 2 } = {}): string {
  return `
    export const layer = {
      kind: '${kind}',
      ${more}
      schema: ({ factor = ${factor} }) => ({ factor }),
      plan: (_config, input) => ({
        output: input, parameters: [], state: [], shared: {}, inPlace: false,
        backwardReads: { input: false, output: false }, multiplyAddsPerImage: 0,
      }),
      bind({ factor }, { input, output }) {
        const { height, width, channels } = output.shape;
        const size = height * width * channels;
        const multiply = (from, to) => ({
          over: 'slices',
          waits: false,
          run({ first, count }) {
            for (let i = first * size; i < (first + count) * size; i++) to[i] = factor * from[i];
          },
        });
        return {
          prepare: [],
          forward: [multiply(input.value, output.value)],
          backward: [multiply(output.gradient, input.gradient)],
        };
      },
    };
  `;
}

/** A folder that goes with the test; one that is made at the top of a file, with the last of its tests. */
export function makePluginFolder(removeLater = removeBehindTest): string {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-plugin-'));
  removeLater(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Of tests that run one at a time: which one is at work vitest does not know of others. */
function removeBehindTest(remove: () => void): void {
  if (getCurrentTest()) onTestFinished(remove);
  else afterAll(remove);
}

/** A file with that text, in a folder of its own. */
export function makePlugin(text = writeDoubling(), name = 'plugin.mjs', folder = makePluginFolder()): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
