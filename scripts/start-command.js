import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs a command of the compiled program, by its file: `sweep/sweep` is `dist/src/cli/sweep/sweep.js`. */
export async function startCommand(name) {
  const folder = new URL('../dist/src/cli/', import.meta.url);
  const file = new URL(`${name}.js`, folder);
  if (!existsSync(fileURLToPath(file))) {
    process.stderr.write('convoy is not built yet. Run: npm ci\n');
    process.exitCode = 2;
    return;
  }
  const { runMain } = await import(new URL('exit.js', folder).href);
  const { main } = await import(file.href);
  await runMain(main);
}
